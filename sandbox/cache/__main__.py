"""python -m sandbox.cache --folder FOLDER: serves daemon.sock there."""

from __future__ import annotations

from pathlib import Path

from sandbox import packages
from sandbox.cache.daemon import Daemon
from sandbox.daemon import cancel_others, main, until_told

# What AWS takes about to see that a primary is gone, where time is not sped up.
DETECTION_SECONDS = 10


async def serve(folder: Path, speed: float) -> None:
    daemon = Daemon(folder, packages.redis(), DETECTION_SECONDS / speed)
    await until_told(daemon.serve, folder)
    await cancel_others()


if __name__ == "__main__":
    main(
        "Run the nodes of replication groups.",
        serve,
        speed={"type": float, "help": "how many times as fast as on AWS a lost primary is noticed"},
    )
