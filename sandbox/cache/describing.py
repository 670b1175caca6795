"""Replication groups and their members as the API tells of them."""

from __future__ import annotations

from typing import Any

from sandbox.cache import endpoints
from sandbox.cache.account import Account, Group, Node

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
        "NodeGroups": [] if found.status in WITHOUT_ENDPOINTS[:1] else [node_group(account, found)],
        "AutomaticFailover": "enabled" if found.automatic_failover else "disabled",
        "MultiAZ": "enabled" if found.multi_az else "disabled",
        "SnapshotRetentionLimit": found.snapshot_retention,
        "SnapshotWindow": found.snapshot_window,
        "ClusterEnabled": False,
        "ClusterMode": "disabled",
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
    if found.snapshot_retention:
        row["SnapshottingClusterId"] = snapshotting(found)
    return {name: value for name, value in row.items() if value is not None}


def snapshotting(found: Group) -> str:
    """A replica, where there is one, as AWS chooses it."""
    replicas = [node.name for node in found.nodes if node.name != found.primary]
    return found.snapshotting or (replicas or [found.primary])[0]


def pending(found: Group) -> dict[str, Any]:
    return {"AuthTokenStatus": "ROTATING"} if len(found.tokens) > 1 and found.status == "modifying" else {}


def node_group(account: Account, found: Group) -> dict[str, Any]:
    row: dict[str, Any] = {"NodeGroupId": NODE_ID, "Status": found.status, "NodeGroupMembers": []}
    there = found.status not in WITHOUT_ENDPOINTS
    if there:
        row |= {"PrimaryEndpoint": endpoints.primary(account, found), "ReaderEndpoint": endpoints.reader(account, found)}
    for node in found.nodes:
        member: dict[str, Any] = {"CacheClusterId": node.name, "CacheNodeId": NODE_ID, "PreferredAvailabilityZone": node.zone}
        if there:
            member |= {
                "ReadEndpoint": endpoints.of(account, found, node),
                "CurrentRole": "primary" if node.name == found.primary else "replica",
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
        "SnapshotRetentionLimit": found.snapshot_retention if node.name == snapshotting(found) else 0,
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


def status(found: Group, node: Node) -> str:
    return found.status if found.status in ("deleting", "snapshotting") else node.status


def logs(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Kept; no log is delivered."""
    kept = [{name: value for name, value in one.items() if name != "Enabled"} for one in asked if one.get("Enabled", True)]
    return [{**one, "Status": "active", "Message": ""} for one in kept]
