"""Replication groups of ElastiCache: made, told of and deleted.

* As many members as NumCacheClusters or NumNodeGroups and ReplicasPerNodeGroup say, each a cache cluster of one node; creating until the
  nodes run, with endpoints from then on. A deleted group is told as deleting until its nodes are gone, then its name is free.
* What does not go together is refused: failover without a replica, Multi-AZ without failover, tokens and users without TLS.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteReplicationGroup.html

moto makes one member, says that it is available at once, deletes for ever, and refuses next to nothing.
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow

from sandbox.cache import acl, checks, describing, endpoints, layout, link, tags
from sandbox.cache.account import Account, Group
from sandbox.cache.faults import combination, fault
from sandbox.cache.serving import Asked, serve
from sandbox.repairs import elasticache_snapshots as snapshots
from sandbox.repairs import elasticache_subnets as subnets

DELETABLE = ("available", "create-failed")


def create(account: Account, asked: Asked) -> dict[str, Any]:
    name = checks.name(asked["ReplicationGroupId"])
    if name in account.groups:
        raise fault("ReplicationGroupAlreadyExists", f"Replication group {name} already exists")
    group = made(account, name, asked)
    account.groups[name] = group
    for arn in (account.arn("replicationgroup", name), *(account.arn("cluster", node.name) for node in group.nodes)):
        tags.put(account, arn, asked.get("Tags"))
    return {"ReplicationGroup": describing.group(account, group)}


def made(account: Account, name: str, asked: Asked) -> Group:
    checks.not_emulated(asked)
    restored = snapshots.restorable(account, asked["SnapshotName"]) if asked.get("SnapshotName") else None
    engine = (asked.get("Engine") or (restored.told["Engine"] if restored else "redis")).lower()
    version = checks.version(engine, asked.get("EngineVersion") or (restored.told["EngineVersion"] if restored else None))
    mode = checks.cluster_mode(account, asked, len(layout.configurations(asked, restored)))
    automatic, multi_az = bool(asked.get("AutomaticFailoverEnabled")), bool(asked.get("MultiAZEnabled"))
    tls, token, users = bool(asked.get("TransitEncryptionEnabled")), asked.get("AuthToken"), asked.get("UserGroupIds") or []
    checks.authentication(account, tls, token, users, engine)
    if asked.get("TransitEncryptionMode") and not tls:
        raise combination("TransitEncryptionMode requires TransitEncryptionEnabled.")
    subnet_group = subnets.found(account, asked["CacheSubnetGroupName"]).name if asked.get("CacheSubnetGroupName") else ""
    shards = layout.shards(account, name, mode, subnet_group, asked, restored)
    checks.failover(automatic, multi_az, min(len(shard.nodes) for shard in shards), mode)
    group = Group(
        name=name,
        description=asked["ReplicationGroupDescription"],
        node_type=checks.node_type(asked.get("CacheNodeType") or (restored.told["CacheNodeType"] if restored else None)),
        engine=engine,
        engine_version=version,
        parameter_group=checks.parameter_group(account, asked.get("CacheParameterGroupName"), engine, version, mode != "disabled"),
        subnet_group=subnet_group,
        port=asked.get("Port") or endpoints.PORT,
        block=shards[0].block if mode == "disabled" else link.free_blocks(1)[0],
        slice=link.slice_number(),
        shards=shards,
        cluster_mode=mode,
        tls=tls,
        tokens=[acl.digest(token)] if token else [],
        without_token=not token,
        token_changed=utcnow() if token else None,
        user_groups=users,
        security_groups=checks.security_groups(account, asked.get("SecurityGroupIds") or []),
        automatic_failover=automatic,
        multi_az=multi_az,
        snapshot_retention=checks.retention(asked.get("SnapshotRetentionLimit") or 0),
        snapshot_window=asked.get("SnapshotWindow") or "05:00-06:00",
        maintenance_window=asked.get("PreferredMaintenanceWindow") or "sun:03:00-sun:04:00",
        topic=asked.get("NotificationTopicArn") or "",
        at_rest=asked.get("AtRestEncryptionEnabled", engine == "valkey"),
        kms_key=asked.get("KmsKeyId") or "",
        minor_upgrades=asked.get("AutoMinorVersionUpgrade", True),
        logs=describing.logs(asked.get("LogDeliveryConfigurations") or []),
    )
    if group.block is not None:
        group.port = endpoints.free_port(endpoints.addresses(group), group.port, lambda port: (endpoints.bus_port(port),))
        group.certificate, group.key = endpoints.certificate(endpoints.names(account, group))
    return group


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    name = asked.get("ReplicationGroupId")
    listed = [checks.group(account, name)] if name else account.groups.values()
    return {"ReplicationGroups": [describing.group(account, group) for group in listed]}


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.group(account, asked["ReplicationGroupId"])
    if group.status not in DELETABLE:
        raise fault("InvalidReplicationGroupState", f"Replication group {group.name} cannot be deleted while it is {group.status}.")
    if asked.get("RetainPrimaryCluster"):
        raise NotImplementedError("RetainPrimaryCluster")
    if final := asked.get("FinalSnapshotIdentifier"):
        snapshots.take(account, group, final, {shard.id: shard.primary for shard in group.shards})
        group.final_snapshot = final.lower()
    group.status = "deleting"
    for node in group.nodes:
        node.status = "deleting"
        tags.drop(account, account.arn("cluster", node.name))
    tags.drop(account, account.arn("replicationgroup", group.name))
    return {"ReplicationGroup": describing.group(account, group)}


def apply() -> None:
    serve(create_replication_group=create, delete_replication_group=delete)
    serve(paged=True, describe_replication_groups=describe)
