# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Auto Scaling groups: what the account has, how many instances serve, and the wait until all that are wanted do.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from . import progress
from .targets import Targets

if TYPE_CHECKING:
    from .aws import Aws

SERVICE = "autoscaling"
LOOK_SECONDS = 2.0
# AWS answers so while it is at work on a group.
BUSY = ("ScalingActivityInProgress", "ResourceContention", "ResourceInUse")

Group = Mapping[str, Any]


def groups(aws: Aws, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The groups of these names that are there."""
    names = list(names)
    found = aws.pages(SERVICE, "describe_auto_scaling_groups", "AutoScalingGroups", AutoScalingGroupNames=names) if names else []
    return {one["AutoScalingGroupName"]: one for one in found}


def serving(group: Group) -> list[dict[str, Any]]:
    """The instances that are in service, as far as the group knows."""
    return [one for one in group["Instances"] if one["LifecycleState"] == "InService" and one["HealthStatus"] == "Healthy"]


def capacity(instances: Iterable[Mapping[str, Any]]) -> int:
    return sum(int(one.get("WeightedCapacity") or 1) for one in instances)


def target_groups(group: Group) -> set[str]:
    return {arn.split("/")[-2] for arn in group.get("TargetGroupARNs") or []}


def unhealthy(targets: Targets, instances: Iterable[str]) -> dict[str, str]:
    """The instances that a load balancer does not send requests to, and what it says of them."""
    used = [name for name, one in targets.groups.items() if one.get("LoadBalancerArns")]
    status = {(one["target_group"], one["id"]): one["status"] for one in targets.health.values()}
    states = {one: [status.get((name, one), "not registered") for name in used] for one in instances}
    return {one: some[0] for one, found in states.items() if (some := [state for state in found if state != "healthy"])}


def lacking(aws: Aws, group: Group) -> str | None:
    """What a group still lacks of what is wanted, in words."""
    there = serving(group)
    if any(one["ProcessName"] == "Launch" for one in group.get("SuspendedProcesses") or []):
        return None
    wanted, have = group["DesiredCapacity"], capacity(there)
    if have < wanted:
        states = Counter(one["LifecycleState"] for one in group["Instances"])
        told = ", ".join(f"{number} {state}" for state, number in sorted(states.items())) or "none yet"
        return f"{have} of {wanted} in service ({told})"
    ill = unhealthy(Targets(aws, target_groups(group)), [one["InstanceId"] for one in there])
    return f"{len(ill)} of {len(there)} not healthy behind the load balancer ({', '.join(sorted(set(ill.values())))})" if ill else None


def failure(aws: Aws, name: str) -> str:
    """Why the last activity of a group that did not succeed did not; empty when the last one did."""
    found = aws.call(SERVICE, "describe_scaling_activities", AutoScalingGroupName=name)["Activities"][:5]
    failed = next((one for one in found if one["StatusCode"] in ("Failed", "Cancelled")), None)
    return f" Last failure: {failed.get('StatusMessage') or failed.get('Description')}." if failed else ""


def settled(aws: Aws, name: str) -> dict[str, Any]:
    """The group, once as many instances as it wants are in service and healthy in its target groups."""
    begun, seconds = time.monotonic(), aws.params["deadline_seconds"]
    while True:
        group = groups(aws, [name]).get(name)
        lacks = lacking(aws, group) if group else "it is not there"
        if group and lacks is None:
            return group
        waited = time.monotonic() - begun
        if waited > seconds:
            raise TimeoutError(
                f"waited up to {seconds} s until all its instances serve: {lacks}.{failure(aws, name)} "
                f"Look at the log of an instance that does not (aws ec2 get-console-output), then run again or raise deadline_seconds."
            )
        progress.say(f"{name}: {waited:.0f} of at most {seconds} s, {lacks}")
        time.sleep(LOOK_SECONDS)


def shape(group: Group) -> tuple[int, int, int]:
    return group["MinSize"], group["MaxSize"], group["DesiredCapacity"]
