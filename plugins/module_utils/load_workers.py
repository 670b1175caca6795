# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A load test dealt out to several processes: each sends its part, and what they see comes together."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from .load import Sample
from .load_worker import seen
from .load_worker_process import WorkerProcess

READY_SECONDS = 30
# A worker tells something twice a second.
SILENT_SECONDS = 30


class NotReady(Exception):
    """Which worker cannot begin, and why; nothing was sent."""


class Workers:
    """A load, as `load.Load` is, from several processes; entered when all are ready, so that they begin together."""

    def __init__(self, workers: Sequence[Mapping[str, Any]], plan: Mapping[str, Any]) -> None:
        self.samples: list[Sample] = []
        self.started = 0.0
        self.given, self.plan = workers, plan
        self.each: list[WorkerProcess] = []

    def __enter__(self) -> Workers:
        try:
            for number, worker in enumerate(self.given):
                self.each.append(self._begun(worker, number))
            deadline = time.monotonic() + READY_SECONDS
            for one in self.each:
                if not one.ready.wait(max(0, deadline - time.monotonic())):
                    raise NotReady(f"worker {one.name}: not ready within {READY_SECONDS} s")
                if one.over.is_set():
                    raise NotReady(f"worker {one.name}: {one.why}")
        except BaseException:
            self.__exit__()
            raise
        self.started = time.time()
        for one in self.each:
            one.tell("begin")
        return self

    def _begun(self, worker: Mapping[str, Any], number: int) -> WorkerProcess:
        try:
            return WorkerProcess(worker, {**self.plan, "number": number, "of": len(self.given)}, self._seen)
        except OSError as error:
            raise NotReady(f"worker {worker['name']}: {error.filename} cannot be run: {error.strerror}") from error

    def __exit__(self, *_exception: object) -> None:
        for one in self.each:
            one.end()

    def _seen(self, rows: list[list[Any]]) -> None:
        self.samples += [seen(row, self.started) for row in rows]

    @property
    def under_way(self) -> int:
        return sum(one.under_way for one in self.each)

    def wait(self, seconds: float) -> bool:
        """Whether all have ended, after so many seconds at most."""
        deadline = time.monotonic() + seconds
        for one in self.each:
            one.give_up_after(SILENT_SECONDS)
        return all(one.over.wait(max(0, deadline - time.monotonic())) for one in self.each)

    @property
    def lost(self) -> dict[str, str]:
        """Those that ended before their part was done, with the reason."""
        return {one.name: one.why for one in self.each if one.over.is_set() and not one.complete}
