"""Replication groups and their members as the API tells of them."""

from __future__ import annotations

from typing import Any

from sandbox.cache import endpoints
from sandbox.cache.account import Account, Group, Node, Shard

NODE_ID = "0001"
# Nothing is to be told of an endpoint before it is there.
WITHOUT_ENDPOINTS = ("creating", "create-failed", "deleting")


def group(account: Account, found: Group) -> dict[str, Any]:
    row = {
        "ReplicationGroupId": found.name,
        "Description": found.description,
        "Status": found.status,
        "PendingModifiedValues": pending(found),
        "MemberClusters": [node.name for node in found.nodes],
        "NodeGroups": [] if found.status in WITHOUT_ENDPOINTS[:1] else [node_group(account, found, shard) for shard in found.shards],
        "AutomaticFailover": "enabled" if found.automatic_failover else "disabled",
        "MultiAZ": "enabled" if found.multi_az else "disabled",
        "SnapshotRetentionLimit": found.snapshot_retention,
        "SnapshotWindow": found.snapshot_window,
        "ClusterEnabled": found.is_cluster,
        "ClusterMode": found.cluster_mode,
        "CacheNodeType": found.node_type,
        "AuthTokenEnabled": bool(found.tokens),
        "AuthTokenLastModifiedDate": found.token_changed if found.tokens else None,
        "TransitEncryptionEnabled": found.tls,
        "TransitEncryptionMode": "required" if found.tls else None,
        "AtRestEncryptionEnabled": found.at_rest,
        "KmsKeyId": found.kms_key or None,
        "ARN": account.arn("replicationgroup", found.name),
        "UserGroupIds": list(found.user_groups),
        "LogDeliveryConfigurations": found.logs,
        "ReplicationGroupCreateTime": found.created,
        "DataTiering": "disabled",
        "AutoMinorVersionUpgrade": found.minor_upgrades,
        "NetworkType": "ipv4",
        "IpDiscovery": "ipv4",
        "Engine": found.engine,
    }
    if found.snapshot_retention and found.cluster_mode != "enabled":
        row["SnapshottingClusterId"] = snapshotting(found, found.shards[0])
    if found.is_cluster and found.status not in WITHOUT_ENDPOINTS:
        row["ConfigurationEndpoint"] = endpoints.configuration(account, found)
    return {name: value for name, value in row.items() if value is not None}


def snapshotting(found: Group, shard: Shard) -> str:
    """A replica, where there is one, as AWS chooses it."""
    return found.snapshotting or ([node.name for node in shard.replicas] or [shard.primary])[0]


def pending(found: Group) -> dict[str, Any]:
    if found.status != "modifying":
        return {}
    rotating = {"AuthTokenStatus": "ROTATING"} if len(found.tokens) > 1 else {}
    moving = {"Resharding": {"SlotMigration": {"ProgressPercentage": found.resharded}}} if found.resharded is not None else {}
    return {**rotating, **moving}


def node_group(account: Account, found: Group, shard: Shard) -> dict[str, Any]:
    """Where keys are spread over shards, AWS tells neither of an endpoint of one nor which node is its primary."""
    row: dict[str, Any] = {"NodeGroupId": shard.id, "Status": found.status, "NodeGroupMembers": []}
    there = found.status not in WITHOUT_ENDPOINTS and found.cluster_mode != "enabled"
    if found.is_cluster:
        row["Slots"] = shard.slots
    if there:
        row |= {"PrimaryEndpoint": endpoints.primary(account, found, shard), "ReaderEndpoint": endpoints.reader(account, found, shard)}
    for node in shard.nodes:
        member: dict[str, Any] = {"CacheClusterId": node.name, "CacheNodeId": NODE_ID, "PreferredAvailabilityZone": node.zone}
        if there:
            member |= {
                "ReadEndpoint": endpoints.of(account, found, node),
                "CurrentRole": "primary" if node.name == shard.primary else "replica",
            }
        row["NodeGroupMembers"].append(member)
    return row


def cluster(account: Account, found: Group, node: Node, with_nodes: bool) -> dict[str, Any]:
    row = {
        "CacheClusterId": node.name,
        "CacheNodeType": found.node_type,
        "Engine": found.engine,
        "EngineVersion": found.engine_version,
        "CacheClusterStatus": status(found, node),
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": node.zone,
        "CacheClusterCreateTime": node.created,
        "PreferredMaintenanceWindow": found.maintenance_window,
        "PendingModifiedValues": {},
        "CacheSecurityGroups": [],
        "CacheParameterGroup": {
            "CacheParameterGroupName": found.parameter_group,
            "ParameterApplyStatus": "in-sync",
            "CacheNodeIdsToReboot": [],
        },
        "CacheSubnetGroupName": found.subnet_group or "default",
        "AutoMinorVersionUpgrade": found.minor_upgrades,
        "SecurityGroups": [{"SecurityGroupId": one, "Status": "active"} for one in found.security_groups],
        "ReplicationGroupId": found.name,
        "SnapshotRetentionLimit": found.snapshot_retention if keeps_snapshots(found, node) else 0,
        "SnapshotWindow": found.snapshot_window,
        "AuthTokenEnabled": bool(found.tokens),
        "AuthTokenLastModifiedDate": found.token_changed if found.tokens else None,
        "TransitEncryptionEnabled": found.tls,
        "TransitEncryptionMode": "required" if found.tls else None,
        "AtRestEncryptionEnabled": found.at_rest,
        "ARN": account.arn("cluster", node.name),
        "ReplicationGroupLogDeliveryEnabled": bool(found.logs),
        "LogDeliveryConfigurations": found.logs,
        "NetworkType": "ipv4",
        "IpDiscovery": "ipv4",
        "NotificationConfiguration": {"TopicArn": found.topic, "TopicStatus": found.topic_status} if found.topic else None,
    }
    if with_nodes:
        row["CacheNodes"] = [
            {
                "CacheNodeId": NODE_ID,
                "CacheNodeStatus": status(found, node),
                "CacheNodeCreateTime": node.created,
                "ParameterGroupStatus": "in-sync",
                "CustomerAvailabilityZone": node.zone,
                **({} if status(found, node) in WITHOUT_ENDPOINTS else {"Endpoint": endpoints.of(account, found, node)}),
            }
        ]
    return {name: value for name, value in row.items() if value is not None}


def keeps_snapshots(found: Group, node: Node) -> bool:
    return any(node.name == snapshotting(found, shard) for shard in found.shards)


def status(found: Group, node: Node) -> str:
    return found.status if found.status in ("deleting", "snapshotting") else node.status


def logs(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Kept; no log is delivered."""
    kept = [{name: value for name, value in one.items() if name != "Enabled"} for one in asked if one.get("Enabled", True)]
    return [{**one, "Status": "active", "Message": ""} for one in kept]
