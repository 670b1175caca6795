"""Snapshots of replication groups: the data of a node of each shard in a file, from which another group can be made.

One is creating, and its group snapshotting, until the file is there. A group that is not available has none taken.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateSnapshot.html

moto's are without data and are available at once; it knows no nodes of replication groups.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.cache import checks, describing, tags
from sandbox.cache.account import Account, Group, Snapshot
from sandbox.cache.faults import combination, fault, value
from sandbox.cache.serving import Asked, serve

NAME = re.compile(r"[a-z](-?[a-z0-9])*", re.IGNORECASE)
SOURCES = {"user": "manual", "manual": "manual", "system": "automated", "automated": "automated"}


def found(account: Account, name: str) -> Snapshot:
    if name.lower() not in account.snapshots:
        raise fault("SnapshotNotFoundFault", f"Snapshot {name} not found.")
    return account.snapshots[name.lower()]


def restorable(account: Account, name: str) -> Snapshot:
    snapshot = found(account, name)
    if snapshot.status != "available":
        raise value(f"The snapshot {name} has status {snapshot.status}; it must be available.")
    return snapshot


def take(account: Account, group: Group, name: str, nodes: dict[str, str]) -> Snapshot:
    name = name.lower()
    if not NAME.fullmatch(name):
        raise value("The snapshot name must begin with a letter and have letters, digits and single hyphens.")
    if name in account.snapshots:
        raise fault("SnapshotAlreadyExistsFault", f"Snapshot with specified name {name} already exists.")
    settings = {
        "CacheNodeType": group.node_type,
        "Engine": group.engine,
        "EngineVersion": group.engine_version,
        "CacheParameterGroupName": group.parameter_group,
        "CacheSubnetGroupName": group.subnet_group or "default",
        "Port": group.port,
        "PreferredMaintenanceWindow": group.maintenance_window,
        "SnapshotRetentionLimit": group.snapshot_retention,
        "SnapshotWindow": group.snapshot_window,
        "AutoMinorVersionUpgrade": group.minor_upgrades,
        "ReplicationGroupId": group.name,
        "ReplicationGroupDescription": group.description,
        "AutomaticFailover": "enabled" if group.automatic_failover else "disabled",
        "CacheClusterCreateTime": group.created,
        "NumNodeGroups": len(group.shards),
        "KmsKeyId": group.kms_key or None,
    }
    made = Snapshot(name, group.uid, nodes, {member: one for member, one in settings.items() if one is not None})
    made.slots = {shard.id: shard.slots for shard in group.shards}
    account.snapshots[name] = made
    return made


def told(account: Account, snapshot: Snapshot) -> dict[str, Any]:
    """Restoring, while a group is made from it."""
    made = [shard.restore for group in account.groups.values() if group.status == "creating" for shard in group.shards]
    used = any(restored.startswith(f"{snapshot.uid}-") for restored in made)
    rows = [
        {
            "NodeGroupId": shard,
            "CacheClusterId": node,
            "CacheNodeId": describing.NODE_ID,
            "CacheSize": f"{-(-snapshot.sizes.get(shard, 0) // 2**20)} MB",
            "CacheNodeCreateTime": snapshot.told["CacheClusterCreateTime"],
            "SnapshotCreateTime": snapshot.created,
            **({"NodeGroupConfiguration": {"NodeGroupId": shard, "Slots": snapshot.slots[shard]}} if snapshot.slots[shard] else {}),
        }
        for shard, node in snapshot.nodes.items()
    ]
    return {
        **snapshot.told,
        "SnapshotName": snapshot.name,
        "SnapshotStatus": "restoring" if used else snapshot.status,
        "SnapshotSource": "manual",
        "NodeSnapshots": rows if snapshot.status == "available" else [],
        "ARN": account.arn("snapshot", snapshot.name),
        "DataTiering": "disabled",
    }


def create(account: Account, asked: Asked) -> dict[str, Any]:
    cluster, name = asked.get("CacheClusterId"), asked.get("ReplicationGroupId")
    if not cluster and not name:
        raise combination("Either CacheClusterId or ReplicationGroupId must be given.")
    if not name:
        name = next((group.name for group in account.groups.values() for node in group.nodes if node.name == cluster), None)
    if not name:
        raise fault("CacheClusterNotFound", f"CacheCluster not found: {cluster}")
    group = checks.available(account, name)
    if cluster and group.cluster_mode == "enabled":
        raise combination(f"{cluster} is a node of a replication group with cluster mode: give ReplicationGroupId, for all of its shards.")
    nodes = {shard.id: cluster or describing.snapshotting(group, shard) for shard in group.shards}
    snapshot = take(account, group, asked["SnapshotName"], nodes)
    tags.put(account, account.arn("snapshot", snapshot.name), asked.get("Tags"))
    group.status = "snapshotting"
    return {"Snapshot": told(account, snapshot)}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    listed = [found(account, asked["SnapshotName"])] if asked.get("SnapshotName") else list(account.snapshots.values())
    if name := asked.get("ReplicationGroupId"):
        listed = [one for one in listed if one.told["ReplicationGroupId"] == name.lower()]
    if name := asked.get("CacheClusterId"):
        listed = [one for one in listed if name.lower() in one.nodes.values()]
    if SOURCES.get(asked.get("SnapshotSource") or "manual") != "manual":
        listed = []
    return {"Snapshots": [told(account, snapshot) for snapshot in listed]}


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    snapshot = found(account, asked["SnapshotName"])
    row = told(account, snapshot)
    if row["SnapshotStatus"] not in ("available", "failed"):
        raise fault("InvalidSnapshotState", f"Snapshot {snapshot.name} has status {row['SnapshotStatus']} and cannot be deleted.")
    del account.snapshots[snapshot.name]
    tags.drop(account, account.arn("snapshot", snapshot.name))
    return {"Snapshot": {**row, "SnapshotStatus": "deleting"}}


def apply() -> None:
    serve(create_snapshot=create, delete_snapshot=delete)
    serve(paged=True, describe_snapshots=describe)
