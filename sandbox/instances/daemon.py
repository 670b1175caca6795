"""The parent of the hosts: one connection's orders, and what became of them."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.daemon import follow
from sandbox.instances import cpu
from sandbox.instances.host import Host, Order

log = logging.getLogger(__name__)

SAMPLE_SECONDS = 5.0
# Less than the supervisor gives a part to end.
_END_SECONDS = 8.0


class Daemon:
    def __init__(self, folder: Path, endpoint: str) -> None:
        self.folder = folder
        self.endpoint = endpoint
        self._sessions: set[Session] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One emulator, as long as it lives."""
        session = Session(self, writer)
        self._sessions.add(session)
        try:
            await follow(session, reader, writer)
        finally:
            self._sessions.discard(session)

    async def end(self) -> None:
        await asyncio.gather(*(session.end() for session in self._sessions))


class Session:
    def __init__(self, daemon: Daemon, writer: asyncio.StreamWriter) -> None:
        self._daemon = daemon
        self._writer = writer
        self._authority = ""
        self._wanted: dict[str, Order] = {}
        self._hosts: dict[str, Host] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sampling: asyncio.Task[None] | None = None

    def report(self, said: dict[str, Any]) -> None:
        self._writer.write(json.dumps(said).encode() + b"\n")

    def follow(self, order: dict[str, Any]) -> None:
        self._authority, self._wanted = order["authority"], order["instances"]
        self._remove_others()
        for host in self._hosts.values():
            host.follow()
        for name in self._wanted.keys() - self._tasks.keys():
            self._tasks[name] = asyncio.create_task(self._keep(name))
        if self._tasks and not self._sampling:
            self._sampling = asyncio.create_task(self._sample())

    async def _keep(self, name: str) -> None:
        """An instance that is wanted again while it ends is another host, after it."""
        try:
            while name in self._wanted:
                made = Host(name, self._daemon.folder, self._daemon.endpoint, self._order_of(name), self.report)
                self._hosts[name] = made
                await made.run()
        except Exception:
            log.exception("%s is not kept any more", name)
        del self._hosts[name], self._tasks[name]
        if not self._tasks and self._sampling:
            self._sampling.cancel()
            self._sampling = None

    def _order_of(self, name: str) -> Callable[[], tuple[Order | None, str]]:
        return lambda: (self._wanted.get(name), self._authority)

    async def _sample(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_SECONDS)
            for name, host in self._hosts.items():
                if host.process and host.process.returncode is None:
                    self.report({"instance": name, "cpu_seconds": cpu.seconds(host.process.pid), "at": time.monotonic()})

    def _remove_others(self) -> None:
        """Folders of instances of before, whose daemon did not live to remove them."""
        for folder in self._daemon.folder.glob("i-*"):
            if folder.name not in self._wanted and folder.name not in self._tasks:
                shutil.rmtree(folder, ignore_errors=True)

    async def end(self) -> None:
        self._wanted = {}
        for host in self._hosts.values():
            host.stop_seconds, host.linger_seconds = _END_SECONDS, 0
            host.follow()
        await asyncio.gather(*self._tasks.values())
