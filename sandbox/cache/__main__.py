"""python -m sandbox.cache --folder FOLDER: serves daemon.sock there."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from pathlib import Path

from sandbox import packages
from sandbox.cache.daemon import LONGEST_LINE, Daemon

# What AWS takes about to see that a primary is gone, where time is not sped up.
DETECTION_SECONDS = 10


async def serve(folder: Path, speed: float) -> None:
    daemon = Daemon(folder, packages.redis(), DETECTION_SECONDS / speed)
    path = folder / "daemon.sock"
    path.unlink(missing_ok=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = await asyncio.start_unix_server(daemon.serve, path, limit=LONGEST_LINE)
    await stop.wait()
    server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


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
