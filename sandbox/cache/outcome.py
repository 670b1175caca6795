"""What became of a group or a snapshot, in the account's own words and events.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ECEvents.SNS.html
"""

from __future__ import annotations

from typing import Any

from sandbox.cache.account import Account, Group, Snapshot

CLUSTER, GROUP = "cache-cluster", "replication-group"


def settled(account: Account, group: Group, report: dict[str, Any]) -> None:
    """As the daemon says it; a report of what was asked for before is not the last word."""
    group.primary = report["primary"] if any(node.name == report["primary"] for node in group.nodes) else group.primary
    for node in group.nodes:
        node.status = {"available": "available", "recovering": "modifying"}.get(report["nodes"].get(node.name, ""), "creating")
    if group.status == "deleting":
        return
    if report["problem"]:
        group.status, group.problem = "create-failed", report["problem"]
        account.tell(GROUP, group.name, f"Replication group {group.name} could not be created: {report['problem']}")
    elif report["settled"] and report["revision"] == group.revision:
        if group.status == "creating":
            account.tell(GROUP, group.name, f"Replication group {group.name} created")
            for node in group.nodes:
                account.tell(CLUSTER, node.name, "Cache cluster created")
        group.status = "available"
    elif group.status == "available":
        group.status = "modifying"


def happened(account: Account, group: Group, event: str, node: str, before: str = "") -> None:
    number = f"{next((one.number for one in group.nodes if one.name == node), 1):04}"
    if event == "failover":
        message = f"Failover from primary node {before} to replica node {node} completed"
        account.tell(CLUSTER, node, message)
        account.tell(GROUP, group.name, message)
    elif event == "recovering":
        account.tell(CLUSTER, node, f"Recovering cache nodes {number}")
    elif event == "recovered":
        account.tell(CLUSTER, node, f"Finished recovery for cache nodes {number}")


def snapshot_made(account: Account, snapshot: Snapshot, size: int) -> None:
    snapshot.status, snapshot.size = "available", size
    account.tell(CLUSTER, snapshot.node, f"Snapshot succeeded for snapshot with ID '{snapshot.name}' of cluster {snapshot.node}")
    release(account, snapshot)


def snapshot_failed(account: Account, snapshot: Snapshot, problem: str) -> None:
    snapshot.status = "failed"
    account.tell(CLUSTER, snapshot.node, f"Snapshot failed for snapshot with ID '{snapshot.name}' of cluster {snapshot.node}: {problem}")
    release(account, snapshot)


def release(account: Account, snapshot: Snapshot) -> None:
    """The group whose snapshot it was can be changed again, or is deleted."""
    for group in account.groups.values():
        if group.final_snapshot == snapshot.name:
            group.final_snapshot = ""
        elif group.uid == snapshot.group and group.status == "snapshotting":
            group.status = "available"


def gone(account: Account, group: Group) -> None:
    account.groups.pop(group.name, None)
    account.tell(GROUP, group.name, f"Replication group {group.name} deleted")
