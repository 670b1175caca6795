"""python -m sandbox.cache --folder FOLDER: serves daemon.sock there."""

from __future__ import annotations

import argparse
import asyncio
import logging
from pathlib import Path

from sandbox import packages
from sandbox.cache.daemon import Daemon
from sandbox.daemon import cancel_others, until_told

# What AWS takes about to see that a primary is gone, where time is not sped up.
DETECTION_SECONDS = 10


async def serve(folder: Path, speed: float) -> None:
    daemon = Daemon(folder, packages.redis(), DETECTION_SECONDS / speed)
    await until_told(daemon.serve, folder)
    await cancel_others()


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the nodes of replication groups.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--speed", type=float, required=True, help="how many times as fast as on AWS a lost primary is noticed")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    arguments.folder.mkdir(mode=0o700, exist_ok=True)
    asyncio.run(serve(arguments.folder, arguments.speed))


if __name__ == "__main__":
    main()
