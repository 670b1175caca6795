"""More and fewer replicas of a replication group, or of some of its shards.

The number is that of replicas of each shard, 0 to 5; one that is there already is refused. With automatic failover one replica stays, in
cluster mode only with Multi-AZ. A primary is never removed.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_IncreaseReplicaCount.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DecreaseReplicaCount.html

moto lacks both.
"""

from __future__ import annotations

from typing import Any

from sandbox.cache import checks, describing, endpoints, layout, tags
from sandbox.cache.account import Account, Group, Shard
from sandbox.cache.faults import combination, fault, value
from sandbox.cache.serving import Asked, serve

Wanted = list[tuple[Shard, int]]


def increase(account: Account, asked: Asked) -> dict[str, Any]:
    group, wanted = started(account, asked)
    if not wanted:
        raise combination("NewReplicaCount or ReplicaConfiguration must be given.")
    for shard, number in wanted:
        if not len(shard.replicas) <= number < endpoints.MOST_NODES:
            raise value(f"The new number of replicas is {len(shard.nodes)} to {endpoints.MOST_NODES - 1}, not {number}.")
    layout.within_quota(len(group.nodes) + sum(number - len(shard.replicas) for shard, number in wanted))
    given = tags.of(account, account.arn("replicationgroup", group.name))
    for shard, number in wanted:
        taken = {node.number for node in shard.nodes}
        more = number - len(shard.replicas)
        free = [one for one in range(1, endpoints.MOST_NODES + 1) if one not in taken][:more]
        places = layout.zones(account, group.subnet_group, more, [], len(shard.nodes) + shard.number - 1)
        for node in layout.members(shard.prefix, free, places):
            shard.nodes.append(node)
            tags.put(account, account.arn("cluster", node.name), given)
    group.change()
    return {"ReplicationGroup": describing.group(account, group)}


def decrease(account: Account, asked: Asked) -> dict[str, Any]:
    group, wanted = started(account, asked)
    removed = asked.get("ReplicasToRemove") or []
    replicas = {node.name for shard in group.shards for node in shard.replicas}
    if unknown := [name for name in removed if name not in replicas]:
        raise value(f"{unknown[0]} is no replica of {group.name}.")
    named = {shard.id: [node.name for node in shard.replicas if node.name in removed] for shard in group.shards}
    wanted = wanted or [(shard, len(shard.replicas) - len(named[shard.id])) for shard in group.shards if named[shard.id]]
    for shard, number in wanted:
        if named[shard.id] and len(shard.replicas) - len(named[shard.id]) != number:
            raise combination("NewReplicaCount does not fit the number of ReplicasToRemove.")
        if not 0 <= number <= len(shard.replicas):
            raise value(f"The new number of replicas must be less than {len(shard.replicas)}, not {number}.")
        if not number and (group.multi_az if group.cluster_mode == "enabled" else group.automatic_failover):
            raise value("A replication group with automatic failover needs at least one replica.")
    for shard, number in wanted:
        going = named[shard.id] or [node.name for node in shard.replicas[number:]]
        shard.nodes = [node for node in shard.nodes if node.name not in going]
        for name in going:
            tags.drop(account, account.arn("cluster", name))
    group.change()
    return {"ReplicationGroup": describing.group(account, group)}


def started(account: Account, asked: Asked) -> tuple[Group, Wanted]:
    """The group, and how many replicas its shards are to have."""
    group = checks.available(account, asked["ReplicationGroupId"])
    if not asked.get("ApplyImmediately"):
        raise value("ApplyImmediately must be true.")
    everywhere = asked.get("NewReplicaCount")
    numbers = {} if everywhere is None else {shard.id: everywhere for shard in group.shards}
    for one in asked.get("ReplicaConfiguration") or []:
        if one["NodeGroupId"] not in {shard.id for shard in group.shards}:
            raise value(f"The replication group {group.name} has no node group {one['NodeGroupId']}.")
        numbers[one["NodeGroupId"]] = one["NewReplicaCount"]
    wanted = [(shard, numbers[shard.id]) for shard in group.shards if shard.id in numbers]
    if wanted and all(number == len(shard.replicas) for shard, number in wanted):
        raise fault("NoOperationFault", f"The replication group {group.name} has {wanted[0][1]} replicas already.")
    return group, wanted


def apply() -> None:
    serve(increase_replica_count=increase, decrease_replica_count=decrease)
