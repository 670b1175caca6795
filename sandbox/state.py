"""What a sandbox keeps in its folder, and the lock that tells whether it runs."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

_POLL_SECONDS = 0.01
# Who asks for the pid has the lock for a moment.
_ASKED_SECONDS = 1


class Folder:
    """The state folder of one checkout: `.sandbox/`, private to its owner."""

    def __init__(self, path: Path = ROOT / ".sandbox") -> None:
        self.path = path.resolve()
        self.log = self.path / "log"
        self.requests = self.path / "requests.jsonl"
        self._state = self.path / "state.json"
        self._running = self.path / "running.lock"

    def create(self) -> None:
        self.log.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)

    def read(self) -> dict[str, Any]:
        try:
            return json.loads(self._state.read_text())
        except FileNotFoundError:
            return {}

    def write(self, state: dict[str, Any]) -> None:
        new = self._state.with_suffix(".new")
        new.write_text(json.dumps(state, indent=2))
        new.replace(self._state)

    def running_pid(self) -> int | None:
        """The supervisor's pid. It holds a lock while it lives, so neither a stale file nor a reused pid misleads."""
        try:
            with self._running.open() as file:
                while not _lock(file.fileno()):
                    if pid := file.read():
                        return int(pid)
                    time.sleep(_POLL_SECONDS)  # it has the lock and is about to write
        except FileNotFoundError:
            pass
        return None

    def mark_running(self) -> bool:
        """Hold the lock until this process ends; False when another holds it."""
        file = os.open(self._running, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + _ASKED_SECONDS
        while not _lock(file):
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        return True

    @contextlib.contextmanager
    def one_command(self) -> Iterator[None]:
        """One `up` or `down` at a time; the next one waits."""
        with (self.path / "command.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
