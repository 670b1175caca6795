"""Instances of groups: told of, attached, detached, in standby, protected, terminated, and their health.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-enter-exit-standby.html
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html

moto replaces what goes at once, takes any instance into standby, and crashes at one that is in no group.
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow

from sandbox.autoscaling import acts, checks, compute, describing, hooks, pace, targets, templates
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.causes import said
from sandbox.autoscaling.errors import invalid
from sandbox.autoscaling.instance import Activity, Instance
from sandbox.autoscaling.lifecycle import OUT
from sandbox.autoscaling.serving import Asked, serve

HEALTH = ("Healthy", "Unhealthy")


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    uids = asked.get("InstanceIds") or []
    pairs = [(group, one) for group in account.groups.values() for one in group.instances if not uids or one.uid in uids]
    return {"AutoScalingInstances": [{**describing.instance(one), "AutoScalingGroupName": group.name} for group, one in pairs]}


def _decrement(group: Group, number: int) -> str:
    """The words for it, which are the activity's."""
    if group.desired - number < group.minimum:
        what = f"doing so would violate the group's min size: {group.minimum} desired capacity: {group.desired}"
        raise invalid(f"AutoScalingGroup {group.name} has min size such that {number} instance(s) cannot be taken out: {what}.")
    before, group.desired = group.desired, group.desired - number
    return f", shrinking the capacity from {before} to {group.desired}"


def terminate(account: Account, asked: Asked) -> dict[str, Any]:
    if not asked.get("InstanceId"):
        raise NotImplementedError("InstanceIds of TerminateInstanceInAutoScalingGroup")
    group, one = checks.holding(account, asked["InstanceId"])
    words = "" if not asked["ShouldDecrementDesiredCapacity"] or not one.counts else _decrement(group, one.weight)
    done = acts.terminate(account, group, one, f"{OUT} a user request{words}.", utcnow())
    return {"Activity": describing.activity(account, done)}


def set_health(account: Account, asked: Asked) -> dict[str, Any]:
    group, one = checks.holding(account, asked["InstanceId"])
    if asked["HealthStatus"] not in HEALTH:
        raise invalid(f"Valid instance health states are: [{', '.join(HEALTH)}]")
    respects = asked.get("ShouldRespectGracePeriod", True)
    if respects and one.in_service and utcnow() < one.in_service + pace.span(group.grace):
        return {}
    one.health = asked["HealthStatus"]
    return {}


def protect(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    for one in checks.instances(group, asked["InstanceIds"]):
        if not one.is_warm and one.state not in ("InService", "Standby", "Pending", "Pending:Wait"):
            raise invalid(f"The instance {one.uid} is not in InService or EnteringStandby or Standby.")
        one.protected = asked["ProtectedFromScaleIn"]
    return {}


def enter_standby(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    found = checks.instances(group, asked.get("InstanceIds") or [])
    _in_state(found, "InService")
    words = _decrement(group, sum(one.weight for one in found)) if asked["ShouldDecrementDesiredCapacity"] else ""
    return {"Activities": [_out(account, group, one, "Standby", words) for one in found]}


def exit_standby(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    found = checks.instances(group, asked.get("InstanceIds") or [])
    _in_state(found, "Standby")
    wanted, now = group.desired + sum(one.weight for one in found), utcnow()
    if wanted > group.maximum:
        raise invalid(f"AutoScalingGroup {group.name} cannot exceed its max size {group.maximum} with {len(found)} more instance(s).")
    text = f"was moved out of standby in response to a user request, increasing the capacity from {group.desired} to {wanted}."
    group.desired, told = wanted, []
    for one in found:
        description = f"Moving EC2 instance out of Standby: {one.uid}"
        one.activity = group.tell(Activity(group.name, description, f"{said(now)} instance {one.uid} {text}"))
        hooks.arm(group, one, hooks.LAUNCHING)
        one.move("Pending", now)
        told.append(describing.activity(account, one.activity))
    return {"Activities": told}


def _in_state(found: list[Instance], state: str) -> None:
    for one in found:
        if one.state != state:
            raise invalid(f"The instance {one.uid} is not in {state}.")


def _out(account: Account, group: Group, one: Instance, state: str, more: str) -> dict[str, Any]:
    now = utcnow()
    description, words = {
        "Standby": ("Moving EC2 instance to Standby", "moved to standby"),
        "Detaching": ("Detaching EC2 instance", "detached"),
    }[state]
    targets.deregister(account, group, one)
    cause = f"{said(now)} instance {one.uid} was {words} in response to a user request{more}."
    done = group.tell(Activity(group.name, f"{description}: {one.uid}", cause, status="InProgress", progress=50))
    one.move(state, now)
    told = describing.activity(account, done)
    done.finish()
    return told


def detach(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    found = checks.instances(group, asked.get("InstanceIds") or [])
    words = _decrement(group, sum(one.weight for one in found)) if asked["ShouldDecrementDesiredCapacity"] else ""
    told = []
    for one in found:
        told.append(_out(account, group, one, "Detaching", words))
        group.instances.remove(one)
        templates.ec2(account).delete_tags([one.uid], {compute.NAME_TAG: group.name})
    return {"Activities": told}


def attach(account: Account, asked: Asked) -> dict[str, Any]:
    group, ec2, now = checks.usable(account, asked["AutoScalingGroupName"]), templates.ec2(account), utcnow()
    uids = asked.get("InstanceIds") or []
    wanted = group.desired + len(uids)
    if wanted > group.maximum:
        what = f"is greater than the AutoScalingGroup max size {group.maximum}"
        raise invalid(f"Taking the specified action would result in a desired capacity of {wanted}, which {what}.")
    for uid in uids:
        if compute.state(account, uid) != "running":
            raise invalid(f"Invalid Instance ID(s): [{uid}]: it must exist and be running.")
        if account.holding(uid):
            raise invalid(f"The instance {uid} is already part of an Auto Scaling group.")
        if ec2.get_instance(uid).placement.zone not in group.zones:
            raise invalid(f"The instance {uid} is not in an Availability Zone of the Auto Scaling group.")
    for uid in uids:
        instance = ec2.get_instance(uid)
        ec2.create_tags([uid], {compute.NAME_TAG: group.name})
        text = f"{said(now)} an instance was attached in response to a user request."
        done = group.tell(Activity(group.name, f"Attaching an existing EC2 instance: {uid}", text))
        template = templates.numbered(account, group.template)
        made = (uid, instance.instance_type, instance.placement.zone, instance.subnet_id, instance.image_id, template, "Pending", done)
        group.instances.append(Instance(*made, protected=group.protects))
    group.desired = wanted
    return {}


def apply() -> None:
    serve(paged="AutoScalingInstances", describe_auto_scaling_instances=describe)
    serve(terminate_instance_in_auto_scaling_group=terminate, set_instance_health=set_health, set_instance_protection=protect)
    serve(enter_standby=enter_standby, exit_standby=exit_standby, attach_instances=attach, detach_instances=detach)
