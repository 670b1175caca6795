"""Changes of replication groups, each refused while another is under way.

* An AUTH token is added by ROTATE, beside the one that there is (and beside no token, where there was none), and made the only one by
  SET; DELETE ends tokens where a user group takes over. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
* What changes nodes without ApplyImmediately waits for the maintenance window: it is pending. The emulator has no windows, so it stays.
* The cluster mode goes from disabled by compatible, from which there is a way back, to enabled. Compatible is one shard with all slots that
  still has its endpoints by role; its nodes are started anew with their data. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/modify-cluster-mode.html
* TestFailover needs automatic failover; its events are AWS's.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_TestFailover.html

moto changes a description and a few flags.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from moto.core.utils import utcnow

from sandbox.cache import acl, checks, describing, endpoints, engines, link, outcome, parameters, slots
from sandbox.cache.account import Account, Group
from sandbox.cache.faults import combination, fault, value
from sandbox.cache.serving import Asked, serve

# Kept as given, by the members of the group.
PLAIN = {
    "ReplicationGroupDescription": "description",
    "SnapshotWindow": "snapshot_window",
    "PreferredMaintenanceWindow": "maintenance_window",
    "AutoMinorVersionUpgrade": "minor_upgrades",
    "NotificationTopicArn": "topic",
    "NotificationTopicStatus": "topic_status",
}
STRATEGIES = ("ROTATE", "SET", "DELETE")
MOST_TOKENS = 2
CLUSTER_MODES = {"disabled": ("compatible",), "compatible": ("disabled", "enabled"), "enabled": ()}
LEAST_VERSION = "7.0"


def modify(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.available(account, asked["ReplicationGroupId"])
    checks.not_emulated({name: one for name, one in asked.items() if name != "PrimaryClusterId"})
    if asked.get("TransitEncryptionEnabled", group.tls) != group.tls:
        raise NotImplementedError("TransitEncryptionEnabled of a group that is there")
    wanted = changes(account, group, asked)
    for name, member in PLAIN.items():
        if asked.get(name) is not None:
            wanted[member] = asked[name]
    if asked.get("LogDeliveryConfigurations") is not None:
        wanted["logs"] = describing.logs(asked["LogDeliveryConfigurations"])
    for member, one in wanted.items():
        setattr(group, member, one)
    if "block" in wanted and group.block is not None:
        group.certificate, group.key = endpoints.certificate(endpoints.names(account, group))
    if wanted.keys() - set(PLAIN.values()) - {"logs"}:
        group.change()
    return {"ReplicationGroup": describing.group(account, group)}


def changes(account: Account, group: Group, asked: Asked) -> dict[str, Any]:
    """What is to be of the group's members, after everything was found right."""
    wanted: dict[str, Any] = {}
    automatic = asked.get("AutomaticFailoverEnabled", group.automatic_failover)
    multi_az = asked.get("MultiAZEnabled", group.multi_az)
    checks.failover(automatic, multi_az, min(len(shard.nodes) for shard in group.shards), group.cluster_mode)
    if (automatic, multi_az) != (group.automatic_failover, group.multi_az):
        wanted |= {"automatic_failover": automatic, "multi_az": multi_az}
    if asked.get("PrimaryClusterId") and asked["PrimaryClusterId"] != group.shards[0].primary:
        wanted |= promotion(group, asked["PrimaryClusterId"], automatic)
    if asked.get("SnapshotRetentionLimit") is not None:
        wanted["snapshot_retention"] = checks.retention(asked["SnapshotRetentionLimit"])
    if name := asked.get("SnapshottingClusterId"):
        wanted["snapshotting"] = member(group, name)
    if asked.get("SecurityGroupIds"):
        wanted["security_groups"] = checks.security_groups(account, asked["SecurityGroupIds"])
    mode = asked.get("ClusterMode") or group.cluster_mode
    wanted |= versions(account, group, asked, mode) | access(account, group, asked)
    return wanted | (modes(group, mode, automatic) if mode != group.cluster_mode else {})


def member(group: Group, name: str) -> str:
    if not any(node.name == name for node in group.nodes):
        raise fault("CacheClusterNotFound", f"{name} is no member of the replication group {group.name}.")
    return name


def promotion(group: Group, name: str, automatic: bool) -> dict[str, Any]:
    if automatic:
        raise combination("The primary cluster can be chosen only when automatic failover is disabled.")
    shard = group.shards[0]
    return {"shards": [dataclasses.replace(shard, promote=member(group, name), failovers=shard.failovers + 1)]}


def modes(group: Group, mode: str, automatic: bool) -> dict[str, Any]:
    if mode not in CLUSTER_MODES[group.cluster_mode]:
        raise combination(f"The cluster mode cannot be modified from {group.cluster_mode} to {mode}.")
    if mode == "enabled":
        return {"cluster_mode": mode}
    shard = group.shards[0]
    if mode == "compatible" and not (automatic and shard.replicas):
        raise combination("To modify the cluster mode, automatic failover must be enabled, with at least one replica.")
    if mode == "compatible" and engines.is_older(group.engine_version, LEAST_VERSION):
        raise combination(f"To modify the cluster mode, the engine version must be {LEAST_VERSION} or newer.")
    before = {member: getattr(group, member) for member in ("cluster_mode", "parameter_group", "block", "shards")}
    slots_of_all = slots.ALL if mode == "compatible" else ""
    return {
        "cluster_mode": mode,
        "block": link.free_blocks(1)[0] if mode == "compatible" else shard.block,
        "shards": [dataclasses.replace(shard, slots=slots_of_all)],
        "before_mode": before if mode == "compatible" else {},
    }


def versions(account: Account, group: Group, asked: Asked, mode: str) -> dict[str, Any]:
    """Node type, engine and parameters."""
    found: dict[str, Any] = {}
    if asked.get("CacheNodeType"):
        found["node_type"] = checks.node_type(asked["CacheNodeType"])
    engine = engines.engine((asked.get("Engine") or group.engine).lower())
    version = group.engine_version
    if asked.get("EngineVersion") or engine != group.engine:
        version = engines.full(engine, asked.get("EngineVersion"))
        if group.engine == "valkey" != engine or engine == group.engine and engines.is_older(version, group.engine_version):
            raise combination(f"A downgrade from {group.engine} {group.engine_version} to {engine} {version} is not possible.")
    family = parameters.family_of(engine, version)
    name, clusters, now = asked.get("CacheParameterGroupName"), mode != "disabled", parameters.groups(account)[group.parameter_group]
    fits = now.family == family and checks.is_for_clusters(now) == clusters
    if not name and not fits and not group.parameter_group.startswith("default."):
        needed = f"A parameter group of the family {family} must be given with the engine version {version} and the cluster mode {mode}."
        raise combination(needed)
    if name or not fits:
        found["parameter_group"] = checks.parameter_group(account, name, engine, version, clusters)
    if (engine, version) != (group.engine, group.engine_version):
        found |= {"engine": engine, "engine_version": version}
    if found and not asked.get("ApplyImmediately"):
        waits = {key: one for key, one in found.items() if key != "parameter_group"}
        return {**{key: one for key, one in found.items() if key not in waits}, **({"pending": group.pending | waits} if waits else {})}
    return found | ({"pending": {}} if found and group.pending else {})


def access(account: Account, group: Group, asked: Asked) -> dict[str, Any]:
    """Tokens and user groups."""
    removed, added = asked.get("UserGroupIdsToRemove") or [], asked.get("UserGroupIdsToAdd") or []
    if unknown := [uid for uid in removed if uid not in group.user_groups]:
        raise fault("UserGroupNotFound", f"User group {unknown[0]} is not associated with the replication group {group.name}.")
    left = [] if asked.get("RemoveUserGroups") else [uid for uid in group.user_groups if uid not in removed]
    groups = [*left, *(uid for uid in added if uid not in left)]
    token, strategy = asked.get("AuthToken"), asked.get("AuthTokenUpdateStrategy")
    checks.authentication(account, group.tls, token, groups, asked.get("Engine") or group.engine)
    found: dict[str, Any] = {"user_groups": groups} if groups != group.user_groups else {}
    if token or strategy:
        found |= tokens(group, token, strategy or "ROTATE", groups)
    elif groups and group.tokens:
        raise combination("The replication group has an AUTH token: end it with AuthTokenUpdateStrategy DELETE.")
    return found


def tokens(group: Group, token: str | None, strategy: str, user_groups: list[str]) -> dict[str, Any]:
    if strategy not in STRATEGIES:
        raise value(f"AuthTokenUpdateStrategy is one of {', '.join(STRATEGIES)}, not {strategy}.")
    if strategy == "DELETE":
        if token or not user_groups:
            raise combination("The strategy DELETE goes with UserGroupIdsToAdd and without AuthToken.")
        return {"tokens": [], "without_token": True, "token_changed": None}
    if not token:
        raise combination(f"The strategy {strategy} needs an AuthToken.")
    digest = acl.digest(token)
    if strategy == "ROTATE":
        kept = [one for one in group.tokens if one != digest]
        return {"tokens": [*kept, digest][-MOST_TOKENS:], "token_changed": utcnow()}
    if digest not in group.tokens and not group.user_groups:
        raise value("The strategy SET is for a token that ROTATE has added before.")
    return {"tokens": [digest], "without_token": False, "token_changed": utcnow()}


def fail_over(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.available(account, asked["ReplicationGroupId"])
    shard = next((one for one in group.shards if one.id == asked["NodeGroupId"]), None)
    if not shard:
        raise fault("NodeGroupNotFoundFault", f"Node group {asked['NodeGroupId']} not found in {group.name}.")
    if not group.automatic_failover:
        raise fault("TestFailoverNotAvailableFault", f"Test failover needs automatic failover, which {group.name} has disabled.")
    if not shard.replicas:
        raise fault("TestFailoverNotAvailableFault", f"Test failover needs a replica, which node group {shard.id} of {group.name} has not.")
    account.tell(outcome.GROUP, group.name, f"Test Failover API called for node group {asked['NodeGroupId']}")
    shard.failovers, shard.promote = shard.failovers + 1, ""
    group.change()
    return {"ReplicationGroup": describing.group(account, group)}


def apply() -> None:
    serve(modify_replication_group=modify, test_failover=fail_over)
