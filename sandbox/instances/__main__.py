"""python -m sandbox.instances --folder FOLDER --endpoint URL: serves daemon.sock there."""

from __future__ import annotations

from pathlib import Path

from sandbox.daemon import main, until_told
from sandbox.instances.daemon import Daemon


async def serve(folder: Path, endpoint: str) -> None:
    daemon = Daemon(folder, endpoint)
    await until_told(daemon.serve, folder)
    await daemon.end()


if __name__ == "__main__":
    main("Run the hosts that instances of EC2 are.", serve, endpoint={"help": "of the emulator, for the AWS CLI on the hosts"})
