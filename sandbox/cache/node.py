"""A node: one Redis process, its folder, and the administrator's connection to it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sandbox.cache import info, settings
from sandbox.cache.resp import Connection, Refused
from sandbox.packages import Server

log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
_GRACE_SECONDS = 5
_SAVE_SECONDS = 60
_LOOK_SECONDS = 0.02


class Node:
    def __init__(self, name: str, address: str, folder: Path, server: Server, secret: str) -> None:
        self.name = name
        self.address = address
        self.folder = folder
        self.state = "creating"
        self.told: tuple[Any, ...] = ()
        self.master = ""
        self.has_primary_address = False
        self.is_cluster = False
        # In a cluster, once it has told it; each process has another.
        self.id = ""
        self._server = server
        self._secret = secret
        self._process: asyncio.subprocess.Process | None = None
        self._connection: Connection | None = None
        self._categories: dict[str, set[str]] = {}
        self.started = 0.0
        self.answered = 0.0
        # When it went, as far as anybody could notice.
        self.ended = 0.0

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def is_new(self) -> bool:
        return self._process is None

    @property
    def silent_seconds(self) -> float:
        return time.monotonic() - self.answered

    async def start(self, configuration: str, is_cluster: bool, master: str, dump: Path | None, ended: asyncio.Event) -> None:
        """With nothing in memory but what a dump has."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True)
        if dump:
            shutil.copyfile(dump, self.folder / settings.DUMP)
        libraries = {"LD_LIBRARY_PATH": str(self._server.libraries)} if self._server.libraries else {}
        with (self.folder.parent / f"{self.name}.log").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                str(self._server.program),
                "-",
                cwd=self.folder,
                env={"PATH": os.defpath, **libraries},
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        self.state, self.told, self.master, self.has_primary_address, self.id = "creating", (), master, False, ""
        self.is_cluster = is_cluster
        self.started = self.answered = time.monotonic()
        self.ended = 0.0
        asyncio.get_running_loop().create_task(self._tell_of_end(self._process, ended))
        assert self._process.stdin
        self._process.stdin.write(configuration.encode())
        self._process.stdin.write_eof()

    async def _tell_of_end(self, process: asyncio.subprocess.Process, ended: asyncio.Event) -> None:
        log.info("%s has pid %s", self.name, process.pid)
        await process.wait()
        log.info("%s (pid %s) ended with %s", self.name, process.pid, process.returncode)
        self.ended = self.ended or time.monotonic()
        self._disconnect()
        ended.set()

    async def __call__(self, *words: str, seconds: float = 2.0) -> Any:
        connection = await self._connected()
        try:
            answer = await connection(*words, seconds=seconds)
        except ConnectionError:
            self._disconnect()
            raise
        self.answered = time.monotonic()
        return answer

    async def each(self, commands: Iterable[tuple[str, ...]], seconds: float = 10.0) -> list[Any]:
        """Of many commands all answers, one of which may be an error that is raised."""
        connection = await self._connected()
        try:
            return await connection.each([*commands], seconds)
        except ConnectionError:
            self._disconnect()
            raise

    async def _connected(self) -> Connection:
        if not self._connection:
            self._connection = await Connection.open(self.folder / settings.SOCKET, settings.ADMINISTRATOR, self._secret)
        return self._connection

    def last_words(self) -> str:
        return ((self.folder.parent / f"{self.name}.log").read_text(errors="replace").splitlines() or [""])[-1]

    async def info(self) -> dict[str, str]:
        return info.fields(await self("INFO", "everything"))

    async def numbers(self, found: dict[str, str]) -> dict[str, float]:
        if not self._categories:
            names = {*info.FAMILIES.values(), info.READ, info.WRITE}
            self._categories = {name: set(await self("ACL", "CAT", name)) for name in names}
        return info.numbers(found, self._categories)

    async def tell(self, order: dict[str, Any]) -> None:
        """Users, parameters and memory; each user at once, so that no connection is refused meanwhile."""
        now = settings.told(order)
        if self.told == now:
            return
        for name, value in {**order["parameters"], "maxmemory": str(order["maxmemory"])}.items():
            try:
                await self("CONFIG", "SET", name, value)
            except Refused as error:
                log.warning("%s does not take %s: %s", self.name, name, error)
        users = {"default": ["off"], **order["users"]}
        for name, rules in users.items():
            await self("ACL", "SETUSER", name, "reset", *rules)
        if others := set(await self("ACL", "USERS")) - {*users, settings.ADMINISTRATOR}:
            await self("ACL", "DELUSER", *others)
        self.told = now

    async def follow(self, master: Node, order: dict[str, Any]) -> None:
        if self.is_cluster:
            # The one of the cluster's is its own to know: it follows who takes over its primary's slots by itself.
            found = await self.info()
            if found["role"] != "slave" or found["master_host"] != master.address:
                await self("CLUSTER", "REPLICATE", master.id)
        elif self.master != master.name:
            await self("REPLICAOF", master.address, str(order["port"]))
        self.master = master.name

    async def lead(self) -> None:
        """A replica becomes the primary, without those being asked who would have to agree: they may be the ones that are lost."""
        await self(*(("CLUSTER", "FAILOVER", "TAKEOVER") if self.is_cluster else ("REPLICAOF", "NO", "ONE")))
        self.master = ""

    async def databases(self) -> set[str]:
        """Those that have keys."""
        return {name.removeprefix("db") for name in await self.info() if re.fullmatch(r"db\d+", name)}

    async def take(self, primary: str) -> None:
        """The primary's address beside its own, where there is one."""
        if primary and not self.has_primary_address:
            await self("CONFIG", "SET", "bind", f"{self.address} {primary}")
            self.has_primary_address = True

    async def save(self, file: Path) -> int:
        """A snapshot into a file; its size."""
        deadline = time.monotonic() + _SAVE_SECONDS
        for act in ("BGSAVE", ""):
            while (await self.info())["rdb_bgsave_in_progress"] != "0":
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{self.name} did not save its data in {_SAVE_SECONDS} s")
                await asyncio.sleep(_LOOK_SECONDS)
            if act:
                await self(act)
        if (await self.info())["rdb_last_bgsave_status"] != "ok":
            raise Refused("the background save failed")
        (self.folder / settings.DUMP).replace(file)
        return file.stat().st_size

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        self._disconnect()
        if self._process and self._process.returncode is None:
            self._process.send_signal(number)
            try:
                await asyncio.wait_for(self._process.wait(), _GRACE_SECONDS)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()

    def _disconnect(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
