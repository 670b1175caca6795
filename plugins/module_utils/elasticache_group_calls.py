# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What it takes to change a replication group, step by step: it grows, is modified, and shrinks; AWS does one at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import elasticache
from .elasticache import BUSY
from .elasticache_group_requests import creation, modifications
from .plan import Call, Calls, Change

if TYPE_CHECKING:
    from .aws import Aws
    from .elasticache_network import Network


@dataclass(frozen=True)
class How:
    """What a change takes that is no part of a state."""

    auth_token: str | None = field(default=None, repr=False)
    immediately: bool = True
    final_snapshot: str = ""


def calls(aws: Aws, network: Network, how: How, change: Change) -> Calls:
    state, found = change.after, {"ReplicationGroupId": change.name}
    if state is None:
        snapshot = {"FinalSnapshotIdentifier": how.final_snapshot} if how.final_snapshot else {}
        yield Call("delete_replication_group", {**found, **snapshot}, missing=("ReplicationGroupNotFoundFault",), again=BUSY)
        yield elasticache.gone(change.name)
        return
    groups = network.security_groups(state.get("subnet_group")) if state.get("security_groups") else None
    ids = [groups.id_of(name) for name in state["security_groups"]] if groups else []
    topic = state.get("notification_topic") or None
    topic = aws.arn("sns", topic) if topic and not topic.startswith("arn:") else topic
    settled_now = elasticache.available(change.name)
    if change.before is None:
        yield Call("create_replication_group", creation(change.name, state, ids, topic, how.auth_token))
        yield settled_now
    else:
        if change.differs("tags"):
            yield from elasticache.tag_calls(change, elasticache.arn(aws, "replicationgroup", change.name))
            yield settled_now
        yield from sizes(change, grow=True)
        for params in modifications(change, ids, topic, how.immediately):
            yield Call("modify_replication_group", {**found, **params}, again=BUSY)
            yield settled_now
        yield from sizes(change, grow=False)
    if state.get("log_deliveries") and change.differs("log_deliveries"):
        yield elasticache.logs_delivered(change.name)


def sizes(change: Change, grow: bool) -> Calls:
    """More or fewer replicas and shards. AWS takes neither in another request, and what is done already it calls no operation."""
    before, after, found = change.before or {}, change.after or {}, {"ReplicationGroupId": change.name, "ApplyImmediately": True}
    replicas, shards = (after[key] - before[key] for key in ("replicas", "shards"))
    if replicas and (replicas > 0) == grow:
        operation = "increase_replica_count" if grow else "decrease_replica_count"
        yield Call(operation, {**found, "NewReplicaCount": after["replicas"]}, missing=("NoOperationFault",), again=BUSY)
        yield elasticache.available(change.name)
    if shards and (shards > 0) == grow:
        params = {**found, "NodeGroupCount": after["shards"]}
        if not grow:
            answer = yield Call("describe_replication_groups", {"ReplicationGroupId": change.name})
            there = sorted(one["NodeGroupId"] for one in answer["ReplicationGroups"][0]["NodeGroups"])
            params["NodeGroupsToRemove"] = there[after["shards"] :]
        yield Call("modify_replication_group_shard_configuration", params, missing=("NoOperationFault",), again=BUSY)
        yield elasticache.available(change.name)
