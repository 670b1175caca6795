#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: autoscaling_schedules
short_description: Keep a set of scheduled actions of Auto Scaling groups as desired
version_added: 0.1.0
description:
  - Creates scheduled actions that are missing and makes those that are given exactly so. Never deletes one; AWS deletes one that is over.
  - One that is over when the module runs is left out, with a warning.
  - A scheduled action has the name C(<group>/<schedule>) in plans.
  - See U(https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  schedules:
    description: The scheduled actions.
    type: list
    elements: dict
    required: true
    suboptions:
      group: {description: The Auto Scaling group., type: str, required: true}
      name: {description: "The name, 1 to 255 characters of ASCII without space and colon.", type: str, required: true}
      recurrence: {description: "When, again and again, as five fields of cron, such as V(0 18 * * MON-FRI).", type: str}
      time_zone: {description: "The time zone of the recurrence, such as V(Europe/Berlin). UTC when not given.", type: str}
      start: {description: "When, or from when on, as V(2026-12-24T18:00:00Z).", type: str}
      end: {description: Until when., type: str}
      min_size: {description: How many instances there are at least from then on., type: int}
      max_size: {description: How many there are at most., type: int}
      desired: {description: How many there are., type: int}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: More of the shop's instances in the evening
  prodready.aws.autoscaling_schedules:
    schedules:
      - {group: shop, name: evening, recurrence: "0 18 * * *", time_zone: Europe/Berlin, min_size: 3}
      - {group: shop, name: night, recurrence: "0 23 * * *", time_zone: Europe/Berlin, min_size: 2}
"""

RETURN = r"""
plan:
  description: What is changed, or would be in check mode.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

import re
import zoneinfo
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ..module_utils import autoscaling
from ..module_utils.autoscaling import SERVICE
from ..module_utils.autoscaling_groups import given
from ..module_utils.autoscaling_policies import NAME, NAME_ALLOWED
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import declared_twice
from ..module_utils.plan import Call, Calls, Change, State
from ..module_utils.undo import Undo

SIZES = {"min_size": "MinSize", "max_size": "MaxSize", "desired": "DesiredCapacity"}
TIMES = {"start": "StartTime", "end": "EndTime"}
OTHER = {"recurrence": "Recurrence", "time_zone": "TimeZone"}
CRON = re.compile(r"[0-9*,/-]+ [0-9*,/-]+ [0-9*,/L-]+ [0-9A-Za-z*,/-]+ [0-9A-Za-z*,/-]+")
SCHEDULE_SPEC: dict[str, Any] = {
    **{key: {"type": "str", "required": True} for key in ("group", "name")},
    **{key: {"type": "str"} for key in (*OTHER, *TIMES)},
    **{key: {"type": "int"} for key in SIZES},
}


def name_of(one: Mapping[str, Any]) -> str:
    return f"{one['group']}/{one['name']}"


def moment(text: str) -> datetime:
    """A time; one without zone is UTC. ValueError when it is none."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def written(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def want(one: Mapping[str, Any]) -> State:
    """What is not given is none; but AWS sets the start of what recurs by itself."""
    times = {key: written(moment(one[key])) for key in TIMES if one[key] is not None}
    return {"group": one["group"], **{key: one[key] for key in (*SIZES, *OTHER)}, "end": None, **times}


def state_of(action: Mapping[str, Any], asked: State) -> State:
    found = {key: action.get(field) for key, field in {**SIZES, **OTHER}.items()}
    found |= {key: written(action[field]) if action.get(field) else None for key, field in TIMES.items() if key in asked}
    if found["time_zone"] in ("Etc/UTC", "UTC") and not asked.get("time_zone"):
        found["time_zone"] = None
    return {"group": action["AutoScalingGroupName"], **found}


def read(aws: Aws, names: Mapping[str, State | None]) -> dict[str, State]:
    found = aws.pages(SERVICE, "describe_scheduled_actions", "ScheduledUpdateGroupActions")
    named = {f"{one['AutoScalingGroupName']}/{one['ScheduledActionName']}": one for one in found}
    return {name: state_of(one, names[name] or {}) for name, one in named.items() if name in names}


def over(state: State, now: datetime) -> bool:
    """Whether there is nothing left of it to do."""
    last = state.get("end") if state.get("recurrence") else state.get("start")
    return bool(last) and moment(last or "") <= now


def calls(now: datetime, change: Change) -> Calls:
    state = change.after or change.before or {}
    named = {"AutoScalingGroupName": state["group"], "ScheduledActionName": change.name.removeprefix(f"{state['group']}/")}
    if change.after is None:
        yield Call("delete_scheduled_action", named, missing=("ValidationError",))
        return
    # AWS refuses a start that is past, which of what recurs means nothing any more.
    times = {field: moment(state[key]) for key, field in TIMES.items() if state.get(key)}
    coming = {field: time for field, time in times.items() if time > now}
    about = given({field: state.get(key) for key, field in {**SIZES, **OTHER}.items()})
    yield Call("put_scheduled_update_group_action", {**named, **about, **coming})


def kept(aws: Aws, change: Change) -> str | None:
    if change.after is not None and over(change.after, datetime.now(UTC)):
        return "is over, so there is nothing to put back"
    return None


UNDO = Undo(SERVICE, read, lambda module, change: calls(datetime.now(UTC), change), kept)


def problems(schedules: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("schedule", map(name_of, schedules))
    for one in schedules:
        yield from (f"{name_of(one)}: {problem}" for problem in schedule_problems(one))


def schedule_problems(one: Mapping[str, Any]) -> Iterator[str]:
    if not NAME.fullmatch(one["name"]):
        yield NAME_ALLOWED
    if one["recurrence"] is None and one["start"] is None:
        yield "it needs recurrence or start"
    if one["recurrence"] is not None and not CRON.fullmatch(one["recurrence"]):
        yield f"recurrence is {one['recurrence']!r}; write five fields of cron, such as 0 18 * * MON-FRI"
    for key in ("time_zone", "end"):
        if one[key] is not None and one["recurrence"] is None:
            yield f"{key} needs recurrence"
    if one["time_zone"] is not None and one["time_zone"] not in zoneinfo.available_timezones():
        yield f"there is no time_zone {one['time_zone']}; write it as Europe/Berlin"
    yield from time_problems(one)
    sizes = [one[key] for key in SIZES if one[key] is not None]
    if not sizes:
        yield f"it changes nothing: give {', '.join(SIZES)}, or some of them"
    least, most, desired = (one[key] for key in SIZES)
    ordered = [number for number in (0, least, desired, most) if number is not None]
    if ordered != sorted(ordered):
        yield f"min_size, desired and max_size are {least}, {desired} and {most}; they must rise, from 0"


def time_problems(one: Mapping[str, Any]) -> Iterator[str]:
    times: dict[str, datetime] = {}
    for key in TIMES:
        try:
            times |= {key: moment(one[key])} if one[key] is not None else {}
        except ValueError:
            yield f"{key} is {one[key]!r}; write it as 2026-12-24T18:00:00Z"
    if len(times) == len(TIMES) and times["start"] >= times["end"]:
        yield "end must be after start"


def forbidden(aws: Aws, changes: list[Change], planning: bool) -> list[str]:
    """What only the account can tell is wrong. While it is only planned, a group may yet be made."""
    if planning or not changes:
        return []
    there = autoscaling.groups(aws, sorted({(change.after or {})["group"] for change in changes}))
    lacking = {change.name: (change.after or {})["group"] for change in changes if (change.after or {})["group"] not in there}
    return [f"{name}: there is no Auto Scaling group {group}: make it first (autoscaling_groups)" for name, group in lacking.items()]


def main() -> None:
    module = AwsModule({"schedules": {"type": "list", "elements": "dict", "required": True, "options": SCHEDULE_SPEC}})
    schedules, now = module.params["schedules"], datetime.now(UTC)
    if wrong := list(problems(schedules)):
        module.fail("; ".join(wrong))
    wanted = {name_of(one): want(one) for one in schedules}
    for name in [name for name, state in wanted.items() if over(state, now)]:
        module.warn(f"{name} is over: it is left out.")
        del wanted[name]
    module.ensure(
        SERVICE,
        wanted,
        lambda aws, _names: read(aws, wanted),
        lambda change: calls(now, change),
        check=lambda changes: module.ask("groups", forbidden, module.aws, changes, module.check_mode),
    )


if __name__ == "__main__":
    main()
