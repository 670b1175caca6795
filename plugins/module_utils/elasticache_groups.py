# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Replication groups of ElastiCache in their normal form. Pure functions.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ReplicationGroup.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import tag_rules
from .plan import State

# Our fields by those of AWS's requests: what can be modified, and what is for a new group only.
MODIFIED = {
    "description": "ReplicationGroupDescription",
    "engine": "Engine",
    "engine_version": "EngineVersion",
    "node_type": "CacheNodeType",
    "multi_az": "MultiAZEnabled",
    "automatic_failover": "AutomaticFailoverEnabled",
    "parameter_group": "CacheParameterGroupName",
    "maintenance_window": "PreferredMaintenanceWindow",
    "snapshot_window": "SnapshotWindow",
    "snapshot_retention_days": "SnapshotRetentionLimit",
    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
    "cluster_mode": "ClusterMode",
    "transit_encryption": "TransitEncryptionEnabled",
    "transit_encryption_mode": "TransitEncryptionMode",
}
FIXED = {"at_rest_encryption": "AtRestEncryptionEnabled", "kms_key": "KmsKeyId", "subnet_group": "CacheSubnetGroupName", "port": "Port"}
OTHER = ("replicas", "shards", "security_groups", "notification_topic")


def covers(given: str, version: str) -> bool:
    """Whether a version is the one that is given, as 7.1 and 7.x are 7.1.0."""
    parts = given.split(".")
    return len(parts) <= len(version.split(".")) and all(a in ("x", b) for a, b in zip(parts, version.split("."), strict=False))


def want(one: Mapping[str, Any], ownership: Mapping[str, str]) -> State:
    state = {key: one[key] for key in (*MODIFIED, *FIXED, *OTHER) if one.get(key) is not None}
    if one.get("user_groups") is not None:
        state["user_groups"] = sorted(one["user_groups"])
    if one.get("auth_token") is not None:
        state["auth_token_enabled"] = True
    if one.get("log_deliveries") is not None:
        state["log_deliveries"] = {
            log["log_type"]: {"log_group": log["log_group"], "format": log["format"]} if log["enabled"] else None
            for log in one["log_deliveries"]
        }
    return {**state, "tags": {**tag_rules.as_text(one["tags"]), **ownership}}


def cluster_mode(new: Mapping[str, Any]) -> str:
    """Of a new group: whether keys are spread over shards. Such a group always fails over by itself."""
    return new.get("cluster_mode", "enabled" if new.get("shards", 1) > 1 else "disabled")


def settled(name: str, wanted: State, before: State | None) -> State:
    """With what a new one has, the logs that stay, and what follows from a change."""
    state = dict(wanted)
    if before is None:
        sharded = cluster_mode(state)
        # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
        state = {"description": name, "replicas": 0, "shards": 1, "cluster_mode": sharded, **state}
        if sharded == "enabled":
            state = {"automatic_failover": True, **state}
    if "log_deliveries" in state:
        logs = {**(before or {}).get("log_deliveries", {}), **state["log_deliveries"]}
        state["log_deliveries"] = {kind: log for kind, log in logs.items() if log}
    if state.get("transit_encryption") is False:
        state["transit_encryption_mode"] = None
    if (before or {}).get("auth_token_enabled") and state.get("user_groups") and "auth_token_enabled" not in state:
        state["auth_token_enabled"] = False
    return state


def state_of(group: Mapping[str, Any], member: Mapping[str, Any], asked: State, immediately: bool = True) -> dict[str, Any]:
    """A group of DescribeReplicationGroups with one of its clusters; its ids of security groups and its key are as AWS has them.

    What AWS will do in the next maintenance window counts as done, unless it is to be done immediately.
    """
    pending = {} if immediately else member.get("PendingModifiedValues") or {}
    version = pending.get("EngineVersion") or member.get("EngineVersion") or ""
    shards = group.get("NodeGroups") or []
    encrypted = group.get("TransitEncryptionEnabled", False)
    given = asked.get("engine_version")
    return {
        "description": group.get("Description", ""),
        "engine": group.get("Engine") or member.get("Engine") or "redis",
        "engine_version": given if given and covers(given, version) else version,
        "node_type": pending.get("CacheNodeType") or group.get("CacheNodeType"),
        "cluster_mode": group.get("ClusterMode") or ("enabled" if group.get("ClusterEnabled") else "disabled"),
        "shards": len(shards),
        "replicas": min((len(one.get("NodeGroupMembers") or []) for one in shards), default=1) - 1,
        "multi_az": group.get("MultiAZ") == "enabled",
        "automatic_failover": group.get("AutomaticFailover") in ("enabled", "enabling"),
        "at_rest_encryption": group.get("AtRestEncryptionEnabled", False),
        "kms_key": group.get("KmsKeyId"),
        "transit_encryption": encrypted,
        "transit_encryption_mode": (group.get("TransitEncryptionMode") or "required") if encrypted else None,
        "auth_token_enabled": group.get("AuthTokenEnabled", False),
        "user_groups": sorted(group.get("UserGroupIds") or []),
        "parameter_group": (member.get("CacheParameterGroup") or {}).get("CacheParameterGroupName"),
        "subnet_group": member.get("CacheSubnetGroupName"),
        "security_groups": [one["SecurityGroupId"] for one in member.get("SecurityGroups") or []],
        "port": endpoint(group).get("Port"),
        "maintenance_window": member.get("PreferredMaintenanceWindow"),
        "snapshot_window": group.get("SnapshotWindow"),
        "snapshot_retention_days": group.get("SnapshotRetentionLimit", 0),
        "auto_minor_version_upgrade": group.get("AutoMinorVersionUpgrade", member.get("AutoMinorVersionUpgrade", False)),
        "notification_topic": topic_of(member.get("NotificationConfiguration") or {}),
        "log_deliveries": dict(map(log_of, group.get("LogDeliveryConfigurations") or [])),
    }


def endpoint(group: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where clients write: the configuration endpoint where keys are spread over shards, otherwise the primary's."""
    primary = (one["PrimaryEndpoint"] for one in group.get("NodeGroups") or [] if one.get("PrimaryEndpoint"))
    return group.get("ConfigurationEndpoint") or next(primary, {})


def topic_of(found: Mapping[str, Any]) -> str:
    return found.get("TopicArn", "") if found.get("TopicStatus", "active") == "active" else ""


def log_of(found: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    details = found.get("DestinationDetails") or {}
    if group := (details.get("CloudWatchLogsDetails") or {}).get("LogGroup"):
        return found["LogType"], {"log_group": group, "format": found["LogFormat"]}
    return found["LogType"], {"delivery_stream": details["KinesisFirehoseDetails"]["DeliveryStream"], "format": found["LogFormat"]}
