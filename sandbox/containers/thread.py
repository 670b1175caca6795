"""The thread in the emulator that brings services and tasks forward; it sleeps while there is nothing to do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sandbox.containers import keeper, targets
from sandbox.containers.account import backends, services, tasks
from sandbox.containers.serving import lock
from sandbox.scalable import keeper as scalable

log = logging.getLogger(__name__)

BUSY_SECONDS = 0.2
STEADY_SECONDS = 1.0


woken = threading.Event()


class Keeper:
    def __init__(self, changed: Callable[[], None], targets_changed: Callable[[], None]) -> None:
        self._changed = changed
        self._targets_changed = targets_changed

    def start(self) -> None:
        threading.Thread(target=self._run, name="ecs", daemon=True).start()

    def wake(self) -> None:
        woken.set()

    def _run(self) -> None:
        pause: float | None = None
        while True:
            woken.wait(pause)
            woken.clear()
            try:
                pause = self._turn()
            except Exception:
                log.exception("services were not brought forward")
                pause = STEADY_SECONDS

    def _turn(self) -> float | None:
        """How long to sleep."""
        pause: float | None = None
        for backend in list(backends()):
            live = [service for service in services(backend) if service.status != "INACTIVE"]
            if not live and not any(task.last_status != "STOPPED" for task in tasks(backend)):
                continue
            # Outside of the lock: targets may have to be asked.
            observed = targets.observe(backend, live)
            with lock:
                busy = keeper.step(backend, observed)
            pause = BUSY_SECONDS if busy or pause == BUSY_SECONDS else STEADY_SECONDS
        with lock:
            if scalable.step():
                pause = pause or STEADY_SECONDS
        if targets.changed.is_set():
            targets.changed.clear()
            self._targets_changed()
        self._changed()
        return pause
