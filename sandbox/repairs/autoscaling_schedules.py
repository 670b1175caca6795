"""Scheduled actions: once, or by a cron expression in a time zone, done when they are due (sandbox/autoscaling/schedules.py).

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html

moto keeps one of a name for all groups, takes any time and any expression, and does nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.autoscaling.exceptions import AutoscalingClientError
from moto.core.utils import utcnow

from sandbox.autoscaling import checks, schedule
from sandbox.autoscaling.account import Account, Group, Schedule
from sandbox.autoscaling.errors import fault, invalid
from sandbox.autoscaling.serving import Asked, serve

SIZES = ("MinSize", "MaxSize", "DesiredCapacity")
MOST = 125
MOST_AT_ONCE = 50


def _naive(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment


def checked(group: Group, asked: Asked) -> Schedule:
    name, now = asked["ScheduledActionName"], utcnow()
    start, end = _naive(asked.get("StartTime") or asked.get("Time")), _naive(asked.get("EndTime"))
    recurrence = asked.get("Recurrence") or ""
    sizes = {size: asked[size] for size in SIZES if asked.get(size) is not None}
    if not sizes:
        raise invalid("At least one of MinSize, MaxSize and DesiredCapacity must be specified")
    _check_sizes(sizes)
    if not start and not recurrence:
        raise invalid("Either StartTime or Recurrence must be specified")
    if start and start <= now:
        raise invalid("Given start time is in the past")
    if end and end <= now:
        raise invalid("Given end time is in the past")
    if start and end and end <= start:
        raise invalid("Given end time is earlier than start time")
    try:
        zone = schedule.zone(asked.get("TimeZone") or "").key
        due = schedule.first(recurrence, zone, start, now) if recurrence else start
    except schedule.Malformed as error:
        raise invalid(f"Given recurrence string or time zone is invalid: {error}") from error
    assert due
    if any(other.due == due and other.name != name for other in group.schedules.values()):
        raise fault("AlreadyExists", f"Another scheduled action of {group.name} has the same start time.")
    if name not in group.schedules and len(group.schedules) >= MOST:
        raise fault("LimitExceeded", f"An Auto Scaling group can have {MOST} scheduled actions.")
    return Schedule(name, start, end, recurrence, zone if recurrence else "", sizes, due)


def _keep(account: Account, group: Group, asked: Asked) -> None:
    made, known = checked(group, asked), group.schedules.get(asked["ScheduledActionName"])
    made.arn = known.arn if known else account.arn("scheduledUpdateGroupAction", group.name, f":scheduledActionName/{made.name}")
    group.schedules[made.name] = made


def _check_sizes(sizes: dict[str, int]) -> None:
    minimum, maximum = sizes.get("MinSize"), sizes.get("MaxSize")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise invalid("Min size must be less than or equal to max size")
    wanted = sizes.get("DesiredCapacity")
    if wanted is not None and (minimum is not None and wanted < minimum or maximum is not None and wanted > maximum):
        raise invalid("Desired capacity must be between min size and max size")


def put(account: Account, asked: Asked) -> dict[str, Any]:
    _keep(account, checks.usable(account, asked["AutoScalingGroupName"]), asked)
    return {}


def _each(given: list[Any], name: Any, act: Any) -> list[dict[str, str]]:
    """Each for itself: those that fail are told."""
    if len(given) > MOST_AT_ONCE:
        raise invalid(f"At most {MOST_AT_ONCE} scheduled actions can be given at once")
    failed = []
    for one in given:
        try:
            act(one)
        except AutoscalingClientError as error:
            failed.append({"ScheduledActionName": name(one), "ErrorCode": error.code, "ErrorMessage": error.message})
    return failed


def put_many(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    given = asked["ScheduledUpdateGroupActions"]
    failed = _each(given, lambda one: one["ScheduledActionName"], lambda one: _keep(account, group, one))
    return {"FailedScheduledUpdateGroupActions": failed}


def _delete(group: Group, name: str) -> None:
    if not group.schedules.pop(name, None):
        raise invalid("Scheduled action name not found")


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    _delete(checks.group(account, asked["AutoScalingGroupName"]), asked["ScheduledActionName"])
    return {}


def delete_many(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.group(account, asked["AutoScalingGroupName"])
    failed = _each(asked["ScheduledActionNames"], lambda name: name, lambda name: _delete(group, name))
    return {"FailedScheduledActions": failed}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    name, names = asked.get("AutoScalingGroupName"), asked.get("ScheduledActionNames") or []
    if name:
        checks.group(account, name)
    start, end = _naive(asked.get("StartTime")), _naive(asked.get("EndTime"))
    found = [
        _described(account, group, one)
        for group in account.groups.values()
        for one in group.schedules.values()
        if name in (None, group.name)
        and (not names or one.name in names)
        and (names or (not start or one.due >= start) and (not end or one.due <= end))
    ]
    return {"ScheduledUpdateGroupActions": sorted(found, key=lambda one: one["StartTime"])}


def _described(account: Account, group: Group, one: Schedule) -> dict[str, Any]:
    told = {"EndTime": one.end, "Recurrence": one.recurrence or None, "TimeZone": one.time_zone or None}
    return {
        "AutoScalingGroupName": group.name,
        "ScheduledActionName": one.name,
        "ScheduledActionARN": one.arn,
        "StartTime": one.due,
        "Time": one.due,
        **one.sizes,
        **{name: value for name, value in told.items() if value is not None},
    }


def apply() -> None:
    serve(put_scheduled_update_group_action=put, delete_scheduled_action=delete)
    serve(batch_put_scheduled_update_group_action=put_many, batch_delete_scheduled_action=delete_many)
    serve(paged="ScheduledUpdateGroupActions", describe_scheduled_actions=describe)
