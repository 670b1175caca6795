"""Auto Scaling groups: made, changed, told of and deleted; their capacity is kept by sandbox/autoscaling.

* Sizes that do not fit, launch templates and subnets that do not exist, and target groups of addresses are refused with ValidationError.
* An instance is launched, replaced and terminated over time; what was done is told by DescribeScalingActivities.
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html

moto launches at once, all in one subnet, tells no activity and takes any sizes. Launch configurations are
refused, as AWS does in accounts of today: https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html
"""

from __future__ import annotations

from typing import Any

from moto.core import errors
from moto.core.utils import utcnow

from sandbox.autoscaling import checks, describing, keeper, targets, templates
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.causes import said
from sandbox.autoscaling.errors import fault, invalid
from sandbox.autoscaling.serving import Asked, serve
from sandbox.repairs import autoscaling_hooks as hooks
from sandbox.repairs import autoscaling_tags as tags

KEPT = ("PlacementGroup", "MaxInstanceLifetime", "Context", "DesiredCapacityType", "AvailabilityZoneDistribution")
SETTINGS = {
    "MinSize": "minimum",
    "MaxSize": "maximum",
    "DefaultCooldown": "cooldown",
    "HealthCheckType": "health_check",
    "HealthCheckGracePeriod": "grace",
    "TerminationPolicies": "termination",
    "NewInstancesProtectedFromScaleIn": "protects",
    "DeletionProtection": "deletion_protection",
}


def create(account: Account, asked: Asked) -> dict[str, Any]:
    name = asked["AutoScalingGroupName"]
    if name in account.groups:
        raise fault("AlreadyExists", f"AutoScalingGroup by this name already exists - A group with the name {name} already exists")
    checks.one_source(asked)
    checks.not_emulated(asked)
    checks.choices(asked)
    wanted = asked.get("DesiredCapacity", asked["MinSize"])
    checks.bounds(asked["MinSize"], asked["MaxSize"], wanted)
    subnets, zones = checks.places(account, asked.get("VPCZoneIdentifier"), asked.get("AvailabilityZones") or [])
    arns = [*(asked.get("TargetGroupARNs") or ()), *(one["Identifier"] for one in asked.get("TrafficSources") or ())]
    targets.check(account, arns)
    group = Group(name, account.arn("autoScalingGroup", name), asked["MinSize"], asked["MaxSize"], wanted, {})
    group.subnets, group.zones, group.targets = subnets, zones, list(dict.fromkeys(arns))
    _launched_from(account, group, asked)
    _settings(group, asked)
    tags.put(group, asked.get("Tags") or [])
    for hook in asked.get("LifecycleHookSpecificationList") or ():
        hooks.put_on(account, group, hook)
    group.why = f"{said(utcnow())} a user request created an AutoScalingGroup changing the desired capacity from 0 to {wanted}."
    account.groups[name] = group
    return {}


def _launched_from(account: Account, group: Group, asked: Asked) -> None:
    if asked.get("MixedInstancesPolicy"):
        group.mixed = templates.checked_mixed(account, asked["MixedInstancesPolicy"])
        group.template = group.mixed["LaunchTemplate"]["LaunchTemplateSpecification"]
    elif asked.get("LaunchTemplate"):
        group.template, group.mixed = templates.checked(account, asked["LaunchTemplate"]), None


def _settings(group: Group, asked: Asked) -> None:
    for name, attribute in SETTINGS.items():
        if asked.get(name) is not None:
            setattr(group, attribute, asked[name])
    if asked.get("DefaultInstanceWarmup") is not None:
        group.warmup = None if asked["DefaultInstanceWarmup"] == -1 else asked["DefaultInstanceWarmup"]
    if policy := asked.get("InstanceMaintenancePolicy"):
        group.maintenance = None if policy.get("MinHealthyPercentage") == -1 else policy
    group.kept |= {name: asked[name] for name in KEPT if asked.get(name) is not None}


def update(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    if asked.get("LaunchTemplate") and asked.get("MixedInstancesPolicy"):
        checks.one_source(asked)
    checks.not_emulated(asked)
    checks.choices(asked)
    minimum, maximum = asked.get("MinSize", group.minimum), asked.get("MaxSize", group.maximum)
    checks.bounds(minimum, maximum, asked.get("DesiredCapacity"))
    if group.refreshing and group.refreshing.desired and (asked.get("LaunchTemplate") or asked.get("MixedInstancesPolicy")):
        what = "You cannot update the launch template or mixed instances policy of an Auto Scaling group"
        raise invalid(f"{what} while an instance refresh with a desired configuration is in progress.")
    if asked.get("VPCZoneIdentifier") or asked.get("AvailabilityZones"):
        group.subnets, group.zones = checks.places(account, asked.get("VPCZoneIdentifier"), asked.get("AvailabilityZones") or [])
    _launched_from(account, group, asked)
    _settings(group, asked)
    wanted = asked.get("DesiredCapacity", min(max(group.desired, minimum), maximum))
    if wanted != group.desired:
        sizes = f"min: {minimum}, max: {maximum}, desired: {wanted}"
        text = f"a user request update of AutoScalingGroup constraints to {sizes} changing the desired capacity"
        group.why = f"{said(utcnow())} {text} from {group.desired} to {wanted}."
        group.desired = wanted
    return {}


def set_desired(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    wanted, now = asked["DesiredCapacity"], utcnow()
    checks.desired(group, wanted)
    if asked.get("HonorCooldown") and group.cooling_until and now < group.cooling_until:
        raise fault("ScalingActivityInProgress", f"Scaling activity is in progress: {group.name} is in its cooldown period.")
    if wanted != group.desired:
        text = "a user request explicitly set group desired capacity changing the desired capacity"
        group.why = f"{said(now)} {text} from {group.desired} to {wanted}."
        group.desired = wanted
    return {}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    names, filters = asked.get("AutoScalingGroupNames") or [], asked.get("Filters") or []
    found = [one for one in account.groups.values() if not names or one.name in names]
    found = [one for one in found if all(tags.fits(one, wanted) for wanted in filters)]
    return {"AutoScalingGroups": [describing.group(account, one) for one in sorted(found, key=lambda one: one.name)]}


def refuse_launch_configuration(account: Account, asked: Asked) -> dict[str, Any]:
    what = "The Launch Configuration creation operation is not available in your account."
    raise fault("UnsupportedOperation", f"{what} Use launch templates to create configuration templates for your Auto Scaling groups.")


def apply() -> None:
    serve(create_auto_scaling_group=create, update_auto_scaling_group=update)
    serve(set_desired_capacity=set_desired, create_launch_configuration=refuse_launch_configuration)
    serve(paged="AutoScalingGroups", describe_auto_scaling_groups=describe)
    # Which the service's model does not know.
    errors.COMMON_ERROR_CODES.append("UnsupportedOperation")
    keeper.start()
