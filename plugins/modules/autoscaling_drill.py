#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: autoscaling_drill
short_description: Let an Auto Scaling group grow under load, and shrink again
version_added: 0.1.0
description:
  - Sends requests to a site at a constant rate until the group wants more instances and a new one is healthy behind the load balancer, then
    none until the group wants as many as before. What became of the requests says what growing costs.
  - Begins with O(group) at its C(min_size), where its policies bring it when nobody asks.
  - Whatever happens, minimum and maximum are then as they were, and no more instances are wanted than before.
  - See U(https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html).
extends_documentation_fragment:
  - prodready.aws.aws
  - prodready.aws.client
options:
  group:
    description: The Auto Scaling group.
    type: str
    required: true
  rate:
    description: How many requests a second are sent.
    type: int
    default: 100
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: More instances serve the shop when more people ask
  prodready.aws.autoscaling_drill:
    group: shop
    url: https://shop.example.com/products
    rate: 200
    deadline_seconds: 3600
"""

RETURN = r"""
client:
  description:
    - How many C(requests) were sent and C(not_sent) in time, how many C(failed), how they ended, and how long they took in ms.
  type: dict
  returned: outside check mode
before:
  description: How many instances were wanted, as few as the group may have.
  type: int
  returned: always
after:
  description: How many were wanted at most.
  type: int
  returned: outside check mode
alarm_seconds:
  description: How long it took until an alarm of the group's policies told of the load; nothing when none did.
  type: float
  returned: outside check mode
desired_seconds:
  description: How long it took until more instances were wanted; nothing when none were.
  type: float
  returned: outside check mode
healthy_seconds:
  description: How long it took until a new one was healthy behind the load balancer; nothing when none was.
  type: float
  returned: outside check mode
back_seconds:
  description: How long it took, from the last request, until no more were wanted than before; nothing when that did not come.
  type: float
  returned: outside check mode
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ..module_utils import autoscaling, progress
from ..module_utils.autoscaling import BUSY, SERVICE, Group, serving, shape, target_groups, unhealthy
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.load import CLIENT_SPEC, Load, aiohttp, rate_problem, summary
from ..module_utils.plan import Call
from ..module_utils.targets import Targets

LOOK_SECONDS = 1.0


def problem(group: Group | None, name: str, alarms: list[str]) -> str | None:
    """Why there is no drill of it."""
    if group is None:
        return f"there is no Auto Scaling group {name}: make it first (role autoscaling)"
    if group["MinSize"] >= group["MaxSize"]:
        return f"{name} has {group['MaxSize']} instances at least and at most, so that it cannot grow: raise its max_size"
    if not alarms:
        return f"{name} has no scaling policy with an alarm, so that nothing makes it grow (prodready.aws.autoscaling_policies)"
    if any(one["ProcessName"] in ("Launch", "Terminate", "AlarmNotification") for one in group.get("SuspendedProcesses") or []):
        return f"{name} has suspended processes, without which it neither grows nor shrinks: resume them"
    return None


def alarms_of(aws: Aws, name: str) -> list[str]:
    """The alarms of the policies of a group."""
    found = aws.pages(SERVICE, "describe_policies", "ScalingPolicies", AutoScalingGroupName=name)
    return sorted({alarm["AlarmName"] for one in found for alarm in one.get("Alarms") or []})


def ringing(aws: Aws, alarms: list[str]) -> set[str]:
    found = aws.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNames=alarms)
    return {one["AlarmName"] for one in found if one["StateValue"] == "ALARM"}


class Watch:
    """The moments of the drill, until the time is over."""

    def __init__(self, aws: Aws, group: Group, alarms: list[str], seconds: float) -> None:
        self.aws, self.name, self.alarms = aws, group["AutoScalingGroupName"], alarms
        self.there = {one["InstanceId"] for one in group["Instances"]}
        self.before, self.most = group["DesiredCapacity"], group["DesiredCapacity"]
        self.rang = ringing(aws, alarms)
        self.begun = time.monotonic()
        self.end = self.begun + seconds
        self.moments: dict[str, float] = {}

    def saw(self, what: str, so: bool) -> None:
        if so and what not in self.moments:
            self.moments[what] = round(time.monotonic() - self.begun, 1)

    def group(self) -> dict[str, Any]:
        group = autoscaling.groups(self.aws, [self.name])[self.name]
        self.most = max(self.most, group["DesiredCapacity"])
        return group

    def healthy(self, group: Group) -> bool:
        """Whether one that was not there is healthy behind the load balancer."""
        new = [one["InstanceId"] for one in serving(group) if one["InstanceId"] not in self.there]
        return bool(new) and len(unhealthy(Targets(self.aws, target_groups(group)), new)) < len(new)

    def grown(self) -> bool:
        group = self.group()
        if "alarm" not in self.moments:
            self.saw("alarm", bool(ringing(self.aws, self.alarms) - self.rang))
        self.saw("desired", group["DesiredCapacity"] > self.before)
        self.saw("healthy", "desired" in self.moments and self.healthy(group))
        return "healthy" in self.moments

    def shrunk(self) -> bool:
        self.saw("back", self.group()["DesiredCapacity"] <= self.before)
        return "back" in self.moments

    def until(self, is_so: Callable[[], bool], what: str) -> bool:
        while not is_so():
            if time.monotonic() > self.end:
                return False
            waited = f"{time.monotonic() - self.begun:.0f} of at most {self.end - self.begun:.0f} s"
            progress.say(f"{self.name}: {waited}, waiting until {what}")
            time.sleep(LOOK_SECONDS)
        return True


def at_rest(aws: Aws, name: str) -> dict[str, Any]:
    """The group with as few instances as it has when nobody asks, all healthy; a drill that was killed has left it larger."""
    group = autoscaling.groups(aws, [name])[name]
    if group["DesiredCapacity"] > group["MinSize"]:
        params = {"AutoScalingGroupName": name, "DesiredCapacity": group["MinSize"], "HonorCooldown": False}
        aws.patiently(SERVICE, Call("set_desired_capacity", params, again=BUSY))
    return autoscaling.settled(aws, name)


def put_back(aws: Aws, before: Group) -> None:
    """Minimum and maximum as they were, and not more wanted than before."""
    name = before["AutoScalingGroupName"]
    least, most, wanted = shape(before)
    now = shape(autoscaling.groups(aws, [name])[name])
    if now[:2] != (least, most) or now[2] > wanted:
        params = {"MinSize": least, "MaxSize": most, "DesiredCapacity": min(now[2], wanted)}
        aws.patiently(SERVICE, Call("update_auto_scaling_group", {"AutoScalingGroupName": name, **params}, again=BUSY))


def drill(aws: Aws, params: Mapping[str, Any], before: Group, alarms: list[str]) -> dict[str, Any]:
    try:
        watch = Watch(aws, at_rest(aws, params["group"]), alarms, params["deadline_seconds"])
        with Load(params["url"], params["rate"], params["connect_to"], params["ca_path"], connections=500) as load:
            grown = watch.until(watch.grown, "a new instance serves")
        silent = time.monotonic() - watch.begun
        if "desired" in watch.moments:
            watch.until(watch.shrunk, f"{watch.before} are wanted again" if grown else "it is as before")
    finally:
        put_back(aws, before)
    back = watch.moments.get("back")
    return {
        "client": summary(load.samples),
        "before": watch.before,
        "after": watch.most,
        **{f"{what}_seconds": watch.moments.get(what) for what in ("alarm", "desired", "healthy")},
        "back_seconds": None if back is None else round(back - silent, 1),
    }


def main() -> None:
    module = AwsModule(
        {
            "group": {"type": "str", "required": True},
            "rate": {"type": "int", "default": 100},
            **CLIENT_SPEC,
        }
    )
    if aiohttp is None:
        module.fail_json(msg=missing_required_lib("aiohttp"))
    params, name, aws = module.params, module.params["group"], module.aws
    if wrong := rate_problem(params["rate"]):
        module.fail(f"{wrong}.")
    group = module.ask(name, autoscaling.groups, aws, [name]).get(name)
    alarms = module.ask(name, alarms_of, aws, name) if group else []
    why = problem(group, name, alarms)
    if why or group is None:
        module.fail(f"{why}.")
    if module.check_mode:
        module.done(changed=False, before=group["DesiredCapacity"])
    module.done(changed=True, **module.ask(name, drill, aws, params, group, alarms))


if __name__ == "__main__":
    main()
