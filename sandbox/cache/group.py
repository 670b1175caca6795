"""A replication group: its nodes brought to what the order says, again and again, whatever dies."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import secrets
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.cache import info, settings
from sandbox.cache.node import Node
from sandbox.cache.reader import Reader
from sandbox.cache.resp import Refused
from sandbox.cache.succession import Succession
from sandbox.packages import Server

log = logging.getLogger(__name__)

_UNSETTLED_SECONDS, _SETTLED_SECONDS = 0.05, 1.0
# A process that ends sooner did not start; so many of them are a group that cannot be made.
_SHORT_SECONDS, _TRIES = 2.0, 3

Report = Callable[[dict[str, Any]], None]


class Group:
    def __init__(self, uid: str, order: dict[str, Any], folder: Path, server: Server, detection_seconds: float, report: Report) -> None:
        self.uid = uid
        self.order = order
        self.primary: str = order["primary"]
        self.nodes: dict[str, Node] = {}
        self._folder = folder / uid
        self._snapshots = folder / "snapshots"
        self._server = server
        self.detection_seconds = detection_seconds
        self.report = report
        self._reported: dict[str, Any] = {}
        self._secret = secrets.token_urlsafe(32)
        self._restored = False
        self._short = 0
        self._problem = ""
        self._reader = Reader()
        self._wake = asyncio.Event()
        self._succession = Succession(self)

    def follow(self, order: dict[str, Any]) -> None:
        self.order = order
        self._wake.set()

    async def run(self) -> None:
        """Until it is cancelled, which stops the processes."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in (("server.pem", "certificate"), ("server.key", "key"), ("authority.pem", "authority")):
            with os.fdopen(os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(self.order[text])
        try:
            while True:
                self._wake.clear()
                order = self.order
                try:
                    settled = await self._step(order)
                    pause = _SETTLED_SECONDS if settled else _UNSETTLED_SECONDS
                except (OSError, Refused) as error:  # a node that starts, or has just died: the next step sees which
                    log.debug("%s: %s", order["name"], error)
                    settled, pause = False, _UNSETTLED_SECONDS
                except Exception:
                    log.exception("%s was not brought to what it is to be", order["name"])
                    settled, pause = False, _SETTLED_SECONDS
                self._say(settled, order["revision"])
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
        finally:
            self._reader.stop()
            await asyncio.gather(*(node.stop() for node in self.nodes.values()))

    async def _step(self, order: dict[str, Any]) -> bool:
        if self._problem:
            return True
        if any(not node.is_alive for node in self.nodes.values()):
            self._say(False, order["revision"])
        await self._succession.promote_when_asked(order)
        for name in self.nodes.keys() - order["nodes"].keys() - {self.primary}:
            await self.nodes.pop(name).stop()
        for name in order["nodes"]:
            self.nodes.setdefault(name, Node(name, self._folder / name, self._server, self._secret))
        if not await self._succession.has_primary(order):
            return False
        waiting = False
        online = info.lags(await self.nodes[self.primary].info())
        for name in order["nodes"].keys() - {self.primary}:
            try:
                await self._replicate(self.nodes[name], order, order["nodes"][name] in online)
            except (OSError, Refused) as error:  # one that starts or has just died keeps no other waiting
                log.debug("%s: %s", name, error)
                waiting = True
        available = [name for name, node in self.nodes.items() if node.state == "available"]
        replicas = [name for name in available if name != self.primary]
        self._reader.targets = [(order["nodes"][name], order["port"]) for name in replicas or [self.primary]]
        await self._reader.start(order["reader_address"], order["port"])
        return len(available) == len(order["nodes"]) and not waiting

    async def ping(self, node: Node) -> None:
        """A process that is alive and does not answer is no better than one that is gone."""
        try:
            await node("PING", seconds=min(1.0, self.detection_seconds))
        except OSError:
            if node.state == "available" and node.silent_seconds > self.detection_seconds:
                log.warning("%s has not answered for %.1f s and is replaced", node.name, node.silent_seconds)
                node.ended = node.answered
                await node.stop(signal.SIGKILL)
            raise

    async def _replicate(self, node: Node, order: dict[str, Any], is_online: bool) -> None:
        master = order["nodes"][self.primary]
        if not node.is_alive:
            await self.start(node, order, master)
            return
        await self.ping(node)
        await node.tell(order)
        await node.follow(master, order["port"])
        if is_online and (await node.info()).get("master_link_status") == "up":
            self.available(node)

    async def start(self, node: Node, order: dict[str, Any], master: str) -> None:
        again = not node.is_new
        if again and time.monotonic() - node.started < _SHORT_SECONDS and node.state != "available":
            self._short += 1
            if self._short >= _TRIES:
                log_file = self._folder / f"{node.name}.log"
                self._problem = f"{node.name} does not start: {(log_file.read_text(errors='replace').splitlines() or [''])[-1]}"
                log.error("%s", self._problem)
                return
        is_primary = node.name == self.primary and not master
        dump = self._snapshots / f"{order['restore']}.rdb" if is_primary and order["restore"] and not self._restored else None
        if dump and not dump.exists():
            self._problem = "the data of its snapshot is not there any more"
            return
        digest = hashlib.sha256(self._secret.encode()).hexdigest()
        await node.start(settings.configuration(order, node.name, is_primary, master, self._secret, digest), master, dump, self._wake)
        if again:
            node.state = "recovering"
            self.report({"group": self.uid, "event": "recovering", "node": node.name})

    def available(self, node: Node) -> None:
        if node.state == "recovering":
            self.report({"group": self.uid, "event": "recovered", "node": node.name})
        if node.name == self.primary:
            self._restored = True
        node.state, self._short = "available", 0

    def _say(self, settled: bool, revision: int) -> None:
        states = {name: node.state if node.is_alive else "recovering" for name, node in self.nodes.items()}
        now = {"group": self.uid, "revision": revision, "settled": settled, "primary": self.primary}
        now |= {"nodes": states, "problem": self._problem}
        if now != self._reported:
            self._reported = now
            self.report(now)
