"""A task in the daemon: its containers from the first one's start to the last one's end."""

from __future__ import annotations

import asyncio
import logging
import tarfile
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from sandbox.containers.process import Container, Report
from sandbox.containers.usage import usage

log = logging.getLogger(__name__)

SAMPLE_SECONDS = 5.0

Unpack = Callable[[str, list[str]], Awaitable[Path]]


class Running:
    def __init__(self, uid: str, order: dict[str, Any], unpack: Unpack, report: Report, speed: float) -> None:
        self.uid = uid
        self.address: str = order["address"]
        self._order = order
        self._unpack = unpack
        self._report = report
        self._speed = speed
        self._stop = asyncio.Event()
        self._containers: list[Container] = []
        self._problem = ""

    def stop(self) -> None:
        self._stop.set()

    async def run(self, address_is_free: asyncio.Event | None) -> None:
        """To its end."""
        if address_is_free:
            await address_is_free.wait()
        sampling = asyncio.ensure_future(self._sample())
        starting: list[asyncio.Task[None]] = []
        try:
            roots = await self._pull()
            if not self._problem and not self._stop.is_set():
                orders = self._order["containers"]
                self._containers = [Container(self.uid, one, roots[one["name"]], self._report, self._speed) for one in orders]
                starting = [asyncio.ensure_future(self._start(one)) for one in self._containers]
                asyncio.ensure_future(self._tell_running(starting))  # noqa: RUF006, its end does not matter
                await self._until_end()
        except Exception:
            log.exception("task %s", self.uid)
            self._problem = self._problem or "InternalError: see the sandbox's log/containers.log"
        finally:
            for helper in (sampling, *starting):
                helper.cancel()
            await asyncio.gather(*(one.stop() for one in self._containers), return_exceptions=True)
            for one in self._containers:
                one.close()
            codes = {one.name: one.exit_code for one in self._containers}
            self._report({"task": self.uid, "gone": True, "problem": self._problem, "exits": codes})

    async def _pull(self) -> dict[str, Path]:
        roots = {}
        for one in self._order["containers"]:
            try:
                roots[one["name"]] = await self._unpack(one["digest"], one["layers"])
            except (OSError, tarfile.TarError, EOFError) as error:
                self._problem = f"CannotPullContainerError: {one['image']}: {error}"
        self._report({"task": self.uid, "pulled": True})
        return roots

    async def _start(self, container: Container) -> None:
        for name, condition in container.order["depends_on"]:
            await self._reached(next(one for one in self._containers if one.name == name), condition)
            if self._problem:
                return
        await container.start()

    async def _reached(self, other: Container, condition: str) -> None:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html"""
        if condition in ("COMPLETE", "SUCCESS"):
            await other.ended.wait()
        else:
            await _first(other.started.wait(), other.ended.wait())
        while condition == "HEALTHY" and other.health != "HEALTHY" and not other.ended.is_set():
            other.changed.clear()
            await other.changed.wait()
        if condition == "SUCCESS" and other.exit_code or condition == "HEALTHY" and other.ended.is_set():
            self._problem = f"A container that others depend on did not reach {condition}: {other.name}"
            self._stop.set()

    async def _tell_running(self, starting: Iterable[asyncio.Task[None]]) -> None:
        await asyncio.gather(*starting)
        if not any(one.essential and one.ended.is_set() for one in self._containers) and not self._stop.is_set():
            self._report({"task": self.uid, "running": True})

    async def _until_end(self) -> None:
        """An essential container's, all of them, or the order to stop."""
        essential = [one.ended.wait() for one in self._containers if one.essential]
        await _first(self._stop.wait(), _all(self._containers), *essential)

    async def _sample(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_SECONDS)
            groups = {one.process.pid for one in self._containers if one.process and not one.ended.is_set()}
            if groups:
                seconds, resident = await asyncio.to_thread(usage, groups)
                self._report({"task": self.uid, "cpu_seconds": seconds, "memory_bytes": resident})


async def _all(containers: Iterable[Container]) -> None:
    for one in containers:
        await one.ended.wait()


async def _first(*waits: Any) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
