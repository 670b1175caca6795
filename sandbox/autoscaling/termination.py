"""Which instance goes first when a group scales in.

The Availability Zone with the most instances comes first, then the group's policies in their order, each of which leaves fewer.
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sandbox.autoscaling.instance import Instance

HOUR = 3600
POLICIES = (
    *("Default", "OldestInstance", "NewestInstance", "OldestLaunchTemplate", "OldestLaunchConfiguration"),
    *("ClosestToNextInstanceHour", "AllocationStrategy"),
)


def first(live: Sequence[Instance], policies: Sequence[str], template: str, now: datetime) -> Instance | None:
    """Of a group with a launch template of this id; None where all are protected."""
    free = [one for one in live if not one.protected]
    if not free:
        return None
    there = Counter(one.zone for one in live)
    most = max(there[one.zone] for one in free)
    left = [one for one in free if there[one.zone] == most]
    for policy in policies:
        for narrow in _NARROWING[policy]:
            left = narrow(left, template, now)
    return left[0]


def _least(left: list[Instance], key: Callable[[Instance], Any]) -> list[Instance]:
    least = min(key(one) for one in left)
    return [one for one in left if key(one) == least]


def _oldest(left: list[Instance], _: str, __: datetime) -> list[Instance]:
    return _least(left, lambda one: one.launched)


def _newest(left: list[Instance], _: str, now: datetime) -> list[Instance]:
    return _least(left, lambda one: now - one.launched)


def _oldest_template(left: list[Instance], template: str, _: datetime) -> list[Instance]:
    def age(one: Instance) -> tuple[bool, int]:
        current = one.template.get("LaunchTemplateId") == template
        return current, int(one.template["Version"]) if current else 0

    return _least(left, age)


def _next_hour(left: list[Instance], _: str, now: datetime) -> list[Instance]:
    return _least(left, lambda one: HOUR - (now - one.launched).total_seconds() % HOUR)


_Narrow = Callable[[list[Instance], str, datetime], list[Instance]]
_NARROWING: dict[str, list[_Narrow]] = {
    "Default": [_oldest_template, _next_hour],
    "OldestInstance": [_oldest],
    "NewestInstance": [_newest],
    "OldestLaunchTemplate": [_oldest_template],
    "OldestLaunchConfiguration": [],
    "ClosestToNextInstanceHour": [_next_hour],
    "AllocationStrategy": [],
}
