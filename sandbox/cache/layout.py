"""The shards of a replication group that is made: how many, with which slots, nodes, zones and data.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_NodeGroupConfiguration.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.cache import checks, link, slots
from sandbox.cache.account import Account, Node, Shard, Snapshot
from sandbox.cache.faults import combination, fault, value

MOST_NODES = 90


def configurations(asked: dict[str, Any], restored: Snapshot | None) -> list[dict[str, Any]]:
    """What is asked for of each shard."""
    given = asked.get("NodeGroupConfiguration") or []
    number = asked.get("NumNodeGroups") or len(given) or (len(restored.nodes) if restored else 1)
    if given and len(given) != number:
        raise combination(f"NumNodeGroups is {number}, and NodeGroupConfiguration has {len(given)}.")
    if restored and number < len(restored.nodes):
        raise NotImplementedError(f"{number} shards from a snapshot of {len(restored.nodes)}")
    found = [{"NodeGroupId": f"{place + 1:04}", **(given[place] if given else {})} for place in range(number)]
    if len({int(one["NodeGroupId"]) for one in found}) < number:
        raise value("NodeGroupConfiguration has a NodeGroupId twice.")
    return found


def slots_of(wanted: list[dict[str, Any]], restored: Snapshot | None) -> list[str]:
    """As they are given, else as the snapshot has them, else evenly."""
    if any(one.get("Slots") for one in wanted):
        return _given([one.get("Slots") or "" for one in wanted])
    if restored and len(restored.nodes) == len(wanted) and all(restored.slots.values()):
        return list(restored.slots.values())
    ids = [one["NodeGroupId"] for one in wanted]
    return [slots.text(found) for found in slots.spread({}, ids).values()]


def _given(texts: list[str]) -> list[str]:
    try:
        found = [slots.parsed(text) for text in texts]
    except ValueError as error:
        raise value(f"The Slots of NodeGroupConfiguration are not valid: {error}.") from None
    if sum(map(len, found)) != slots.NUMBER or len(set().union(*found)) != slots.NUMBER:
        raise value(f"The Slots of NodeGroupConfiguration must have each slot from 0 to {slots.NUMBER - 1} once.")
    return [slots.text(one) for one in found]


def shards(account: Account, name: str, mode: str, subnet_group: str, asked: dict[str, Any], restored: Snapshot | None) -> list[Shard]:
    wanted = configurations(asked, restored)
    replicas = checks.clusters(asked) - 1
    own = mode != "disabled"  # the group has addresses of its own, too
    blocks = link.free_blocks(len(wanted) + own)[own:]
    parts = list(restored.nodes) if restored else []
    made = []
    for place, (one, text) in enumerate(zip(wanted, slots_of(wanted, restored), strict=True)):
        number = int(one["NodeGroupId"])
        prefix = f"{name}-{number:04}" if mode == "enabled" else name
        given = [zone for zone in (one.get("PrimaryAvailabilityZone"), *(one.get("ReplicaAvailabilityZones") or [])) if zone]
        nodes = checks.replicas(one.get("ReplicaCount", replicas)) + 1
        places = zones(account, subnet_group, nodes, given or asked.get("PreferredCacheClusterAZs") or [], place)
        shard = Shard(number, prefix, blocks[place], members(prefix, range(1, nodes + 1), places), f"{prefix}-001")
        shard.slots = text if mode != "disabled" else ""
        shard.restore = f"{restored.uid}-{parts[place]}" if restored and place < len(parts) else ""
        made.append(shard)
    within_quota(sum(len(shard.nodes) for shard in made))
    return made


def members(prefix: str, numbers: Iterable[int], places: list[str]) -> list[Node]:
    return [Node(f"{prefix}-{number:03}", number, zone) for number, zone in zip(numbers, places, strict=True)]


def within_quota(nodes: int) -> None:
    if nodes > MOST_NODES:
        raise fault("NodeQuotaForClusterExceeded", f"A replication group has {MOST_NODES} nodes at most, not {nodes}.")


def zones(account: Account, subnet_group: str, number: int, given: list[str], first: int = 0) -> list[str]:
    """The given ones, else those of the subnets in turn."""
    known = [f"{account.region}{end}" for end in "abc"]
    if subnet_group:
        known = sorted(set(account.subnet_groups[subnet_group].subnets.values()))
    if given and len(given) != number:
        raise combination(f"The number of Availability Zones must equal the number of clusters, {number}.")
    if wrong := next((zone for zone in given if zone not in known), None):
        raise value(f"{wrong} is not an Availability Zone of the subnet group's subnets: {', '.join(known)}.")
    return given or [known[(first + place) % len(known)] for place in range(number)]
