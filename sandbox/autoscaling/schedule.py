"""When a scheduled action is due.

A recurrence is a cron expression of five fields in the action's time zone, UTC unless it says otherwise; nothing is due before its start
or after its end. https://docs.aws.amazon.com/autoscaling/ec2/userguide/scheduled-scaling-recurring-schedules.html
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError


class Malformed(ValueError):
    pass


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Malformed(f"{name} is not a valid time zone") from error


def following(recurrence: str, time_zone: str, after: datetime) -> datetime:
    """The first time after this one; both are UTC, and naive."""
    local = after.replace(tzinfo=UTC).astimezone(zone(time_zone))
    try:
        found = next(CronSim(recurrence, local))
    except (CronSimError, StopIteration) as error:
        raise Malformed(f"{recurrence} is not a valid cron expression") from error
    return found.astimezone(UTC).replace(tzinfo=None)


def first(recurrence: str, time_zone: str, start: datetime | None, now: datetime) -> datetime:
    """The start is the first time itself, where there is one."""
    if start and start > now:
        return start if not recurrence else following(recurrence, time_zone, start - timedelta(seconds=1))
    return following(recurrence, time_zone, now)
