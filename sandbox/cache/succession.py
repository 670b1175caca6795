"""Which node of a shard is the primary, when the one that was is lost or another is asked for.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from typing import TYPE_CHECKING, Any

from sandbox.cache.node import Node
from sandbox.cache.resp import Refused

if TYPE_CHECKING:
    from sandbox.cache.shard import Shard

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.05
_HAND_OVER_SECONDS = 2


class Succession:
    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._failovers: int = shard.order["failovers"]

    async def has_primary(self, order: dict[str, Any]) -> bool:
        node = self._shard.nodes[self._shard.primary]
        if node.is_alive and node.is_cluster != order["cluster"]:
            return False
        if not node.is_alive:
            await self._replace(node, order)
            return False
        await self._shard.ping(node)
        if node.master:  # a replacement that had to synchronize first
            if (await node.info()).get("master_link_status") != "up":
                return False
            await node.lead()
        await node.take(order["primary_address"])
        await node.tell(order)
        self._shard.available(node)
        return True

    async def _replace(self, node: Node, order: dict[str, Any]) -> None:
        if node.is_new:
            await self._shard.start(node, order, "")
            return
        if node.state == "available" and time.monotonic() - node.ended < self._shard.group.detection_seconds:
            return
        best = await self._best_replica()
        if best and order["automatic_failover"]:
            await self._fail_over(best, order)
            return
        if best:  # a replica of one that is gone serves nobody who wants to synchronize
            await best.lead()
        await self._shard.start(node, order, best.name if best else "")

    async def _best_replica(self) -> Node | None:
        """The one with the least lag."""
        offsets = {}
        for node in self._shard.nodes.values():
            if node.name != self._shard.primary and node.is_alive and node.state == "available":
                try:
                    offsets[node.name] = int((await node.info())["slave_repl_offset"])
                except (OSError, Refused, KeyError) as error:
                    log.warning("%s cannot be promoted: %r", node.name, error)
        return self._shard.nodes[max(offsets, key=lambda name: offsets[name])] if offsets else None

    async def _fail_over(self, best: Node, order: dict[str, Any]) -> None:
        await best.lead()
        before, self._shard.primary = self._shard.primary, best.name
        await best.take(order["primary_address"])
        self._shard.group.tell("failover", best.name, **{"from": before})

    async def promote_when_asked(self, order: dict[str, Any]) -> None:
        """TestFailover, where the primary dies; or another primary, by its name, once that has all the data."""
        if order["failovers"] == self._failovers or not self._shard.nodes:
            return
        old = self._shard.nodes[self._shard.primary]
        wanted = self._shard.nodes.get(order["promote"]) if order["promote"] else await self._best_replica()
        if not wanted or wanted is not old and wanted.state != "available":
            return
        if not order["promote"]:
            await old.stop(signal.SIGKILL)
        elif wanted is not old:
            await self._hand_over(old, wanted)
            await old.stop(signal.SIGKILL)
            await self._fail_over(wanted, order)
        self._failovers = order["failovers"]

    async def _hand_over(self, old: Node, new: Node) -> None:
        """Nobody writes until the new one has all that there is."""
        await old("CLIENT", "PAUSE", f"{_HAND_OVER_SECONDS * 1000}", "WRITE")
        offset, deadline = int((await old.info())["master_repl_offset"]), time.monotonic() + _HAND_OVER_SECONDS
        while int((await new.info())["slave_repl_offset"]) < offset:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{new.name} did not catch up with {old.name} in {_HAND_OVER_SECONDS} s")
            await asyncio.sleep(_LOOK_SECONDS)
