"""One instance: its folder and its service manager, kept as the account wants them."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.instances import cloud_init

log = logging.getLogger(__name__)

CONSOLE_BYTES = 64 * 1024  # what GetConsoleOutput tells
STOP_SECONDS = 60.0
# So long the agent may take to ship what the services said last.
LINGER_SECONDS = 2.0
_READY_SECONDS = 30.0
_POLL_SECONDS = 0.02
_BACK_OFF_SECONDS = (0.2, 1, 2, 5, 10)
_STEADY_SECONDS = 60

Report = Callable[[dict[str, Any]], None]
Order = dict[str, Any]


class Host:
    def __init__(self, name: str, folder: Path, endpoint: str, wanted: Callable[[], tuple[Order | None, str]], report: Report) -> None:
        self.name = name
        self.root = folder / name
        self.process: asyncio.subprocess.Process | None = None
        self.stop_seconds, self.linger_seconds = STOP_SECONDS, LINGER_SECONDS
        self._endpoint = endpoint
        self._wanted = wanted
        self._report = report
        self._changed = asyncio.Event()
        self._boots = 0
        self._failures = 0

    def follow(self) -> None:
        """What is wanted may be something else now."""
        self._changed.set()

    async def run(self) -> None:
        """Until it is not wanted any more."""
        while True:
            self._changed.clear()
            order, authority = self._wanted()
            if not order:
                break
            if self.process and not (order["runs"] and order["boots"] == self._boots):
                await self._halt()
            if not order["runs"]:
                self._say("stopped", order)
            elif self.process or await self._boot(order, authority):
                self._say("up", order)
            await self._next()
        await self._halt()
        self._report({"instance": self.name, "state": "gone", "console": self._console()})
        await asyncio.sleep(self.linger_seconds)
        shutil.rmtree(self.root, ignore_errors=True)

    async def _boot(self, order: Order, authority: str) -> bool:
        self._say("down" if self.root.exists() else "starting", order)
        cloud_init.prepare(self.root.absolute(), order, authority, self._endpoint)
        command = (sys.executable, "-m", "sandbox.units", "serve", "--root", str(self.root.absolute()), "--address", order["address"])
        self.process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL)
        self._boots, started = order["boots"], time.monotonic()
        while not await self._answers():
            if self.process.returncode is not None or time.monotonic() > started + _READY_SECONDS:
                log.warning("%s: its service manager (pid %s) does not answer", self.name, self.process.pid)
                if self.process.returncode is None:
                    self.process.kill()
                return False
            await asyncio.sleep(_POLL_SECONDS)
        return True

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_unix_connection(self.root / "run/units.sock")
        except OSError:
            return False
        writer.close()
        return True

    async def _next(self) -> None:
        """Until something else is wanted, or its manager has died."""
        started = time.monotonic()
        changed = asyncio.ensure_future(self._changed.wait())
        ended = [asyncio.ensure_future(self.process.wait())] if self.process else []
        await asyncio.wait([changed, *ended], return_when=asyncio.FIRST_COMPLETED)
        changed.cancel()
        if not ended or not ended[0].done():
            for waiting in ended:
                waiting.cancel()
            return
        self._failures = 0 if time.monotonic() - started > _STEADY_SECONDS else self._failures
        pause = _BACK_OFF_SECONDS[min(self._failures, len(_BACK_OFF_SECONDS) - 1)]
        self._failures += 1
        log.warning("%s: its service manager ended with %s, restart in %s s", self.name, ended[0].result(), pause)
        self.process = None
        order, _ = self._wanted()
        if order:
            self._say("down", order)
            await asyncio.sleep(pause)

    async def _halt(self) -> None:
        process, self.process = self.process, None
        if not process or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self.stop_seconds)
        except TimeoutError:
            log.warning("%s did not shut down in %s s and is killed", self.name, self.stop_seconds)
            process.kill()
            await process.wait()

    def _say(self, state: str, order: Order) -> None:
        self._report({"instance": self.name, "state": state, "boots": order["boots"]})

    def _console(self) -> str:
        path = self.root / cloud_init.LOG
        return path.read_bytes()[-CONSOLE_BYTES:].decode(errors="replace") if path.exists() else ""
