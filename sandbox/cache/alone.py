"""Where no Redis runs, what was asked for is done when the account is looked at next: the API alone."""

from __future__ import annotations

from sandbox.cache.account import Account
from sandbox.cache.outcome import gone, happened, settled, snapshot_made


def settle(account: Account) -> None:
    uids = {group.uid for group in account.groups.values() if group.block is None}
    for snapshot in list(account.snapshots.values()):
        if snapshot.status == "creating" and snapshot.group in uids:
            snapshot_made(account, snapshot, 0)
    for group in list(account.groups.values()):
        if group.uid not in uids:
            continue
        if group.status == "deleting":
            gone(account, group)
            continue
        if group.failed_over != group.failovers:
            group.failed_over = group.failovers
            others = [node.name for node in group.nodes if node.name != group.primary]
            before, group.primary = group.primary, group.promote or others[0]
            for event, node in (("failover", group.primary), ("recovering", before), ("recovered", before)):
                happened(account, group, event, node, before)
        states = {node.name: "available" for node in group.nodes}
        settled(account, group, {"revision": group.revision, "settled": True, "primary": group.primary, "nodes": states, "problem": ""})
