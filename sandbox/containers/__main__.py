"""python -m sandbox.containers --folder FOLDER: serves daemon.sock there."""

from __future__ import annotations

import argparse
import asyncio
import logging
from pathlib import Path

from sandbox.containers.daemon import Daemon
from sandbox.daemon import cancel_others, until_told


async def serve(folder: Path, speed: float) -> None:
    daemon = Daemon(folder, speed)
    daemon.keep_images(set())
    await until_told(daemon.serve, folder)
    await cancel_others()


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the containers of tasks.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--speed", type=float, required=True, help="how many times as fast as on AWS containers' health is checked")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    arguments.folder.mkdir(mode=0o700, exist_ok=True)
    asyncio.run(serve(arguments.folder, arguments.speed))


if __name__ == "__main__":
    main()
