"""The parent of a sandbox's processes: starts them in order, restarts what dies, and takes all with it when it ends."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.parts import Part, parts
from sandbox.state import Folder

log = logging.getLogger("sandbox.supervisor")

_POLL_SECONDS = 0.05
_GRACE_SECONDS = 10
_BACK_OFF_SECONDS = (0.2, 1, 2, 5, 10, 30)
_STEADY_SECONDS = 60
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


@dataclass
class Child:
    """A part and the process that it is at the moment."""

    part: Part
    log: Path
    state: str = "waiting"
    since: str = ""
    restarts: int = 0
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    failures: int = 0
    restart_at: float = 0

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.part.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        self.started = time.monotonic()
        self._become("starting")

    def step(self) -> None:
        """Bring the state up to date with the process, and start it again when it is time."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.restart_at:
                self.restarts += 1
                self.start()
        elif self.process.poll() is not None:
            self._died(f"ended with {self.process.returncode}")
        elif self.state == "starting" and self.part.is_ready():
            self._become("ready")
        elif self.state == "starting" and now - self.started > self.part.deadline_seconds:
            self.stop()
            self._died(f"was not ready after {self.part.deadline_seconds} s")
        elif self.state == "ready" and now - self.started > _STEADY_SECONDS:
            self.failures = 0

    def stop(self) -> None:
        if not self.process:
            return
        self.process.terminate()
        try:
            self.process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("%s did not end in %s s and is killed", self.part.name, _GRACE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _died(self, how: str) -> None:
        pid = self.process.pid if self.process else None
        wait = _BACK_OFF_SECONDS[min(self.failures, len(_BACK_OFF_SECONDS) - 1)]
        log.warning("%s (pid %s) %s, restart in %s s; see %s", self.part.name, pid, how, wait, self.log)
        self.failures += 1
        self.process, self.restart_at = None, time.monotonic() + wait
        self._become("restarting")

    def _become(self, state: str) -> None:
        self.state, self.since = state, _now()

    def report(self) -> dict[str, Any]:
        return {
            "pid": self.process.pid if self.process else None,
            "address": self.part.address,
            "state": self.state,
            "since": self.since,
            "restarts": self.restarts,
        }


class Supervisor:
    def __init__(self, folder: Folder, only: list[str]) -> None:
        self._folder = folder
        self._state = folder.read() | {"pid": os.getpid(), "started": _now()}
        wanted = [part for part in parts(folder.path, self._state) if not only or part.name in only]
        self._children = [Child(part, folder.log / f"{part.name}.log") for part in wanted]
        self._stopping = False
        self._woken, wake = os.pipe()
        for end in (self._woken, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def run(self) -> None:
        try:
            while not self._stopping:
                self._step()
                self._save()
                self._sleep()
        finally:
            for child in reversed(self._children):
                child.stop()
            self._folder.write(self._state | {"pid": None, "parts": {}})
            log.info("stopped")

    def _step(self) -> None:
        ready = True
        for child in self._children:
            if child.state == "waiting":
                if not ready:  # the gate
                    return
                child.start()
            child.step()
            ready = ready and child.state == "ready"

    def _save(self) -> None:
        reports = {child.part.name: child.report() for child in self._children}
        if reports != self._state.get("parts"):
            self._state["parts"] = reports
            self._folder.write(self._state)

    def _sleep(self) -> None:
        """Until a signal (a child's death, an order to stop), or the next look at what is not ready."""
        steady = all(child.state == "ready" for child in self._children)
        select.select([self._woken], [], [], _STEADY_SECONDS if steady else _POLL_SECONDS)
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 4096)

    def _stop(self, *_: Any) -> None:
        self._stopping = True


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def main(path: str, *only: str) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    folder = Folder(Path(path))
    if not folder.mark_running():
        log.info("another supervisor runs this sandbox")
        return 0
    Supervisor(folder, list(only)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
