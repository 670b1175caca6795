"""python -m sandbox.checkers --folder FOLDER: serves daemon.sock there."""

from __future__ import annotations

import argparse
import asyncio
import logging
from pathlib import Path

from sandbox.checkers.daemon import serve
from sandbox.daemon import cancel_others, until_told


async def run(folder: Path) -> None:
    await until_told(serve, folder)
    await cancel_others()


def main() -> None:
    parser = argparse.ArgumentParser(description="Send the requests of Route 53's health checks.")
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    arguments.folder.mkdir(mode=0o700, exist_ok=True)
    asyncio.run(run(arguments.folder))


if __name__ == "__main__":
    main()
