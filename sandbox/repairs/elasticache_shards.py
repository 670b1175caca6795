"""More and fewer shards of a replication group with cluster mode; the slots move with their keys while clients go on.

* The number is the one that is to be. The same one spreads the slots evenly again. Which shards go, or which stay, is said.
* A new shard has as many replicas as the first one.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroupShardConfiguration.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/scaling-redis-cluster-mode-enabled.html

moto lacks it.
"""

from __future__ import annotations

from typing import Any

from sandbox.cache import checks, describing, endpoints, layout, link, slots, tags
from sandbox.cache.account import Account, Group, Shard
from sandbox.cache.faults import combination, value
from sandbox.cache.serving import Asked, serve


def modify(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.available(account, asked["ReplicationGroupId"])
    if group.cluster_mode != "enabled":
        raise combination(f"The replication group {group.name} has cluster mode {group.cluster_mode}; shards are for enabled.")
    if not asked.get("ApplyImmediately"):
        raise value("ApplyImmediately must be true.")
    wanted = asked["NodeGroupCount"]
    if wanted < 1:
        raise value(f"NodeGroupCount must be 1 or more, not {wanted}.")
    going = leaving(group, wanted, asked)
    for node in (node for shard in group.shards if shard.id in going for node in shard.nodes):
        tags.drop(account, account.arn("cluster", node.name))
    made = new(account, group, wanted - len(group.shards), asked)
    now = {shard.id: slots.parsed(shard.slots) for shard in group.shards}
    group.shards = sorted([*(shard for shard in group.shards if shard.id not in going), *made], key=lambda shard: shard.number)
    for shard_id, spread in slots.spread(now, [shard.id for shard in group.shards]).items():
        next(shard for shard in group.shards if shard.id == shard_id).slots = slots.text(spread)
    if group.block is not None:
        group.certificate, group.key = endpoints.certificate(endpoints.names(account, group))
    group.resharded = 0.0
    group.change()
    return {"ReplicationGroup": describing.group(account, group)}


def leaving(group: Group, wanted: int, asked: Asked) -> set[str]:
    """The ids of the shards that go."""
    there = {shard.id for shard in group.shards}
    removed, retained = ({f"{int(one):04}" for one in asked.get(name) or []} for name in ("NodeGroupsToRemove", "NodeGroupsToRetain"))
    if unknown := (removed | retained) - there:
        raise value(f"The replication group {group.name} has no node group {min(unknown)}.")
    if wanted >= len(there):
        if removed or retained:
            raise combination("NodeGroupsToRemove and NodeGroupsToRetain are for fewer node groups.")
        return set()
    if bool(removed) == bool(retained):
        raise combination("For fewer node groups either NodeGroupsToRemove or NodeGroupsToRetain must be given.")
    going = removed or there - retained
    if len(there - going) != wanted:
        raise combination(f"NodeGroupCount is {wanted}, and {len(there - going)} node groups would be left.")
    return going


def new(account: Account, group: Group, number: int, asked: Asked) -> list[Shard]:
    if number <= 0:
        return []
    nodes = len(group.shards[0].nodes)
    layout.within_quota(len(group.nodes) + number * nodes)
    preferred = {int(one["NodeGroupId"]): one.get("PreferredAvailabilityZones") or [] for one in asked.get("ReshardingConfiguration") or []}
    taken = {shard.number for shard in group.shards}
    numbers = [one for one in range(1, len(taken) + number + 1) if one not in taken][:number]
    given = tags.of(account, account.arn("replicationgroup", group.name))
    made = []
    for one, block in zip(numbers, link.free_blocks(number), strict=True):
        prefix = f"{group.name}-{one:04}"
        places = layout.zones(account, group.subnet_group, nodes, preferred.get(one, []), one - 1)
        made.append(Shard(one, prefix, block, layout.members(prefix, range(1, nodes + 1), places), f"{prefix}-001"))
        for node in made[-1].nodes:
            tags.put(account, account.arn("cluster", node.name), given)
    return made


def apply() -> None:
    serve(modify_replication_group_shard_configuration=modify)
