"""python -m sandbox.checkers --folder FOLDER: serves daemon.sock there."""

from __future__ import annotations

from pathlib import Path

from sandbox.checkers.daemon import serve
from sandbox.daemon import cancel_others, main, until_told


async def run(folder: Path) -> None:
    await until_told(serve, folder)
    await cancel_others()


if __name__ == "__main__":
    main("Send the requests of Route 53's health checks.", run)
