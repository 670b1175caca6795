"""python -m sandbox.containers --folder FOLDER: serves daemon.sock there."""

from __future__ import annotations

from pathlib import Path

from sandbox.containers.daemon import Daemon
from sandbox.daemon import cancel_others, main, until_told


async def serve(folder: Path, speed: float) -> None:
    daemon = Daemon(folder, speed)
    daemon.keep_images(set())
    await until_told(daemon.serve, folder)
    await cancel_others()


if __name__ == "__main__":
    main(
        "Run the containers of tasks.",
        serve,
        speed={"type": float, "help": "how many times as fast as on AWS containers' health is checked"},
    )
