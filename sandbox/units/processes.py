"""Child processes of the manager, and all processes that belong to a service.

There is no control group here. A process belongs to the invocation of a service when its environment carries the
INVOCATION_ID that systemd gives every service, or when it descends from, or shares a session with, one that does.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


def prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


class Reaper:
    """Collects every child that ends, orphans handed up to this process too (as process 1 does)."""

    def __init__(self) -> None:
        self.waiting: dict[int, asyncio.Future[int]] = {}
        self.loop = asyncio.get_running_loop()
        self.loop.add_signal_handler(signal.SIGCHLD, self._reap)

    def watch(self, pid: int) -> asyncio.Future[int]:
        """Its exit code, or minus the signal that ended it; called before the event loop runs again after the fork."""
        self.waiting[pid] = self.loop.create_future()
        return self.waiting[pid]

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                future = self.waiting.pop(pid, None)
                if future and not future.done():
                    future.set_result(os.waitstatus_to_exitcode(status))


def members(invocations: set[str], leaders: set[int] = frozenset()) -> set[int]:  # type: ignore[assignment]
    parents: dict[int, int] = {}
    sessions: dict[int, int] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 - a Path an entry is three times slower
        if entry.isdigit():
            with contextlib.suppress(OSError):
                # https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name may hold spaces and parentheses.
                state, parent, _, session = Path(f"/proc/{entry}/stat").read_bytes().rpartition(b")")[2].split()[:4]
                if state not in (b"Z", b"X"):
                    parents[int(entry)], sessions[int(entry)] = int(parent), int(session)
    own = {pid for pid in parents if pid in leaders or sessions[pid] in leaders}
    own |= {pid for pid in parents if pid not in own and _carries(pid, invocations)}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    return own


def _carries(pid: int, invocations: set[str]) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return any(f"INVOCATION_ID={invocation}".encode() in environment.split(b"\0") for invocation in invocations)


def send(pids: set[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


class Invocations:
    """Which invocation of a unit runs, on disk (systemd's /run/systemd/units), to end it after a crash."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "run/systemd/units"
        self.folder.mkdir(parents=True, exist_ok=True)

    def begin(self, unit: str, invocation: str) -> None:
        self.end(unit)
        (self.folder / f"invocation:{unit}").symlink_to(invocation)

    def end(self, unit: str) -> None:
        (self.folder / f"invocation:{unit}").unlink(missing_ok=True)

    def kill_left_over(self) -> set[int]:
        """End what a manager that died left behind; repeated, for a process may fork while it is looked for."""
        links = list(self.folder.glob("invocation:*"))
        killed: set[int] = set()
        if links:
            invocations = {str(link.readlink()) for link in links}
            deadline = time.monotonic() + 5
            while (found := members(invocations)) and time.monotonic() < deadline:
                send(found, signal.SIGKILL)
                killed |= found
                time.sleep(0.01)
        for link in links:
            link.unlink(missing_ok=True)
        return killed


def fork_undertaker(invocations: Invocations) -> int:
    """A process that outlives the manager only to end its services: SIGKILL leaves the manager no time to do it.

    Returns the descriptor that says the manager lives; it closes with it. Called before there is an event loop.
    """
    alive, held = os.pipe()
    if os.fork():
        os.close(alive)
        return held
    try:
        os.close(held)
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.read(alive, 1)
        invocations.kill_left_over()
    finally:
        os._exit(0)
