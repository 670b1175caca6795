"""The port of this machine that stands for a listener: one known ahead, or a free one that it keeps while it lives."""

from __future__ import annotations

from sandbox import ports
from sandbox.plane.account import Account, Listener


class ListenerPorts:
    def __init__(self, known: dict[str, int]) -> None:
        self._known = known
        self._next = max(known.values()) + 1
        self._taken: dict[str, tuple[str, int]] = {}

    def follow(self, account: Account) -> None:
        names = {found.arn: f"{balancer.name}:{found.port}" for balancer in account.balancers for found in balancer.listeners}
        self._taken = {arn: taken for arn, taken in self._taken.items() if names.get(arn) == taken[0]}
        for arn, name in names.items():
            if arn not in self._taken:
                self._taken[arn] = (name, self._choose(name))

    def of(self, listener: Listener) -> int:
        return self._taken[listener.arn][1]

    def connect_to(self) -> dict[str, str]:
        return {name: f"{ports.ADDRESS}:{port}" for name, port in self._taken.values()}

    def _choose(self, name: str) -> int:
        taken = {port for _, port in self._taken.values()}
        if self._known.get(name) not in (None, *taken):
            return self._known[name]
        self._next = ports.free(self._next)
        chosen, self._next = self._next, self._next + 1
        return chosen
