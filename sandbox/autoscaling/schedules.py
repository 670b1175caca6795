"""Scheduled actions of a group that are due are done: by the emulator's clock, in the order of their times.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
"""

from __future__ import annotations

from datetime import datetime

from sandbox.autoscaling import schedule
from sandbox.autoscaling.account import Group, Schedule


def run(group: Group, now: datetime) -> None:
    if group.status:
        return
    for one in sorted(group.schedules.values(), key=lambda known: known.due):
        if one.due > now:
            continue
        if group.does("ScheduledActions"):
            _apply(group, one, now)
        _next(group, one, now)


def _next(group: Group, one: Schedule, now: datetime) -> None:
    """Those that were missed are not made up for; one that has no next time is gone."""
    if one.recurrence:
        one.due = schedule.following(one.recurrence, one.time_zone, now)
    if not one.recurrence or one.end and one.due > one.end:
        del group.schedules[one.name]


def _apply(group: Group, one: Schedule, now: datetime) -> None:
    """The desired capacity that it does not give stays, within the new bounds."""
    before = group.minimum, group.maximum, group.desired
    group.minimum = one.sizes.get("MinSize", group.minimum)
    group.maximum = max(one.sizes.get("MaxSize", group.maximum), group.minimum)
    group.desired = min(max(one.sizes.get("DesiredCapacity", group.desired), group.minimum), group.maximum)
    if before != (group.minimum, group.maximum, group.desired):
        text = f"min: {group.minimum}, max: {group.maximum}, desired: {group.desired}"
        why = f"At {now:%Y-%m-%dT%H:%M:%SZ} the scheduled action {one.name} executed. Setting {text}"
        group.why = f"{why}, changing the desired capacity from {before[2]} to {group.desired}."
