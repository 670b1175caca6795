"""The journal of a host: what its services print, what its manager says of them; one JSON entry a line."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import platform
import re
import socket
import time
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

FILE_SIZE_MAX = 4 * 1024 * 1024
FILES_KEPT = 4
RATE_LIMIT_INTERVAL_S, RATE_LIMIT_BURST = 30.0, 10_000  # journald.conf, RateLimitIntervalSec=, RateLimitBurst=
TAIL_SIZE = 256 * 1024
LINE_MAX = 48 * 1024  # journald.conf, LineMax=
_LEVEL = re.compile(r"<([0-7])>")

Entry = dict[str, Any]


class Journal:
    def __init__(self, root: Path) -> None:
        self.folder = folder_of(root)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.host = platform.node()
        self._shares: dict[str, tuple[float, int]] = {}

    def manager(self, unit: str, message: str, priority: int = 6, **fields: str) -> None:
        """What systemd itself says of a unit."""
        self._append(unit, {"UNIT": unit, "SYSLOG_IDENTIFIER": "systemd", "_PID": str(os.getpid()),
                            "PRIORITY": str(priority), "MESSAGE": message, **fields})  # fmt: skip

    def output(self, unit: str, message: str, identifier: str, pid: int, invocation: str, prefixed: bool) -> None:
        """A line that a service printed; `<3>` at its start is its priority (man sd-daemon)."""
        if self._is_suppressed(unit):
            return
        level = _LEVEL.match(message) if prefixed else None
        text = message[level.end() :] if level else message
        self._append(unit, {"_SYSTEMD_UNIT": unit, "SYSLOG_IDENTIFIER": identifier, "_PID": str(pid),
                            "PRIORITY": level[1] if level else "6", "_TRANSPORT": "stdout",
                            "_SYSTEMD_INVOCATION_ID": invocation, "MESSAGE": text})  # fmt: skip

    def _is_suppressed(self, unit: str) -> bool:
        """journald drops what a unit prints beyond its share, and says how much that was."""
        now = time.monotonic()
        began, count = self._shares.get(unit, (now, 0))
        if now - began > RATE_LIMIT_INTERVAL_S:
            if count > RATE_LIMIT_BURST:
                self.manager(unit, f"Suppressed {count - RATE_LIMIT_BURST} messages from {unit}", 5)
            began, count = now, 0
        self._shares[unit] = (began, count + 1)
        return count >= RATE_LIMIT_BURST

    def _append(self, unit: str, fields: Entry) -> None:
        path = self.folder / f"{unit}.journal"
        line = json.dumps({"__REALTIME_TIMESTAMP": str(time.time_ns() // 1000), "_HOSTNAME": self.host, **fields})
        with open(path, "a", encoding="utf-8", opener=_private) as file:
            file.write(line + "\n")
            full = file.tell() > FILE_SIZE_MAX
        if full:
            _rotate(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _rotate(path: Path) -> None:
    for number in range(FILES_KEPT - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number - 1}") if number > 1 else path
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{number}"))


class Stream:
    """One end of a service's standard output and error: a stream socket, as journald's is."""

    def __init__(self, end: socket.socket, write: Callable[[str], None]) -> None:
        self.end, self.write, self.rest = end, write, b""
        end.setblocking(False)
        asyncio.get_running_loop().add_reader(end.fileno(), self.drain, 1)

    def drain(self, rounds: int = 64) -> None:
        """Take what is there now, but not for ever: one that prints without end must not hold up the manager."""
        for _ in range(rounds):
            if self.end.fileno() < 0:
                return
            try:
                data = self.end.recv(16384)
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionError:
                data = b""
            *lines, self.rest = (self.rest + data).split(b"\n")
            if len(self.rest) >= LINE_MAX or (self.rest and not data):
                lines.append(self.rest)
                self.rest = b""
            for line in lines:
                self.write(line.decode("utf-8", "replace"))
            if not data:
                self.close()

    def close(self) -> None:
        if self.end.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self.end.fileno())
            self.end.close()


def folder_of(root: Path) -> Path:
    return root / "var/log/journal"


def units(folder: Path, patterns: list[str]) -> list[str]:
    names = {path.name.partition(".journal")[0] for path in folder.glob("*.journal*")}
    return sorted(name for name in names if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns))


def read(folder: Path, unit: str) -> Iterator[Entry]:
    """A unit's entries, oldest first, over its rotated files."""
    for number in range(FILES_KEPT - 1, -1, -1):
        path = folder / (f"{unit}.journal.{number}" if number else f"{unit}.journal")
        with contextlib.suppress(FileNotFoundError), path.open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file if line.endswith("\n"))


def tail(folder: Path, unit: str, count: int) -> list[Entry]:
    """The last entries, without reading all."""
    with contextlib.suppress(FileNotFoundError), (folder / f"{unit}.journal").open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - TAIL_SIZE))
        lines = file.read().split(b"\n")[1 if end > TAIL_SIZE else 0 : -1]
        if count <= len(lines):
            return [json.loads(line) for line in lines[len(lines) - count :]]
    return list(read(folder, unit))[-count:]


def short(entry: Entry, clock: str = "%b %d %H:%M:%S") -> str:
    moment = time.localtime(int(entry["__REALTIME_TIMESTAMP"]) / 1e6)
    source = f"{entry['SYSLOG_IDENTIFIER']}[{entry['_PID']}]"
    return f"{time.strftime(clock, moment)} {entry['_HOSTNAME']} {source}: {entry['MESSAGE']}"
