"""python -m sandbox.instances --folder FOLDER --endpoint URL: serves daemon.sock there."""

from __future__ import annotations

import argparse
import asyncio
import logging
from pathlib import Path

from sandbox.daemon import until_told
from sandbox.instances.daemon import Daemon


async def serve(folder: Path, endpoint: str) -> None:
    daemon = Daemon(folder, endpoint)
    await until_told(daemon.serve, folder)
    await daemon.end()


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the hosts that instances of EC2 are.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--endpoint", required=True, help="of the emulator, for the AWS CLI on the hosts")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    arguments.folder.mkdir(mode=0o700, exist_ok=True)
    asyncio.run(serve(arguments.folder, arguments.endpoint))


if __name__ == "__main__":
    main()
