"""The thread in the emulator that tells the daemon what the accounts have, and takes in what became of it.

It sleeps while there is no cache. Where nothing runs (no Redis, or an emulator of its own, in tests), there is no link, and
`alone` does what the API promises.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moto.elasticache.models import elasticache_backends

from sandbox import certificates, link
from sandbox.cache import account as accounts
from sandbox.cache import endpoints, orders, outcome
from sandbox.cache.account import Account, Cache
from sandbox.cache.measures import Measures
from sandbox.cache.serving import lock

_slice: int | None = None


def slice_number() -> int:
    return _slice or 0


def free_blocks(number: int) -> list[int] | list[None]:
    """Addresses that no group has."""
    if _slice is None:
        return [None] * number
    caches = [cache for account in known() for cache in account.caches]
    used = {block for cache in caches for block in (cache.block, *(shard.block for shard in cache.shards))}
    return endpoints.free_blocks(used, number)


def known() -> list[Account]:
    backends = [backend for regions in list(elasticache_backends.values()) for backend in list(regions.values())]
    return [accounts.of(backend) for backend in backends]


class Link(link.Link):
    lock = lock

    def __init__(self, path: Path, slice_of_sandbox: int) -> None:
        super().__init__(path, "elasticache")
        self._slice = slice_of_sandbox
        self._groups: dict[str, Cache] = {}
        # What the daemon keeps, and what it was told to stop and has not yet.
        self._kept: dict[str, Cache] = {}
        self._stopping: set[str] = set()
        self._measures = Measures()

    def start(self) -> None:
        global _slice
        _slice = self._slice
        super().start()

    def order(self) -> dict[str, Any]:
        order = orders.order(known(), certificates.ca_pem())
        self._stop_first(order["groups"])
        self._groups = {group.uid: group for _, group in _caches() if group.uid in order["groups"]}
        return order

    def told(self) -> None:
        self._kept = self._groups

    def connected(self) -> None:
        self._kept, self._stopping = {}, set()

    def _stop_first(self, wanted: dict[str, Any]) -> None:
        """A group that an account has again, gone back to a snapshot, has the addresses of the one before, which is stopped first."""
        there = {group.uid: group for _, group in _caches()}
        self._stopping |= {uid for uid, group in self._kept.items() if uid not in wanted or group is not there[uid]}
        for uid in wanted.keys() & self._stopping:
            del wanted[uid]

    def heard(self, said: dict[str, Any]) -> None:
        if "snapshot" in said:
            _snapshot(said)
            return
        account, group = next(((one, found) for one, found in _caches() if found.uid == said["group"]), (None, None))
        if said.get("gone"):
            self._stopping.discard(said["group"])
        if not account or not group or group.uid in self._stopping:
            return
        if said.get("gone"):
            if group.status == "deleting":
                outcome.gone(account, group)
        elif said.get("event") == "refused":
            outcome.refused(account, group, said["problem"])
        elif "event" in said:
            outcome.happened(account, group, said["event"], said["node"], said.get("from", ""))
        elif "numbers" in said:
            self._measures.take(account, group, said)
        else:
            outcome.settled(account, group, said)


def _caches() -> Iterator[tuple[Account, Cache]]:
    for account in known():
        yield from ((account, cache) for cache in account.caches)


def _snapshot(said: dict[str, Any]) -> None:
    for account in known():
        for snapshot in account.every_snapshot:
            if snapshot.uid == said["snapshot"] and snapshot.status == "creating":
                if "problem" in said:
                    outcome.snapshot_failed(account, snapshot, said["problem"])
                else:
                    outcome.snapshot_made(account, snapshot, said["bytes"])
