"""What is refused of a replication group's settings, before anything is made or changed."""

from __future__ import annotations

import re
from typing import Any

from moto.ec2.models import ec2_backends

from sandbox.cache import engines, node_types, parameters
from sandbox.cache.account import Account, Group, ParameterGroup
from sandbox.cache.faults import combination, fault, value

NAME = re.compile(r"[a-z](-?[a-z0-9])*")
LONGEST_NAME = 40
MOST_CLUSTERS = 6
MOST_RETENTION = 35
TOKEN = re.compile(r"[A-Za-z0-9!&#$^<>-]{16,128}")


def name(given: str) -> str:
    found = given.lower()
    if not NAME.fullmatch(found) or len(found) > LONGEST_NAME:
        raise value(
            "The parameter ReplicationGroupId is not a valid identifier: it must begin with a letter, have up to 40 letters, digits and "
            "hyphens, not end with a hyphen and not have two consecutive ones."
        )
    return found


def group(account: Account, given: str) -> Group:
    found = account.groups.get(given.lower())
    if not found:
        raise fault("ReplicationGroupNotFoundFault", f"ReplicationGroup {given} not found.")
    return found


def available(account: Account, given: str) -> Group:
    found = group(account, given)
    if found.status != "available":
        raise fault("InvalidReplicationGroupState", f"Replication group {found.name} must be in available state, and is {found.status}.")
    return found


def node_type(given: str | None) -> str:
    if not given:
        raise value("The parameter CacheNodeType must be provided.")
    if given not in node_types.BYTES:
        raise value(f"The parameter CacheNodeType is not valid: {given}. The sandbox knows {', '.join(node_types.BYTES)}.")
    return given


def clusters(asked: dict[str, Any]) -> int:
    """How many each shard is to have."""
    replicas, total = asked.get("ReplicasPerNodeGroup"), asked.get("NumCacheClusters")
    if replicas is not None and total is not None and total != replicas + 1:
        raise combination("NumCacheClusters must be ReplicasPerNodeGroup and one when both are given.")
    number = total if total is not None else (replicas or 0) + 1
    if not 1 <= number <= MOST_CLUSTERS:
        raise value(f"A replication group has 1 to {MOST_CLUSTERS} clusters (a primary and up to 5 replicas), not {number}.")
    return number


def replicas(number: int) -> int:
    if not 0 <= number < MOST_CLUSTERS:
        raise value(f"A shard has 0 to {MOST_CLUSTERS - 1} replicas, not {number}.")
    return number


def cluster_mode(account: Account, asked: dict[str, Any], shards: int) -> str:
    """By its name, by more shards than one, or by a parameter group that enables it."""
    name = (asked.get("CacheParameterGroupName") or "").lower()
    enabled = name in (groups := parameters.groups(account)) and is_for_clusters(groups[name])
    mode = asked.get("ClusterMode") or ("enabled" if shards > 1 or enabled else "disabled")
    if shards > 1 and mode != "enabled":
        raise combination(f"More than one node group needs the cluster mode enabled, not {mode}.")
    if mode == "enabled" and asked.get("NumCacheClusters") is not None:
        raise combination("NumCacheClusters is not for cluster mode: use NumNodeGroups and ReplicasPerNodeGroup.")
    return mode


def is_for_clusters(group: ParameterGroup) -> bool:
    return group.values.get("cluster-enabled") == "yes"


def failover(automatic: bool, multi_az: bool, number: int, mode: str) -> None:
    if mode == "enabled":
        if not automatic:
            raise combination("Automatic failover must be enabled for a replication group with cluster mode enabled.")
        if multi_az and number < 2:
            raise combination("Multi-AZ requires at least one replica in each node group.")
        return
    if automatic and number < 2:
        raise combination("Automatic failover is not supported for a replication group with less than 2 cache clusters.")
    if multi_az and not automatic:
        raise combination("Multi-AZ requires automatic failover to be enabled.")


def token(given: str) -> None:
    if not TOKEN.fullmatch(given):
        raise value("Invalid AuthToken provided: it must have 16 to 128 letters, digits or characters of !&#$^<>-.")


def authentication(account: Account, tls: bool, auth_token: str | None, user_groups: list[str], engine: str) -> None:
    if auth_token and not tls:
        raise combination("The AUTH token modification is only supported when encryption-in-transit is enabled.")
    if user_groups and not tls:
        raise combination("User group based access control requires encryption-in-transit to be enabled.")
    if auth_token and user_groups:
        raise combination("Only one of AuthToken and UserGroupIds can be specified.")
    if auth_token:
        token(auth_token)
    if len(user_groups) > 1:
        raise combination("Only one user group can be associated with a replication group.")
    for uid in user_groups:
        if uid not in account.user_groups:
            raise fault("UserGroupNotFound", f"User group {uid} not found.")
        if account.user_groups[uid].engine == "valkey" and engine == "redis":
            raise combination(f"The user group {uid} is of the engine valkey, the replication group of redis.")


def parameter_group(account: Account, given: str | None, engine: str, version: str, clusters: bool) -> str:
    family = parameters.family_of(engine, version)
    if not given:
        return f"default.{family}.cluster.on" if clusters else f"default.{family}"
    found = parameters.groups(account).get(given.lower())
    if not found:
        raise fault("CacheParameterGroupNotFound", f"CacheParameterGroup {given} not found.")
    if found.family != family:
        raise combination(f"Expected a parameter group of family {family} but found one of family {found.family}.")
    if is_for_clusters(found) != clusters:
        raise combination(f"The parameter group {found.name} is {'not ' if clusters else ''}for cluster mode (cluster-enabled).")
    return found.name


def security_groups(account: Account, given: list[str]) -> list[str]:
    known = {one for groups in ec2_backends[account.number][account.region].groups.values() for one in groups}
    if missing := [one for one in given if one not in known]:
        raise value(f"Invalid security group id: {missing[0]}")
    return given


def retention(days: int) -> int:
    if not 0 <= days <= MOST_RETENTION:
        raise value(f"SnapshotRetentionLimit is 0 to {MOST_RETENTION} days, not {days}.")
    return days


def not_emulated(asked: dict[str, Any]) -> None:
    """What is refused as missing, rather than taken and not done."""
    for member in ("GlobalReplicationGroupId", "PrimaryClusterId", "SnapshotArns", "ServerlessCacheSnapshotName", "DataTieringEnabled"):
        if asked.get(member):
            raise NotImplementedError(member)
    for member in ("NetworkType", "IpDiscovery"):
        if asked.get(member, "ipv4") != "ipv4":
            raise NotImplementedError(f"{member} {asked[member]}")
    if asked.get("TransitEncryptionMode") == "preferred":
        raise NotImplementedError("TransitEncryptionMode preferred: Redis has one port for both on AWS alone")


def version(engine: str, given: str | None) -> str:
    return engines.full(engines.engine(engine), given)
