"""What became of a group or a snapshot, in the account's own words and events.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ECEvents.SNS.html
"""

from __future__ import annotations

from typing import Any

from sandbox.cache.account import Account, Cache, Group, Serverless, Snapshot

CLUSTER, GROUP, SERVERLESS = "cache-cluster", "replication-group", "serverless-cache"
SNAPSHOT = "serverless-cache-snapshot"


def settled(account: Account, group: Cache, report: dict[str, Any]) -> None:
    """As the daemon says it; a report of what was asked for before is not the last word."""
    for shard in group.shards:
        primary = report["primaries"].get(shard.id)
        shard.primary = primary if any(node.name == primary for node in shard.nodes) else shard.primary
    if isinstance(group, Group):
        group.resharded = report["resharded"]
    for node in group.nodes:
        node.status = {"available": "available", "recovering": "modifying"}.get(report["nodes"].get(node.name, ""), "creating")
    if group.status == "deleting":
        return
    if report["problem"]:
        group.status, group.problem = "create-failed", report["problem"]
        told(account, group, f"could not be created: {report['problem']}", f"Failed to create cache {group.name}. {report['problem']}")
    elif report["settled"] and report["revision"] == group.revision:
        if group.status == "creating":
            told(account, group, "created", f"Cache {group.name} is created and ready for use.")
            for node in group.nodes if isinstance(group, Group) else ():
                account.tell(CLUSTER, node.name, "Cache cluster created")
        group.status = "available"
    elif group.status == "available":
        group.status = "modifying"


def happened(account: Account, group: Cache, event: str, node: str, before: str = "") -> None:
    if isinstance(group, Serverless):  # AWS tells of no nodes of it
        return
    number = f"{next((one.number for one in group.nodes if one.name == node), 1):04}"
    if event == "failover":
        message = f"Failover from primary node {before} to replica node {node} completed"
        account.tell(CLUSTER, node, message)
        account.tell(GROUP, group.name, message)
    elif event == "recovering":
        account.tell(CLUSTER, node, f"Recovering cache nodes {number}")
    elif event == "recovered":
        account.tell(CLUSTER, node, f"Finished recovery for cache nodes {number}")


def refused(account: Account, group: Cache, problem: str) -> None:
    """The nodes cannot change to the cluster mode that is wanted: it is as it was before."""
    if isinstance(group, Group) and group.before_mode:
        for member, one in group.before_mode.items():
            setattr(group, member, one)
        group.before_mode = {}
        group.revision += 1
        account.tell(GROUP, group.name, f"The cluster mode of replication group {group.name} was not modified. {problem}")


def snapshot_made(account: Account, snapshot: Snapshot, sizes: dict[str, int]) -> None:
    snapshot.status, snapshot.sizes = "available", sizes
    if account.serverless_snapshots.get(snapshot.name) is snapshot:
        account.tell(SNAPSHOT, snapshot.name, f"Snapshot {snapshot.name} is created and ready for use.")
    else:
        for node in snapshot.nodes.values():
            account.tell(CLUSTER, node, f"Snapshot succeeded for snapshot with ID '{snapshot.name}' of cluster {node}")
    release(account, snapshot)


def snapshot_failed(account: Account, snapshot: Snapshot, problem: str) -> None:
    snapshot.status = "failed"
    if account.serverless_snapshots.get(snapshot.name) is snapshot:
        account.tell(SNAPSHOT, snapshot.name, f"Failed to create snapshot {snapshot.name}. {problem}")
    else:
        for node in snapshot.nodes.values():
            account.tell(CLUSTER, node, f"Snapshot failed for snapshot with ID '{snapshot.name}' of cluster {node}: {problem}")
    release(account, snapshot)


def release(account: Account, snapshot: Snapshot) -> None:
    """The cache whose snapshot it was can be changed again, or is deleted."""
    for cache in account.caches:
        if cache.uid == snapshot.group and cache.final_snapshot == snapshot.name:
            cache.final_snapshot = ""
        elif cache.uid == snapshot.group and cache.status == "snapshotting":
            cache.status = "available"


def gone(account: Account, group: Cache) -> None:
    (account.serverless if isinstance(group, Serverless) else account.groups).pop(group.name, None)  # type: ignore[attr-defined]
    told(account, group, "deleted", f"Cache {group.name} is deleted and no longer available.")


def told(account: Account, cache: Cache, of_group: str, of_serverless: str) -> None:
    if isinstance(cache, Serverless):
        account.tell(SERVERLESS, cache.name, of_serverless)
    else:
        account.tell(GROUP, cache.name, f"Replication group {cache.name} {of_group}")
