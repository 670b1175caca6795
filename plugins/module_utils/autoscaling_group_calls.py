# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The requests that make, change and remove an Auto Scaling group.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .autoscaling import BUSY
from .autoscaling_group_parts import (
    Around,
    hook,
    hook_calls,
    metric_calls,
    notification_calls,
    pool_calls,
    process_calls,
    tag_calls,
    tags,
    target_calls,
)
from .autoscaling_groups import DISTRIBUTION, MAINTENANCE, NONE, PLAIN, given
from .plan import Call, Calls, Change, Wait

# An instance profile that was just made is not known to EC2 at once.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
EARLY = ("ValidationError: Invalid IAM Instance Profile",)


def fields(around: Around, change: Change) -> dict[str, Any]:
    """What CreateAutoScalingGroup and UpdateAutoScalingGroup take alike, as far as it differs."""
    after = change.after or {}
    found = {
        field: NONE.get(key) if after[key] is None else after[key] for key, field in PLAIN.items() if key in after and change.differs(key)
    }
    found = given(found)
    if "subnets" in after and change.differs("subnets"):
        found["VPCZoneIdentifier"] = ",".join(around.places.subnets.id_of(name) for name in after["subnets"])
    if after.get("launch_template") and change.differs("launch_template", "version", "mixed"):
        template = {"LaunchTemplateName": after["launch_template"], "Version": str(after["version"])}
        found |= mixed(template, after["mixed"]) if after.get("mixed") else {"LaunchTemplate": template}
    if "maintenance" in after and change.differs("maintenance"):
        policy = after["maintenance"] or {}
        found["InstanceMaintenancePolicy"] = {field: policy.get(key, -1) for key, field in MAINTENANCE.items()}
    return found


def mixed(template: dict[str, str], state: Mapping[str, Any]) -> dict[str, Any]:
    def override(one: Mapping[str, Any]) -> dict[str, Any]:
        weight = {"WeightedCapacity": str(one["weight"])} if one.get("weight") else {}
        return {**given({"InstanceType": one.get("instance_type")}), **weight, **one.get("other", {})}

    distribution = {**given({field: state.get(key) for key, field in DISTRIBUTION.items()}), **state.get("other", {})}
    launched = {"LaunchTemplateSpecification": template, "Overrides": list(map(override, state["overrides"]))}
    return {"MixedInstancesPolicy": {"LaunchTemplate": launched, "InstancesDistribution": distribution}}


def calls(around: Around, desired: int | None, change: Change) -> Calls:
    state, named = change.after, {"AutoScalingGroupName": change.name}
    if state is None:
        yield from removal(change, named)
        return
    if change.before is None:
        hooks = [hook(around, name, one) for name, one in sorted(state.get("hooks", {}).items())]
        params = {**named, **fields(around, change), **given({"DesiredCapacity": desired}), "Tags": list(tags(change.name, state))}
        params |= {"TargetGroupARNs": around.target_groups(state["target_groups"])} if state.get("target_groups") else {}
        params |= {"LifecycleHookSpecificationList": hooks} if hooks else {}
        yield Call("create_auto_scaling_group", params, again=EARLY)
    else:
        if change.differs("tags", "propagated_tags"):
            yield from tag_calls(change)
        yield from hook_calls(around, change, named)
        if changed := fields(around, change):
            yield Call("update_auto_scaling_group", {**named, **changed}, again=(*BUSY, *EARLY))
        yield from target_calls(around, change, named)
    yield from process_calls(change, named)
    yield from metric_calls(change, named)
    yield from notification_calls(around, change, named)
    yield from pool_calls(change, named)


def removal(change: Change, named: dict[str, Any]) -> Calls:
    """The instances leave as they do when a group shrinks; those that are protected do not, and are ended with the group."""
    before = change.before or {}
    if before.get("suspended_processes"):
        yield Call("resume_processes", named)
    if before.get("warm_pool"):
        yield Call("delete_warm_pool", {**named, "ForceDelete": True}, missing=("ValidationError",), again=BUSY)
    yield Call("update_auto_scaling_group", {**named, "MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}, again=BUSY)
    found = {"AutoScalingGroupNames": [change.name]}
    if not before.get("protect_from_scale_in"):
        yield Wait(
            "group_empty", found, until=f"group {change.name} has no instance", look="AutoScalingGroups[0].Instances[].LifecycleState"
        )
    force = {"ForceDelete": True} if before.get("protect_from_scale_in") else {}
    yield Call("delete_auto_scaling_group", {**named, **force}, again=BUSY)
    yield Wait("group_gone", found, until=f"group {change.name} is gone", look="AutoScalingGroups[0].Status")
