"""The nodes of a group as a cluster: that all know each other and nobody else, and that the slots are where they are to be.

https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.cache import endpoints, info, settings, slots
from sandbox.cache.node import Node
from sandbox.cache.resp import Refused

if TYPE_CHECKING:
    from sandbox.cache.group import Group

log = logging.getLogger(__name__)

# How many slots move between two looks at what has died, and how many keys at once.
_SLOTS, _KEYS = 256, 100
_MIGRATE_MS = 5000


@dataclass
class Peer:
    """A node as another one, or it itself, knows it."""

    address: str
    flags: set[str]
    master: str
    slots: set[int] = field(default_factory=set)


def peers(text: str) -> dict[str, Peer]:
    """CLUSTER NODES, by id. https://redis.io/docs/latest/commands/cluster-nodes/"""
    found = {}
    for line in text.splitlines():
        name, place, flags, master, _, _, _, _, *owned = line.split(" ")
        ranges = ",".join(one for one in owned if not one.startswith("["))  # in brackets is what moves
        found[name] = Peer(place.partition(":")[0], set(flags.split(",")), master.strip("-"), slots.parsed(ranges))
    return found


class Cluster:
    def __init__(self, group: Group) -> None:
        self._group = group
        # How many percent of the slots that are to move have moved.
        self.progress: float | None = None
        self._moving = 0

    async def step(self, order: dict[str, Any]) -> bool:
        """Whether all see it as it is to be."""
        views = await self._views()
        wanted = {number: slots.parsed(shard["slots"]) for number, shard in order["shards"].items()}
        if not await self._know_each_other(views, order):
            return False
        primaries = {number: self._group.nodes[name] for number, name in self._group.primaries.items() if name in self._group.nodes}
        if primaries.keys() != self._group.shards.keys() or any(node.name not in views for node in primaries.values()):
            return False
        own = {number: views[node.name][node.id].slots for number, node in primaries.items()}
        if any(own.get(number) != there for number, there in wanted.items()):
            await self._move(own, wanted, primaries, views, order)
            return False
        self.progress, self._moving = None, 0
        for number in self._group.shards.keys() - order["shards"].keys():
            log.info("%s gives up its shard %s, which has no slots any more", order["name"], number)
            await self._group.shards.pop(number).stop()
            return False
        told = {primaries[number].id: ("", there) for number, there in wanted.items()}
        for number, shard in self._group.shards.items():
            told |= {node.id: (primaries[number].id, set()) for node in shard.nodes.values() if node is not primaries[number]}
        alike = all({name: (peer.master, peer.slots) for name, peer in view.items()} == told for view in views.values())
        return alike and all([await self._serves(node) for node in self._group.nodes.values()])

    async def _serves(self, node: Node) -> bool:
        """One that has just come takes no keys yet."""
        return info.fields(await node("CLUSTER", "INFO"))["cluster_state"] == "ok"

    async def _views(self) -> dict[str, dict[str, Peer]]:
        """What each node that answers knows."""
        found = {}
        for name, node in self._group.nodes.items():
            if not node.is_alive:
                continue
            try:
                found[name] = peers(await node("CLUSTER", "NODES"))
            except (OSError, Refused) as error:
                log.debug("%s: %s", name, error)
                continue
            node.id = next(name for name, peer in found[name].items() if "myself" in peer.flags)
        return found

    async def _know_each_other(self, views: dict[str, dict[str, Peer]], order: dict[str, Any]) -> bool:
        nodes = self._group.nodes
        alive = [node for node in nodes.values() if node.is_alive]
        ids = {node.id for node in nodes.values()}
        known = all(node.id for node in alive)
        whole = known and len(views) == len(nodes)
        for name, view in views.items():
            met = {peer.address for peer in view.values()}
            for other in alive:
                if other.address not in met:
                    whole = False
                    await nodes[name]("CLUSTER", "MEET", other.address, str(order["port"]), str(endpoints.bus_port(order["port"])))
            # A node that has just started is not taken for a stranger.
            strangers = [one for one, peer in view.items() if known and one not in ids and "handshake" not in peer.flags]
            for one in strangers:
                whole = False
                try:
                    await nodes[name]("CLUSTER", "FORGET", one)
                except Refused as error:  # a replica's own primary, until it has another
                    log.debug("%s: %s", name, error)
            whole = whole and ids <= view.keys()
        return whole

    async def _move(
        self,
        own: dict[str, set[int]],
        wanted: dict[str, set[int]],
        primaries: dict[str, Node],
        views: dict[str, dict[str, Peer]],
        order: dict[str, Any],
    ) -> None:
        """Some of the slots to where they are to be; those that nobody has, at once."""
        free = set(range(slots.NUMBER)).difference(*own.values())
        for number, there in wanted.items():
            if given := free & there:
                words = [str(bound) for pair in slots.ranges(given) for bound in pair]
                await primaries[number]("CLUSTER", "ADDSLOTSRANGE", *words)
        left = sum(len(there - own[number] - free) for number, there in wanted.items())
        self._moving = max(self._moving, left)
        self.progress = round(100 * (1 - left / self._moving)) if left else None
        for source, has in own.items():
            for target, there in wanted.items():
                if source != target and (moving := sorted(has & there)[:_SLOTS]):
                    known = views[primaries[target].name][primaries[source].id].slots
                    try:
                        await self._migrate(primaries[source], primaries[target], moving, known, order)
                    except Refused as error:  # by one that has just come or taken over; the next step sees what is left
                        log.info("%s: slots of %s did not all move to %s: %s", order["name"], source, target, error)
                    return

    async def _migrate(self, source: Node, target: Node, moving: list[int], known: set[int], order: dict[str, Any]) -> None:
        """With their keys, while clients go on: https://redis.io/docs/latest/commands/cluster-setslot/"""
        if not await self._serves(target):
            return
        # Whose a slot is that a node imports, it is told by nobody: it must know it before.
        if unknown := [slot for slot in moving if slot not in known]:
            await target.each(("CLUSTER", "SETSLOT", str(slot), "STABLE") for slot in unknown)
            return
        numbers = [str(slot) for slot in moving]
        await target.each(("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id) for slot in numbers)
        await source.each(("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id) for slot in numbers)
        counts = await source.each(("CLUSTER", "COUNTKEYSINSLOT", slot) for slot in numbers)
        login = ("AUTH2", settings.ADMINISTRATOR, self._group.secret)
        for slot in (slot for slot, count in zip(numbers, counts, strict=True) if count):
            while keys := await source("CLUSTER", "GETKEYSINSLOT", slot, str(_KEYS)):
                words = (target.address, str(order["port"]), "", "0", str(_MIGRATE_MS), "REPLACE", *login, "KEYS", *keys)
                await source("MIGRATE", *words, seconds=2 * _MIGRATE_MS / 1000)
        for node in (target, source):
            await node.each(("CLUSTER", "SETSLOT", slot, "NODE", target.id) for slot in numbers)
