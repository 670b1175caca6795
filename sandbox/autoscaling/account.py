"""What an account has of Auto Scaling in one region, kept on moto's backend, which a reset empties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.autoscaling.models import AutoScalingBackend
from moto.core.utils import utcnow

from sandbox.autoscaling.instance import Activity, Instance, Spec, new_id
from sandbox.autoscaling.policy import Policy
from sandbox.autoscaling.refresh_state import Refresh

MOST_ACTIVITIES = 1000


@dataclass
class Hook:
    name: str
    transition: str
    heartbeat: int = 3600
    result: str = "ABANDON"
    target: str = ""
    role: str = ""
    metadata: str = ""


@dataclass
class Schedule:
    name: str
    start: datetime | None
    end: datetime | None
    recurrence: str
    time_zone: str
    sizes: dict[str, int]
    due: datetime
    arn: str = ""


@dataclass
class WarmPool:
    minimum: int = 0
    # None: as many as the group's maximum size.
    most: int | None = None
    state: str = "Stopped"
    reuse: bool = False
    deleting: bool = False


@dataclass
class Group:
    name: str
    arn: str
    minimum: int
    maximum: int
    desired: int
    template: Spec
    mixed: Spec | None = None
    subnets: list[str] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    health_check: str = "EC2"
    grace: int = 0
    cooldown: int = 300
    warmup: int | None = None
    termination: list[str] = field(default_factory=lambda: ["Default"])
    protects: bool = False
    maintenance: dict[str, int] | None = None
    deletion_protection: str = "none"
    tags: list[dict[str, Any]] = field(default_factory=list)
    suspended: dict[str, str] = field(default_factory=dict)
    metrics: list[str] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    hooks: dict[str, Hook] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    refreshes: list[Refresh] = field(default_factory=list)
    warm_pool: WarmPool | None = None
    notifications: dict[str, list[str]] = field(default_factory=dict)
    status: str = ""
    # What is told as it was given.
    kept: dict[str, Any] = field(default_factory=dict)
    created: datetime = field(default_factory=utcnow)
    # Why the desired capacity is what it is, until instances come or go for it.
    why: str = ""
    cooling_until: datetime | None = None
    # After a launch that failed.
    failures: int = 0
    retry: datetime | None = None
    measured: tuple[Any, ...] = ()

    @property
    def capacity(self) -> int:
        return sum(one.weight for one in self.instances if one.counts)

    @property
    def live(self) -> list[Instance]:
        return [one for one in self.instances if not one.is_warm]

    def find(self, uid: str) -> Instance | None:
        return next((one for one in self.instances if one.uid == uid), None)

    def does(self, process: str) -> bool:
        return process not in self.suspended

    @property
    def refreshing(self) -> Refresh | None:
        return next((one for one in self.refreshes if one.is_active), None)

    def tell(self, activity: Activity) -> Activity:
        self.activities.insert(0, activity)
        del self.activities[MOST_ACTIVITIES:]
        return activity


@dataclass
class Account:
    number: str
    region: str
    groups: dict[str, Group] = field(default_factory=dict)
    # Of groups that are deleted.
    past: list[Activity] = field(default_factory=list)

    def arn(self, kind: str, group: str, rest: str = "") -> str:
        return f"arn:aws:autoscaling:{self.region}:{self.number}:{kind}:{new_id()}:autoScalingGroupName/{group}{rest}"

    def holding(self, instance: str) -> tuple[Group, Instance] | None:
        return next(((group, one) for group in self.groups.values() for one in group.instances if one.uid == instance), None)

    def policies(self) -> Iterator[tuple[Group, Policy]]:
        for group in list(self.groups.values()):
            yield from ((group, policy) for policy in list(group.policies.values()))


def of(backend: AutoScalingBackend) -> Account:
    return backend.__dict__.setdefault("scaling", Account(backend.account_id, backend.region_name))
