"""A shard of a group: its primary and its replicas brought to what the order says, whatever dies."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.cache import info, settings
from sandbox.cache.node import Node
from sandbox.cache.reader import Reader
from sandbox.cache.resp import Refused
from sandbox.cache.succession import Succession

if TYPE_CHECKING:
    from sandbox.cache.group import Group

log = logging.getLogger(__name__)

# A process that ends sooner did not start; so many of them are a group that cannot be made.
_SHORT_SECONDS, _TRIES = 2.0, 3
_TURN_SECONDS = 60


class Shard:
    def __init__(self, group: Group, order: dict[str, Any]) -> None:
        self.group = group
        self.primary: str = order["primary"]
        self.nodes: dict[str, Node] = {}
        self.order = order
        self._restored = False
        self._short = 0
        self._reader = Reader()
        self._succession = Succession(self)

    async def step(self, order: dict[str, Any]) -> bool:
        """The order of the group and of this shard of it."""
        self.order = order
        await self._succession.promote_when_asked(order)
        for name in self.nodes.keys() - order["nodes"].keys() - {self.primary}:
            await self.nodes.pop(name).stop()
        for name in order["nodes"]:
            self.nodes.setdefault(name, self.group.node(name, order["nodes"][name]))
        if any(node.is_alive and node.is_cluster != order["cluster"] for node in self.nodes.values()):
            await self._turn(order)
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
        if order["reader_address"]:
            replicas = [name for name in available if name != self.primary]
            self._reader.targets = [(order["nodes"][name], order["port"]) for name in replicas or [self.primary]]
            await self._reader.start(order["reader_address"], order["reader_port"])
        else:
            self._reader.stop()
        return len(available) == len(order["nodes"]) and not waiting

    async def _turn(self, order: dict[str, Any]) -> None:
        """All nodes anew, as a cluster or as none, with what the primary has. Nobody writes from then on until they are there."""
        primary = self.nodes[self.primary]
        if not primary.is_alive:
            return  # somebody takes over first
        if order["cluster"] and (others := await primary.databases() - {"0"}):
            self.group.tell("refused", self.primary, problem=f"There are keys in the databases {', '.join(sorted(others))}")
            raise Refused("a cluster has no other database than 0")
        await primary("CLIENT", "PAUSE", f"{_TURN_SECONDS * 1000}", "WRITE")
        await primary.save(self.group.turn)
        await asyncio.gather(*(node.stop() for node in self.nodes.values()))
        await self.start(primary, order, "", self.group.turn)

    async def ping(self, node: Node) -> None:
        """A process that is alive and does not answer is no better than one that is gone."""
        seconds = self.group.detection_seconds
        try:
            await node("PING", seconds=min(1.0, seconds))
        except OSError:
            if node.state == "available" and node.silent_seconds > seconds:
                log.warning("%s has not answered for %.1f s and is replaced", node.name, node.silent_seconds)
                node.ended = node.answered
                await node.stop(signal.SIGKILL)
            raise

    async def _replicate(self, node: Node, order: dict[str, Any], is_online: bool) -> None:
        if not node.is_alive:
            await self.start(node, order, self.primary)
            return
        await self.ping(node)
        await node.tell(order)
        await node.follow(self.nodes[self.primary], order)
        if is_online and (await node.info()).get("master_link_status") == "up":
            self.available(node)

    async def start(self, node: Node, order: dict[str, Any], master: str, dump: Path | None = None) -> None:
        again = not node.is_new
        if again and time.monotonic() - node.started < _SHORT_SECONDS and node.state != "available":
            self._short += 1
            if self._short >= _TRIES:
                self.group.fail(f"{node.name} does not start: {node.last_words()}")
                return
        is_primary = node.name == self.primary and not master
        if is_primary and order["restore"] and not self._restored:
            dump = self.group.dump(order["restore"])
        if dump and not dump.exists():
            self.group.fail("the data of its snapshot is not there any more")
            return
        secret = self.group.secret
        digest = hashlib.sha256(secret.encode()).hexdigest()
        text = settings.configuration(order, node.name, is_primary, order["nodes"].get(master, ""), secret, digest)
        await node.start(text, order["cluster"], master, dump, self.group.wake)
        if again:
            node.state = "recovering"
            self.group.tell("recovering", node.name)

    def available(self, node: Node) -> None:
        if node.state == "recovering":
            self.group.tell("recovered", node.name)
        if node.name == self.primary:
            self._restored = True
        node.state, self._short = "available", 0

    async def stop(self) -> None:
        self._reader.stop()
        await asyncio.gather(*(node.stop() for node in self.nodes.values()))
