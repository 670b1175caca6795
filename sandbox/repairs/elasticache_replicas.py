"""More and fewer replicas of a replication group.

The number is that of replicas, 0 to 5; one that is there already is refused. With automatic failover one replica stays. The primary is
never removed.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_IncreaseReplicaCount.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DecreaseReplicaCount.html

moto lacks both.
"""

from __future__ import annotations

from typing import Any

from sandbox.cache import checks, describing, endpoints, tags
from sandbox.cache.account import Account, Group, Node
from sandbox.cache.faults import combination, fault, value
from sandbox.cache.serving import Asked, serve
from sandbox.repairs import elasticache_groups as groups


def increase(account: Account, asked: Asked) -> dict[str, Any]:
    group, wanted = started(account, asked)
    if wanted is None:
        raise combination("NewReplicaCount or ReplicaConfiguration must be given.")
    if not len(group.nodes) < wanted + 1 <= endpoints.MOST_NODES:
        raise value(f"The new number of replicas is {len(group.nodes)} to {endpoints.MOST_NODES - 1}, not {wanted}.")
    free = [number for number in range(1, endpoints.MOST_NODES + 1) if number not in {node.number for node in group.nodes}]
    zones = groups.zones(account, group.subnet_group, wanted + 1, {})
    given = tags.of(account, account.arn("replicationgroup", group.name))
    for number, zone in zip(free, zones[len(group.nodes) :], strict=False):
        node = Node(f"{group.name}-{number:03}", number, zone)
        group.nodes.append(node)
        tags.put(account, account.arn("cluster", node.name), given)
    group.change()
    return {"ReplicationGroup": describing.group(account, group)}


def decrease(account: Account, asked: Asked) -> dict[str, Any]:
    group, wanted = started(account, asked)
    replicas = [node for node in group.nodes if node.name != group.primary]
    removed = asked.get("ReplicasToRemove") or []
    if unknown := [name for name in removed if name not in {node.name for node in replicas}]:
        raise value(f"{unknown[0]} is no replica of {group.name}.")
    if wanted is None:
        wanted = len(replicas) - len(removed)
    if removed and len(replicas) - len(removed) != wanted:
        raise combination("NewReplicaCount does not fit the number of ReplicasToRemove.")
    if not 0 <= wanted < len(replicas):
        raise value(f"The new number of replicas must be less than {len(replicas)}, not {wanted}.")
    if group.automatic_failover and not wanted:
        raise value("A replication group with automatic failover needs at least one replica.")
    going = removed or [node.name for node in replicas[wanted:]]
    group.nodes = [node for node in group.nodes if node.name not in going]
    for name in going:
        tags.drop(account, account.arn("cluster", name))
    group.change()
    return {"ReplicationGroup": describing.group(account, group)}


def started(account: Account, asked: Asked) -> tuple[Group, int | None]:
    group = checks.available(account, asked["ReplicationGroupId"])
    if not asked.get("ApplyImmediately"):
        raise value("ApplyImmediately must be true.")
    wanted = asked.get("NewReplicaCount")
    for one in asked.get("ReplicaConfiguration") or []:
        if one["NodeGroupId"] != describing.NODE_ID:
            raise value(f"The replication group {group.name} has no node group {one['NodeGroupId']}.")
        wanted = one["NewReplicaCount"]
    if wanted == len(group.nodes) - 1:
        raise fault("NoOperationFault", f"The replication group {group.name} has {wanted} replicas already.")
    return group, wanted


def apply() -> None:
    serve(increase_replica_count=increase, decrease_replica_count=decrease)
