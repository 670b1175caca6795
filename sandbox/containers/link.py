"""The thread in the emulator that tells the daemon which tasks there are, and takes in what became of them.

It sleeps while there is no task. Where nothing runs (an emulator of its own, in tests), there is no link, and `alone` does what the API
promises.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.utils import utcnow
from moto.logs.models import logs_backends

from sandbox import certificates, link, trust
from sandbox.containers import addresses, blobs, launch, lifecycle, orders
from sandbox.containers.account import Container, Task, backends, task_of, tasks
from sandbox.containers.measures import Measures
from sandbox.containers.serving import lock
from sandbox.containers.thread import Keeper
from sandbox.plane.settings import Settings

FOLDER = Path("containers")
# Relative to the sandbox's folder, in which every part runs.
SOCKET = FOLDER / "daemon.sock"


class Link(link.Link):
    lock = lock

    def __init__(self, settings: Settings, endpoint: str, targets_changed: Callable[[], None]) -> None:
        super().__init__(SOCKET, "containers")
        self._settings = settings
        self._general = {"AWS_ENDPOINT_URL": endpoint}
        self._keeper = Keeper(super().wake, targets_changed)
        self._told: set[str] = set()
        self._measures = Measures()

    def start(self) -> None:
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        blobs.keep_in(Path("ecr").resolve())
        trust.install(FOLDER.resolve(), certificates.ca_pem())
        self._general |= trust.environment(FOLDER.resolve())
        addresses.reserved |= self._settings.hosts
        lifecycle.is_alone = False
        self._keeper.start()
        super().start()

    def wake(self) -> None:
        self._keeper.wake()

    def order(self) -> dict[str, Any]:
        if self._told and not self.is_connected:
            self._lost()
        found = [task for backend in backends() for task in tasks(backend)]
        return orders.order(found, self._settings.real, self._general)

    def told(self) -> None:
        self._told = set(self._sent["tasks"])

    def _lost(self) -> None:
        """What the daemon before ran is gone with it."""
        for uid in self._told:
            if found := task_of(uid):
                backend, task = found
                task.stop("TerminationNotice", "The host of the task ended: the sandbox's part containers was restarted")
                lifecycle.ended(backend, task)
        self._told = set()
        self._keeper.wake()

    def heard(self, said: dict[str, Any]) -> None:
        found = task_of(said["task"])
        if not found:
            return
        backend, task = found
        if said.get("pulled"):
            task.pull_stopped = utcnow()
        elif said.get("running"):
            lifecycle.running(backend, task)
        elif said.get("gone"):
            lifecycle.ended(backend, task, said["problem"], said["exits"])
        elif "cpu_seconds" in said:
            self._measures.take(backend, task, said)
            return
        elif "container" in said:
            container = next(one for one in task.containers if one.name == said["container"])
            if "lines" in said:
                _log(backend.account_id, task, container, said["lines"])
                return
            _changed(container, said)
        self._keeper.wake()


def _changed(container: Container, said: dict[str, Any]) -> None:
    if "health" in said:
        container.health = said["health"]
    elif said["state"] == "RUNNING":
        container.status, container.pid = "RUNNING", said["pid"]
    else:
        container.status, container.exit_code, container.reason = "STOPPED", said["exit"], said["reason"]


def _log(account: str, task: Task, container: Container, lines: list[list[Any]]) -> None:
    """The group may have been deleted since."""
    if found := launch.stream(task, container):
        region, group, name = found
        events = [{"timestamp": at, "message": text} for at, text in lines]
        with contextlib.suppress(ServiceException):
            logs_backends[account][region].put_log_events(group, name, events)
