"""The thread in the emulator that tells the daemon which hosts there are to be, and takes in what became of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from moto.ec2.models.instances import Instance

from sandbox import certificates, link
from sandbox.instances import account, orders, reports
from sandbox.instances.measures import Measures

SOCKET = "daemon.sock"


class Link(link.Link):
    lock = account.lock

    def __init__(self, folder: Path, speed: float, real: Callable[[str], str], changed: Callable[[], None]) -> None:
        super().__init__(folder / SOCKET, "instances")
        self._folder = folder
        self._speed = speed
        self._real = real
        self._changed = changed
        # What the daemon was told to keep, by this account or by the one before it went back to a snapshot.
        self._kept: set[str] = set()
        self._measures = Measures()

    def start(self) -> None:
        account.speed = self._speed
        account.wake = self.wake
        reports.folder = self._folder
        super().start()

    def order(self) -> dict[str, Any]:
        if not self.is_connected:
            self._kept = set()
        for instance in account.instances():
            if instance.id not in self._kept:
                self._without_host(instance)
        order = orders.order(account.instances(), certificates.ca_pem(), self._real)
        self._kept |= order["instances"].keys()
        return order

    def _without_host(self, instance: Instance) -> None:
        """Nobody else will say that it has gone."""
        if instance.state in ("shutting-down", "stopping"):
            reports.take(instance, {"state": "gone" if instance.state == "shutting-down" else "stopped"})

    def told(self) -> None:
        self._changed()

    def heard(self, said: dict[str, Any]) -> None:
        name = said["instance"]
        if said.get("state") == "gone":
            self._kept.discard(name)
            self._measures.forget(name)
        instance = next((one for one in account.instances() if one.id == name), None)
        if not instance:
            return
        if "cpu_seconds" in said:
            self._measures.take(instance, said["cpu_seconds"], said["at"])
        elif reports.take(instance, said):
            self._changed()
