"""The thread in the emulator that tells the daemon what the accounts have, and takes in what became of it.

It sleeps while there is no replication group. Where nothing runs (no Redis, or an emulator of its own, in tests), there is no link, and
`alone` does what the API promises.
"""

from __future__ import annotations

import json
import logging
import os
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moto.elasticache.models import elasticache_backends

from sandbox import certificates
from sandbox.cache import account as accounts
from sandbox.cache import endpoints, orders, outcome
from sandbox.cache.account import Account, Group
from sandbox.cache.measures import Measures
from sandbox.cache.serving import lock

log = logging.getLogger(__name__)

_RETRY_SECONDS = 0.2
_CHUNK = 1 << 16

_slice: int | None = None


def slice_number() -> int:
    return _slice or 0


def free_block() -> int | None:
    """Addresses that no group has."""
    if _slice is None:
        return None
    return endpoints.free_block(group.block for account in known() for group in account.groups.values())


def known() -> list[Account]:
    backends = [backend for regions in list(elasticache_backends.values()) for backend in list(regions.values())]
    return [accounts.of(backend) for backend in backends]


class Link:
    def __init__(self, path: Path, slice_of_sandbox: int) -> None:
        self._path = path
        self._slice = slice_of_sandbox
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        self._socket: socket.socket | None = None
        self._rest = b""
        self._sent: dict[str, Any] = {}
        # What the daemon keeps, and what it was told to stop and has not yet.
        self._kept: dict[str, Group] = {}
        self._stopping: set[str] = set()
        self._measures = Measures()

    def start(self) -> None:
        global _slice
        _slice = self._slice
        threading.Thread(target=self._run, name="elasticache", daemon=True).start()

    def wake(self) -> None:
        os.write(self._wake, b"!")

    def _run(self) -> None:
        while True:
            try:
                self._turn()
            except Exception:
                log.exception("replication groups were not brought up to date")
                self._close()

    def _turn(self) -> None:
        """Wait for the account to change or the daemon to speak, and be quick about it where the daemon is not there yet."""
        with lock:
            order = orders.order(known(), certificates.ca_pem())
            self._stop_first(order["groups"])
            groups = {group.uid: group for _, group in _groups() if group.uid in order["groups"]}
        there = bool(order["groups"] or order["snapshots"])
        if there and not self._socket:
            self._connect()
        if self._socket and order != self._sent:
            self._socket.sendall(json.dumps(order).encode() + b"\n")
            self._sent, self._kept = order, groups
        waiting: list[Any] = [self._woken, *([self._socket] if self._socket else [])]
        ready, _, _ = select.select(waiting, [], [], _RETRY_SECONDS if there and not self._socket else None)
        if self._woken in ready:
            os.read(self._woken, _CHUNK)
        if self._socket in ready:
            self._take()

    def _stop_first(self, wanted: dict[str, Any]) -> None:
        """A group that an account has again, gone back to a snapshot, has the addresses of the one before, which is stopped first."""
        there = {group.uid: group for _, group in _groups()}
        self._stopping |= {uid for uid, group in self._kept.items() if uid not in wanted or group is not there[uid]}
        for uid in wanted.keys() & self._stopping:
            del wanted[uid]

    def _connect(self) -> None:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(str(self._path))
        except OSError:
            client.close()
            return
        self._socket, self._sent, self._rest = client, {}, b""
        self._kept, self._stopping = {}, set()

    def _close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None

    def _take(self) -> None:
        assert self._socket
        data = self._socket.recv(_CHUNK)
        if not data:  # the daemon is gone; the next one is told everything
            self._close()
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        with lock:
            for line in lines:
                self._heard(json.loads(line))

    def _heard(self, said: dict[str, Any]) -> None:
        if "snapshot" in said:
            _snapshot(said)
            return
        account, group = next(((one, found) for one, found in _groups() if found.uid == said["group"]), (None, None))
        if said.get("gone"):
            self._stopping.discard(said["group"])
        if not account or not group or group.uid in self._stopping:
            return
        if said.get("gone"):
            if group.status == "deleting":
                outcome.gone(account, group)
        elif "event" in said:
            outcome.happened(account, group, said["event"], said["node"], said.get("from", ""))
        elif "numbers" in said:
            self._measures.take(account, group, said)
        else:
            outcome.settled(account, group, said)


def _groups() -> Iterator[tuple[Account, Group]]:
    for account in known():
        yield from ((account, group) for group in list(account.groups.values()))


def _snapshot(said: dict[str, Any]) -> None:
    for account in known():
        for snapshot in list(account.snapshots.values()):
            if snapshot.uid == said["snapshot"] and snapshot.status == "creating":
                if "problem" in said:
                    outcome.snapshot_failed(account, snapshot, said["problem"])
                else:
                    outcome.snapshot_made(account, snapshot, said["bytes"])
