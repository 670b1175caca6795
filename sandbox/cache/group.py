"""A replication group or a serverless cache: its shards brought to what the order says, again and again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.cache.cluster import Cluster
from sandbox.cache.node import Node
from sandbox.cache.reader import Reader
from sandbox.cache.resp import Refused
from sandbox.cache.shard import Shard
from sandbox.packages import Server

log = logging.getLogger(__name__)

_UNSETTLED_SECONDS, _SETTLED_SECONDS = 0.05, 1.0

Report = Callable[[dict[str, Any]], None]


class Group:
    def __init__(self, uid: str, order: dict[str, Any], folder: Path, server: Server, detection_seconds: float, report: Report) -> None:
        self.uid = uid
        self.order = order
        self.shards: dict[str, Shard] = {}
        self.detection_seconds = detection_seconds
        self.report = report
        self.secret = secrets.token_urlsafe(32)
        self.wake = asyncio.Event()
        self._folder = folder / uid
        self._snapshots = folder / "snapshots"
        self._server = server
        self._reported: dict[str, Any] = {}
        self._problem = ""
        self._configuration = Reader()
        self._cluster = Cluster(self)

    @property
    def nodes(self) -> dict[str, Node]:
        return {name: node for shard in self.shards.values() for name, node in shard.nodes.items()}

    @property
    def primaries(self) -> dict[str, str]:
        return {number: shard.primary for number, shard in self.shards.items()}

    @property
    def turn(self) -> Path:
        """What a shard has, while it is started anew in another mode."""
        return self._folder / "turn.rdb"

    def node(self, name: str, address: str) -> Node:
        return Node(name, address, self._folder / name, self._server, self.secret)

    def dump(self, name: str) -> Path:
        return self._snapshots / f"{name}.rdb"

    def fail(self, problem: str) -> None:
        self._problem = problem
        log.error("%s: %s", self.order["name"], problem)

    def tell(self, event: str, node: str, **more: str) -> None:
        self.report({"group": self.uid, "event": event, "node": node, **more})

    def follow(self, order: dict[str, Any]) -> None:
        self.order = order
        self.wake.set()

    async def run(self) -> None:
        """Until it is cancelled, which stops the processes."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            while True:
                self.wake.clear()
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
                    await asyncio.wait_for(self.wake.wait(), pause)
        finally:
            self._configuration.stop()
            await asyncio.gather(*(shard.stop() for shard in self.shards.values()))

    async def _step(self, order: dict[str, Any]) -> bool:
        if self._problem:
            return True
        if any(not node.is_alive for node in self.nodes.values()):
            self._say(False, order["revision"])
        self._keep_certificate(order)
        common = {name: value for name, value in order.items() if name != "shards"}
        for number, one in order["shards"].items():
            if number not in self.shards:
                self.shards[number] = Shard(self, one)
        # One that goes is kept as it is until its slots are elsewhere.
        results = [
            await self._shard(one, {**one.order, **common, **order["shards"].get(number, {})}) for number, one in self.shards.items()
        ]
        settled = all(results)
        if order["cluster"]:
            settled = await self._cluster.step(order) and settled
        await self._lead_to_cluster(order)
        return settled

    async def _shard(self, shard: Shard, order: dict[str, Any]) -> bool:
        try:
            return await shard.step(order)
        except (OSError, Refused) as error:  # one whose primary starts or has just died keeps no other waiting
            log.debug("%s: %s", shard.primary, error)
            return False

    async def _lead_to_cluster(self, order: dict[str, Any]) -> None:
        """On AWS the name of the configuration endpoint resolves to any of the nodes."""
        if order["configuration_address"]:
            there = [node.address for node in self.nodes.values() if node.state == "available"]
            self._configuration.targets = [(address, order["port"]) for address in there]
            await self._configuration.start(order["configuration_address"], order["port"])
        else:
            self._configuration.stop()

    def _keep_certificate(self, order: dict[str, Any]) -> None:
        """A node reads it when it starts."""
        for name, text in (("server.pem", "certificate"), ("server.key", "key"), ("authority.pem", "authority")):
            file = self._folder / name
            if not file.exists() or file.read_text() != order[text]:
                with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
                    opened.write(order[text])

    def _say(self, settled: bool, revision: int) -> None:
        states = {name: node.state if node.is_alive else "recovering" for name, node in self.nodes.items()}
        now = {"group": self.uid, "revision": revision, "settled": settled, "primaries": self.primaries}
        now |= {"nodes": states, "resharded": self._cluster.progress, "problem": self._problem}
        if now != self._reported:
            self._reported = now
            self.report(now)
