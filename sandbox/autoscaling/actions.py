"""What can be seen of a group's instances, and what can be done about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

GONE = ("", "terminated")
LOST = (*GONE, "shutting-down")


class Seen(NamedTuple):
    """EC2's state of an instance, why a target group finds it unhealthy, whether it passes its checks by now, and whether it drains."""

    state: str
    unhealthy: str = ""
    draining: bool = False
    passes: bool = True


class World(NamedTuple):
    instances: Mapping[str, Seen]
    # The alarms that are in ALARM.
    alarms: frozenset[str] = frozenset()

    def of(self, uid: str) -> Seen:
        return self.instances.get(uid, Seen(""))


@dataclass(frozen=True)
class Launch:
    zone: str
    warm: bool = False


@dataclass(frozen=True)
class Move:
    instance: str
    state: str


@dataclass(frozen=True)
class HookOver:
    """A lifecycle hook's time is over."""

    instance: str
    hook: str


@dataclass(frozen=True)
class Terminate:
    """The instance begins to leave: `why` becomes its activity's cause."""

    instance: str
    why: str
    keep_warm: bool = False


@dataclass(frozen=True)
class Ask:
    """EC2 is asked to start, stop or terminate it."""

    instance: str
    verb: str


@dataclass(frozen=True)
class Remove:
    instance: str


@dataclass(frozen=True)
class Progress:
    """What changes of the instance refresh that goes on."""

    changes: dict[str, Any] = field(hash=False)


@dataclass(frozen=True)
class EndRefresh:
    status: str
    reason: str = ""


@dataclass(frozen=True)
class RollBack:
    reason: str


Action = Launch | Move | HookOver | Terminate | Ask | Remove | Progress | EndRefresh | RollBack
