"""Where no Redis runs, what was asked for is done when the account is looked at next: the API alone."""

from __future__ import annotations

from sandbox.cache.account import Account
from sandbox.cache.outcome import gone, happened, settled, snapshot_made


def settle(account: Account) -> None:
    uids = {cache.uid for cache in account.caches if cache.block is None}
    for snapshot in account.every_snapshot:
        if snapshot.status == "creating" and snapshot.group in uids:
            snapshot_made(account, snapshot, dict.fromkeys(snapshot.nodes, 0))
    for group in account.caches:
        if group.uid not in uids:
            continue
        if group.status == "deleting":
            gone(account, group)
            continue
        for shard in group.shards:
            if shard.failed_over != shard.failovers:
                shard.failed_over = shard.failovers
                before, shard.primary = shard.primary, shard.promote or shard.replicas[0].name
                for event, node in (("failover", shard.primary), ("recovering", before), ("recovered", before)):
                    happened(account, group, event, node, before)
        states = {node.name: "available" for node in group.nodes}
        primaries = {shard.id: shard.primary for shard in group.shards}
        settled(
            account,
            group,
            {"revision": group.revision, "settled": True, "primaries": primaries, "nodes": states, "resharded": None, "problem": ""},
        )
