# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Instance refreshes: which instances are outdated and why, what is started, and the wait until it has ended.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import progress
from .autoscaling import SERVICE, Group
from .autoscaling_groups import given, version
from .plan import Unmet

if TYPE_CHECKING:
    from .aws import Aws

LOOK_SECONDS = 2.0
UNDER_WAY, GOING_BACK = ("Pending", "InProgress", "Baking"), ("Cancelling", "RollbackInProgress")
PREFERENCES = {
    "min_healthy_percent": "MinHealthyPercentage",
    "max_healthy_percent": "MaxHealthyPercentage",
    "warmup_seconds": "InstanceWarmup",
    "auto_rollback": "AutoRollback",
    "checkpoints": "CheckpointPercentages",
    "checkpoint_delay_seconds": "CheckpointDelay",
    "bake_seconds": "BakeTime",
}
PENDING = "what it reads when it starts is about to change"


def template_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """The launch template of a group, or of the configuration that a refresh is to bring it to."""
    mixed = ((config.get("MixedInstancesPolicy") or {}).get("LaunchTemplate") or {}).get("LaunchTemplateSpecification")
    return mixed or config.get("LaunchTemplate") or {}


def outdated(group: Group, wanted: Any, launched: Mapping[str, datetime], secret: str | None, changed: datetime | None) -> dict[str, str]:
    """The instances that do not stand on that version, or were launched before the secret changed; and why, in words."""
    name = template_of(group).get("LaunchTemplateName")
    found: dict[str, str] = {}
    for one in group["Instances"]:
        there, key = one.get("LaunchTemplate") or {}, one["InstanceId"]
        if one["LifecycleState"].startswith("Terminat"):
            continue
        if (there.get("LaunchTemplateName"), version(there.get("Version"))) != (name, wanted):
            stands = f"version {there['Version']} of {there.get('LaunchTemplateName')}" if there else "no launch template"
            found[key] = f"stands on {stands}"
        # EC2 tells the second of a launch, no more; one that may have read the value before is replaced.
        elif changed and key in launched and launched[key] <= changed:
            found[key] = f"was launched before the secret {secret} changed"
    return found


def state(group: Group, why: Mapping[str, str]) -> dict[str, Any]:
    return {"version": version(template_of(group).get("Version")), "outdated": len(why), "why": sorted(set(why.values()))}


def configuration(group: Group, wanted: Any) -> dict[str, Any]:
    """What the group is to be after the refresh: as it is, on that version."""
    template = {"LaunchTemplateName": template_of(group)["LaunchTemplateName"], "Version": str(wanted)}
    if policy := group.get("MixedInstancesPolicy"):
        launched = {**policy["LaunchTemplate"], "LaunchTemplateSpecification": template}
        return {"MixedInstancesPolicy": {**policy, "LaunchTemplate": launched}}
    return {"LaunchTemplate": template}


def request(group: Group, one: Mapping[str, Any], wanted: Any, skip_matching: bool) -> dict[str, Any]:
    """The parameters of StartInstanceRefresh. A rollback needs the configuration that the refresh brings.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
    """
    preferences = given({field: one.get(key) for key, field in PREFERENCES.items()})
    if one.get("alarms"):
        preferences["AlarmSpecification"] = {"Alarms": one["alarms"]}
    return {
        "AutoScalingGroupName": group["AutoScalingGroupName"],
        "Strategy": "Rolling",
        "DesiredConfiguration": configuration(group, wanted),
        "Preferences": {**preferences, "SkipMatching": skip_matching},
    }


def last(aws: Aws, name: str) -> dict[str, Any]:
    """The group's last refresh."""
    # The last one is the first of the answer.
    found = aws.call(SERVICE, "describe_instance_refreshes", AutoScalingGroupName=name)["InstanceRefreshes"]
    return found[0] if found else {}


def running(aws: Aws, name: str, wanted: Any) -> dict[str, Any] | None:
    """The refresh of a group that is under way to that version; Unmet when it is under way to another."""
    found = last(aws, name)
    if found.get("Status") in GOING_BACK:
        ended(aws, name, found["InstanceRefreshId"])
    elif found.get("Status") in UNDER_WAY:
        to = version(template_of(found.get("DesiredConfiguration") or {}).get("Version"))
        if to in (None, wanted):
            return found
        raise Unmet(
            f"another instance refresh is under way, to version {to}: run again when it has ended, or end it "
            f"(aws autoscaling cancel-instance-refresh --region {aws.region} --auto-scaling-group-name {name})"
        )
    return None


def ended(aws: Aws, name: str, refresh: str) -> dict[str, Any]:
    """A refresh, once it has ended, however."""
    begun, seconds = time.monotonic(), aws.params["deadline_seconds"]
    while True:
        params = {"AutoScalingGroupName": name, "InstanceRefreshIds": [refresh]}
        (found,) = aws.call(SERVICE, "describe_instance_refreshes", **params)["InstanceRefreshes"]
        if found["Status"] not in (*UNDER_WAY, *GOING_BACK):
            return found
        waited, told = time.monotonic() - begun, told_of(found)
        if waited > seconds:
            raise TimeoutError(
                f"waited up to {seconds} s until its instances are replaced: {told}. It goes on; run again, which joins it, or raise "
                "deadline_seconds."
            )
        progress.say(f"{name}: {waited:.0f} of at most {seconds} s, {told}")
        time.sleep(LOOK_SECONDS)


def told_of(found: Mapping[str, Any]) -> str:
    percent, left = found.get("PercentageComplete", 0), found.get("InstancesToUpdate", 0)
    reason = f" ({found['StatusReason'].strip().rstrip('.')})" if found.get("StatusReason") else ""
    return f"{found['Status']}, {percent} % replaced, {left} to replace{reason}"


def failure(aws: Aws, name: str, found: Mapping[str, Any]) -> str:
    """Why a refresh did not succeed, of which instances, and what to do."""
    activities = aws.call(SERVICE, "describe_scaling_activities", AutoScalingGroupName=name)["Activities"]
    since = found.get("StartTime")
    failed = [one for one in activities if one["StatusCode"] == "Failed" and (since is None or one["StartTime"] >= since)]
    reasons = [f"{one.get('Description', '').rstrip('.')}: {one.get('StatusMessage') or one.get('Cause', '')}" for one in failed[:3]]
    back = (found.get("RollbackDetails") or {}).get("RollbackReason")
    reasons += [f"rolled back, for {back.strip().rstrip('.')}"] if back else []
    stands = "It stands on the version before" if found["Status"] == "RollbackSuccessful" else "Some instances may be of either version"
    why = ". ".join(one.rstrip(".") for one in [*reasons, stands])
    return (
        f"its instance refresh ended as {told_of(found)}. {why}. Next: look at what a new instance logs when it starts "
        "(aws ec2 get-console-output --latest), correct the launch template, and run again"
    )
