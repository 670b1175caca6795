"""The parent of the Redis processes: one connection's orders, and what became of them."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from pathlib import Path
from typing import Any

from sandbox.cache.group import Group
from sandbox.cache.resp import Refused
from sandbox.cache.sampling import sample
from sandbox.daemon import follow
from sandbox.packages import Server

log = logging.getLogger(__name__)

_SOON_SECONDS = 0.1


class Daemon:
    def __init__(self, folder: Path, server: Server, detection_seconds: float) -> None:
        self._folder = folder
        self._snapshots = folder / "snapshots"
        self._server = server
        self._detection_seconds = detection_seconds

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One emulator, as long as it lives."""
        session = Session(self, writer)
        await follow(session, reader, writer)

    def group(self, uid: str, order: dict[str, Any], session: Session) -> Group:
        return Group(uid, order, self._folder, self._server, self._detection_seconds, session.report)

    def snapshot(self, uid: str, shard: str) -> Path:
        self._snapshots.mkdir(mode=0o700, exist_ok=True)
        return self._snapshots / f"{uid}-{shard}.rdb"

    def forget(self, uid: str) -> None:
        shutil.rmtree(self._folder / uid, ignore_errors=True)

    def keep_snapshots(self, uids: set[str]) -> None:
        for file in self._snapshots.glob("*.rdb"):
            if file.stem.partition("-")[0] not in uids:
                file.unlink()


class Session:
    def __init__(self, daemon: Daemon, writer: asyncio.StreamWriter) -> None:
        self._daemon = daemon
        self._writer = writer
        self._groups: dict[str, tuple[Group, list[asyncio.Task[None]]]] = {}
        self._saving: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._spoke = False

    def report(self, said: dict[str, Any]) -> None:
        self._writer.write(json.dumps(said).encode() + b"\n")

    def follow(self, order: dict[str, Any]) -> None:
        self._spoke = True
        wanted: dict[str, Any] = order["groups"]
        for uid in self._groups.keys() - wanted.keys():
            task = asyncio.ensure_future(self._stop(uid))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
        for uid, one in wanted.items():
            if uid in self._groups:
                self._groups[uid][0].follow(one)
            else:
                group = self._daemon.group(uid, one, self)
                self._groups[uid] = group, [asyncio.ensure_future(group.run()), asyncio.ensure_future(sample(group, self.report))]
        self._daemon.keep_snapshots(set(order["snapshots"]))
        for uid, one in order["snapshots"].items():
            if one and uid not in self._saving:
                self._saving[uid] = asyncio.ensure_future(self._save(uid, one["group"], one["nodes"]))

    async def _save(self, uid: str, group: str, nodes: dict[str, str]) -> None:
        try:
            if group not in self._groups:
                raise Refused("its replication group is not there")
            found, sizes = self._groups[group][0], {}
            for shard, node in nodes.items():
                while found.nodes[node].state != "available":
                    await asyncio.sleep(_SOON_SECONDS)
                sizes[shard] = await found.nodes[node].save(self._daemon.snapshot(uid, shard))
            self.report({"snapshot": uid, "bytes": sizes})
        except (OSError, Refused, KeyError) as error:
            log.warning("the snapshot %s was not made: %r", uid, error)
            self.report({"snapshot": uid, "problem": str(error)})

    async def _stop(self, uid: str) -> None:
        _, tasks = self._groups.pop(uid)
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                log.error("group %s: %r", uid, result)
        self._daemon.forget(uid)
        self.report({"group": uid, "gone": True})

    async def end(self) -> None:
        for task in self._saving.values():
            task.cancel()
        await asyncio.gather(*(self._stop(uid) for uid in list(self._groups)), *self._ending)
        if self._spoke:
            self._daemon.keep_snapshots(set())
