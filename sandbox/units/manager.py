"""The service manager of one host: which units are loaded, jobs over several of them, boot and shutdown."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from sandbox.units.config import Unit
from sandbox.units.files import UnitFiles
from sandbox.units.journal import Journal
from sandbox.units.names import UnitName
from sandbox.units.processes import Invocations, Reaper
from sandbox.units.service import Host, Service
from sandbox.units.sockets import Socket
from sandbox.units.state import JobFailed

Loaded = Service | Socket
T = TypeVar("T")


class CannotLoad(Exception):
    """A unit that does not exist, is masked or has a bad setting cannot be started."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit.load_error)
        self.unit = unit


class Manager:
    def __init__(self, root: Path, invocations: Invocations, address: str = "") -> None:
        self.root = root
        self.address = address
        self.files = UnitFiles(root)
        self.journal = Journal(root)
        self.host = Host(self.journal, Reaper(), invocations, self._sockets_of, self._service_changed)
        self.loaded: dict[str, Loaded] = {}
        self.state = "starting"
        self.booted = asyncio.Event()
        self._jobs: set[asyncio.Task[Any]] = set()
        self._warned: dict[str, list[str]] = {}

    # Loading

    def get(self, name: UnitName) -> Loaded:
        """An idle unit is read anew, for systemd forgets it; one that runs keeps what it was started with."""
        known = self.loaded.get(name.full)
        if known and not known.is_idle and known.config.load_state == "loaded":
            return known
        config = self._load(name)
        if known:
            known.config = config  # type: ignore[assignment]
            return known
        unit: Loaded
        if name.suffix == "socket":
            unit = Socket(config, self.journal, self._service, self._triggered, self._start_soon, self.address)  # type: ignore[arg-type]
        else:
            unit = Service(config, self.host)  # type: ignore[arg-type]
        if config.load_state == "loaded":
            self.loaded[name.full] = unit
        return unit

    def reload(self) -> None:
        """`systemctl daemon-reload`."""
        for name, unit in list(self.loaded.items()):
            config = self._load(unit.config.name)
            if config.load_state == "loaded" or unit.is_idle:
                unit.config = config  # type: ignore[assignment]
            else:
                unit.config.stamp = config.stamp
            if config.load_state == "not-found" and unit.active == "inactive":
                del self.loaded[name]
        for name in self.files.names():
            self.get(UnitName.parse(name)) if "@." not in name else None

    def needs_reload(self, unit: Loaded) -> bool:
        return not unit.is_idle and unit.config.stamp != self.files.stamp(unit.config.name)

    def _load(self, name: UnitName) -> Unit:
        config = self.files.load(name)
        said = config.warnings + ([f"{name.full}: {config.load_error}"] if config.load_state == "bad-setting" else [])
        if said != self._warned.get(name.full, []):
            self._warned[name.full] = said
            for warning in said:
                self.journal.manager(name.full, warning, 4)
        return config

    # Sockets and services

    def _service(self, name: str) -> Loaded | None:
        unit = self.get(UnitName.parse(name))
        return unit if unit.config.load_state == "loaded" else None

    def _triggered(self, socket: str) -> list[Service]:
        return [unit for unit in self.loaded.values() if isinstance(unit, Service) and socket in self._triggering(unit)]

    def _triggering(self, service: Service) -> list[str]:
        named = list(service.config.sockets)
        sockets = [unit for unit in self.loaded.values() if isinstance(unit, Socket)]
        return named + [unit.name for unit in sockets if unit.config.service == service.name and unit.name not in named]

    def _sockets_of(self, service: Service) -> list[tuple[str, int]]:
        result: list[tuple[str, int]] = []
        for name in self._triggering(service):
            unit = self.loaded.get(name)
            if isinstance(unit, Socket):
                result += unit.descriptors(service.config.non_blocking)
        return result

    def sockets_triggering(self, service: Loaded) -> list[Socket]:
        names = self._triggering(service) if isinstance(service, Service) else []
        return [unit for name in names if isinstance(unit := self.loaded.get(name), Socket)]

    def _service_changed(self, service: Service) -> None:
        for socket in self.sockets_triggering(service):
            socket.service_changed(service)

    def _start_soon(self, name: str) -> None:
        self.spawn(self._start_quietly(name))

    async def _start_quietly(self, name: str) -> None:
        try:
            await self.start(UnitName.parse(name))
        except CannotLoad as error:
            self.journal.manager(name, f"{name}: {error}", 3)
        except JobFailed:
            pass  # the unit has said why

    # Jobs

    def spawn(self, job: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A job goes on when the client that asked for it is gone."""
        task = asyncio.create_task(job)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        return task

    async def start(self, *names: UnitName) -> None:
        """Start units with what they require and want, each after those it is ordered after."""
        units: dict[str, Loaded] = {}
        for name in names:
            self._collect(name, units)
        tasks: dict[str, asyncio.Task[None]] = {}
        for full, unit in units.items():
            earlier = [other for other in units if other != full and self._is_after(unit, units[other])]
            tasks[full] = self.spawn(self._start_after(unit, earlier, tasks))
        if tasks:
            await asyncio.wait(tasks.values())
        failed = {full: task.exception() for full, task in tasks.items() if task.exception()}
        for name in names:
            if error := failed.get(name.full):
                raise error

    async def _start_after(self, unit: Loaded, earlier: list[str], tasks: dict[str, asyncio.Task[None]]) -> None:
        for name in earlier:
            await asyncio.wait({tasks[name]})
            if tasks[name].exception() and name in (*unit.config.requires, *unit.config.binds_to):
                raise JobFailed(unit.name, "dependency")
        await unit.start()

    def _collect(self, name: UnitName, units: dict[str, Loaded]) -> None:
        if name.full in units or name.suffix == "target":
            return
        unit = self.get(name)
        if unit.config.load_state != "loaded":
            raise CannotLoad(unit.config)
        units[name.full] = unit
        for needed in (*unit.config.requires, *unit.config.binds_to):
            self._collect(UnitName.parse(needed), units)
        for wanted in unit.config.wants:
            if wanted.endswith((".service", ".socket")) and self.get(UnitName.parse(wanted)).config.load_state == "loaded":
                self._collect(UnitName.parse(wanted), units)

    def _is_after(self, unit: Loaded, other: Loaded) -> bool:
        """A cycle is broken at the later name, as systemd breaks it somewhere."""
        ordered = other.name in unit.config.after or unit.name in other.config.before
        reverse = unit.name in other.config.after or other.name in unit.config.before
        return ordered and not (reverse and unit.name < other.name)

    async def stop(self, *names: str) -> list[str]:
        """Stop units and those that cannot do without them; says which were stopped."""
        chosen: dict[str, Loaded] = {}
        rest = list(names)
        while rest:
            full = rest.pop(0)
            unit = self.loaded.get(full)
            if full in chosen or unit is None:
                continue
            chosen[full] = unit
            rest += [
                other.name
                for other in self.loaded.values()
                if not other.is_idle and full in (*other.config.requires, *other.config.binds_to, *other.config.part_of)
            ]
        await asyncio.gather(*(unit.stop() for unit in chosen.values()))
        return [full for full in chosen if full not in names]

    async def restart(self, name: UnitName) -> None:
        dependents = await self.stop(name.full)
        await self.start(name, *map(UnitName.parse, dependents))

    # The host

    async def boot(self) -> None:
        """Start what is enabled; one that fails does not hold up the others."""
        ready = []
        for name in map(UnitName.parse, self.files.boot_names()):
            try:
                self._collect(name, {})
                ready.append(name)
            except CannotLoad as error:
                self.journal.manager(name.full, f"{name.full}: {error}", 3)
        with contextlib.suppress(JobFailed):  # the unit has said why
            await self.start(*ready)
        self.state = "running"
        self.booted.set()

    async def shutdown(self) -> None:
        self.state = "stopping"
        units = list(self.loaded.values())
        await asyncio.gather(*(unit.stop() for unit in units if isinstance(unit, Service)))
        await asyncio.gather(*(unit.stop() for unit in units if isinstance(unit, Socket)))

    def system_state(self) -> str:
        failed = any(unit.active == "failed" for unit in self.loaded.values())
        return "degraded" if self.state == "running" and failed else self.state
