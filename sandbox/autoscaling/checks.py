"""What is refused of a group's settings, before anything is made or changed."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError

from sandbox.autoscaling import templates, termination
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.errors import invalid
from sandbox.autoscaling.instance import Instance

HEALTH_CHECKS = ("EC2", "ELB", "EBS", "VPC_LATTICE")
NOT_EMULATED = ("LaunchConfigurationName", "InstanceId", "LoadBalancerNames", "AvailabilityZoneIds")


def group(account: Account, name: str) -> Group:
    found = account.groups.get(name)
    if not found:
        raise invalid("AutoScalingGroup name not found - null")
    return found


def usable(account: Account, name: str) -> Group:
    found = group(account, name)
    if found.status:
        raise invalid(f"AutoScalingGroup {name} is pending delete.")
    return found


def instances(one: Group, uids: list[str]) -> list[Instance]:
    found = {uid: one.find(uid) for uid in uids}
    if missing := [uid for uid, known in found.items() if not known]:
        raise invalid(f"The instance {missing[0]} is not part of Auto Scaling group {one.name}.")
    return [known for known in found.values() if known]


def holding(account: Account, uid: str) -> tuple[Group, Instance]:
    found = account.holding(uid)
    if not found:
        raise invalid(f"Instance Id not found - No managed instance found for instance ID {uid}")
    return found


def bounds(minimum: int, maximum: int, desired: int | None) -> None:
    if minimum < 0 or maximum < 0:
        raise invalid("Min and max bounds must be at least 0")
    if minimum > maximum:
        raise invalid(f"Max bound, {maximum}, must be greater than or equal to min bound, {minimum}")
    if desired is not None and not minimum <= desired <= maximum:
        what = f"must be between the specified min size:{minimum} and max size:{maximum}"
        raise invalid(f"Desired capacity:{desired} {what}")


def desired(one: Group, wanted: int) -> None:
    for side, limit, wrong in (("below min", one.minimum, wanted < one.minimum), ("above max", one.maximum, wanted > one.maximum)):
        if wrong:
            raise invalid(f"New SetDesiredCapacity value {wanted} is {side} value {limit} for the AutoScalingGroup.")


def one_source(asked: dict[str, Any]) -> None:
    given = [name for name in ("LaunchTemplate", "MixedInstancesPolicy", "LaunchConfigurationName", "InstanceId") if asked.get(name)]
    if len(given) != 1:
        raise invalid(
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter."
        )


def not_emulated(asked: dict[str, Any]) -> None:
    for name in NOT_EMULATED:
        if asked.get(name):
            raise NotImplementedError(name)
    if asked.get("CapacityRebalance"):
        raise NotImplementedError("CapacityRebalance: no Spot Instance is interrupted")


def places(account: Account, subnets: str | None, zones: list[str]) -> tuple[list[str], list[str]]:
    """Subnets and their zones; without subnets those of the default VPC."""
    ec2 = templates.ec2(account)
    uids = [uid.strip() for uid in (subnets or "").split(",") if uid.strip()]
    if not uids and not zones:
        raise invalid("At least one Availability Zone or VPC Subnet is required.")
    if not uids:
        known = {zone.name for zone in ec2.describe_availability_zones()}
        if missing := [zone for zone in zones if zone not in known]:
            raise invalid(f"Invalid availability zones: [{', '.join(missing)}]")
        return [], zones
    found = []
    for uid in uids:
        try:
            found.append(ec2.get_subnet(uid))
        except EC2ClientError as error:
            raise invalid(f"The subnet ID '{uid}' does not exist") from error
    if len({subnet.vpc_id for subnet in found}) > 1:
        raise invalid("The subnets of an Auto Scaling group must be of one VPC.")
    there = list(dict.fromkeys(subnet.availability_zone for subnet in found))
    if len(there) < len(found):
        raise invalid("The Auto Scaling group can have one subnet in each Availability Zone.")
    if zones and set(zones) != set(there):
        raise invalid("The availability zones of the specified subnets and the Auto Scaling group do not match")
    return uids, there


def choices(asked: dict[str, Any]) -> None:
    for policy in asked.get("TerminationPolicies") or ():
        if policy.startswith("arn:"):
            raise NotImplementedError("custom termination policies of Lambda")
        if policy not in termination.POLICIES:
            raise invalid(f"Termination policy {policy} is not valid. Valid policies are: {', '.join(termination.POLICIES)}")
    for kind in (asked.get("HealthCheckType") or "").split(","):
        if kind and kind not in HEALTH_CHECKS:
            raise invalid(f"Invalid health check type: {kind}. Valid types are: {', '.join(HEALTH_CHECKS)}")
    policy = asked.get("InstanceMaintenancePolicy") or {}
    least, most = policy.get("MinHealthyPercentage", -1), policy.get("MaxHealthyPercentage", -1)
    if (least == -1) != (most == -1):
        raise invalid("MinHealthyPercentage and MaxHealthyPercentage must be specified together")
    if most != -1 and (most - least > 100 or most < 100):
        raise invalid("The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100")
