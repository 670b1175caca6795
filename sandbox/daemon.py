"""The other end of a link (`sandbox/link.py`): a part that serves daemon.sock and follows one emulator's orders as long as it lives."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

log = logging.getLogger(__name__)

# An order has all that is to be: the certificates of all groups, the user data of all instances.
LONGEST_LINE = 1 << 26


class Session(Protocol):
    def follow(self, order: dict[str, Any]) -> None: ...

    async def end(self) -> None: ...


async def follow(session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Who closes the connection takes with it all that it had ordered."""
    try:
        while line := await reader.readline():
            session.follow(json.loads(line))
    except (OSError, ValueError, KeyError):
        log.exception("an order was not understood")
    finally:
        await session.end()
        writer.close()


async def until_told(connected: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], folder: Path) -> None:
    """Serve a folder until SIGTERM or SIGINT; connections are still open then."""
    path = folder / "daemon.sock"
    path.unlink(missing_ok=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = await asyncio.start_unix_server(connected, path, limit=LONGEST_LINE)
    await stop.wait()
    server.close()


async def cancel_others() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main(description: str, serve: Callable[..., Coroutine[Any, Any, None]], **options: dict[str, Any]) -> None:
    """The program of a part. `serve` takes its folder, and each of the `options`, which are argparse's and must be given."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--folder", type=Path, required=True)
    for name, option in options.items():
        parser.add_argument(f"--{name}", required=True, **option)
    given = vars(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    given["folder"].mkdir(mode=0o700, exist_ok=True)
    asyncio.run(serve(**given))
