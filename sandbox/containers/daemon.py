"""The parent of the containers' processes: one connection's orders, and what became of them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from sandbox.containers import image
from sandbox.containers.running import Running
from sandbox.daemon import follow


class Daemon:
    def __init__(self, folder: Path, speed: float) -> None:
        self._images = folder / "images"
        self._speed = speed
        self._unpacking: dict[str, asyncio.Lock] = {}
        # By address, so that the next task that has it waits.
        self._busy: dict[str, asyncio.Event] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One emulator, as long as it lives."""
        session = Session(self, writer)
        await follow(session, reader, writer)

    def task(self, uid: str, order: dict[str, Any], session: Session) -> Running:
        return Running(uid, order, self.unpack, session.report, self._speed)

    async def unpack(self, digest: str, layers: list[str]) -> Path:
        """The folder of an image; whoever wants it meanwhile waits."""
        folder = self._images / digest.removeprefix("sha256:")
        async with self._unpacking.setdefault(digest, asyncio.Lock()):
            await asyncio.to_thread(image.unpack, map(Path, layers), folder)
        return folder

    async def run(self, task: Running) -> None:
        before, over = self._busy.get(task.address), asyncio.Event()
        self._busy[task.address] = over
        try:
            await task.run(before)
        finally:
            over.set()
            if self._busy.get(task.address) is over:
                del self._busy[task.address]

    def keep_images(self, digests: set[str]) -> None:
        for folder in self._images.glob("*"):
            if f"sha256:{folder.name}" not in digests:
                image.remove(folder)


class Session:
    def __init__(self, daemon: Daemon, writer: asyncio.StreamWriter) -> None:
        self._daemon = daemon
        self._writer = writer
        self._tasks: dict[str, tuple[Running, asyncio.Task[None]]] = {}

    def report(self, said: dict[str, Any]) -> None:
        if not self._writer.is_closing():
            self._writer.write(json.dumps(said).encode() + b"\n")

    def follow(self, order: dict[str, Any]) -> None:
        wanted: dict[str, Any] = order["tasks"]
        for uid, (task, _) in self._tasks.items():
            if uid not in wanted or wanted[uid]["stop"]:
                task.stop()
        for uid, one in wanted.items():
            if uid not in self._tasks and not one["stop"]:
                task = self._daemon.task(uid, one, self)
                self._tasks[uid] = task, asyncio.ensure_future(self._run(uid, task))
            elif uid not in self._tasks:
                self.report({"task": uid, "gone": True, "problem": "", "exits": {}})
        if not wanted and not self._tasks:
            self._daemon.keep_images(set())

    async def _run(self, uid: str, task: Running) -> None:
        try:
            await self._daemon.run(task)
        finally:
            self._tasks.pop(uid, None)

    async def end(self) -> None:
        """The emulator is gone, and with it what it wanted."""
        running = [ended for _, ended in self._tasks.values()]
        for task, _ in self._tasks.values():
            task.stop()
        await asyncio.gather(*running, return_exceptions=True)
        self._daemon.keep_images(set())
