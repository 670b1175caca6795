"""An instance is launched for a group, or its failure is told."""

from __future__ import annotations

import logging
from datetime import datetime

from moto.core.exceptions import ServiceException

from sandbox.autoscaling import compute, hooks, mixed, notices, pace, refreshing, templates
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.actions import Launch
from sandbox.autoscaling.causes import cause
from sandbox.autoscaling.instance import Activity, Instance

log = logging.getLogger(__name__)

# After a launch that failed, as long as on AWS at first and at most.
RETRY, LONGEST_RETRY = 30, 600


def launch(account: Account, group: Group, action: Launch, now: datetime) -> None:
    template, policy = refreshing.configuration(group)
    choice = mixed.choice(template, policy, group.live, group.desired)
    there = group.capacity
    difference = "a difference between desired and actual capacity, increasing the capacity from"
    text = f"an instance was started in response to {difference} {there} to {there + choice.weight}."
    if action.warm:
        text = "an instance was launched into the warm pool in response to a difference between its sizes."
    details = {"Subnet ID": "", "Availability Zone": action.zone}
    done = group.tell(Activity(group.name, "Launching a new EC2 instance", cause(group, now, text), details))
    try:
        subnet = compute.subnet(account, group, action.zone)
        details["Subnet ID"] = subnet
        made = compute.launch(account, group, choice, action.zone, subnet)
    except Exception as error:
        if not isinstance(error, ServiceException):
            log.exception("a launch for the Auto Scaling group %s", group.name)
        done.description += f".  Status Reason: {error}"
        done.finish("Failed", str(error))
        group.failures += 1
        group.retry = now + pace.span(min(RETRY * 2 ** (group.failures - 1), LONGEST_RETRY))
        notices.activity(account, group, done, "autoscaling:EC2_INSTANCE_LAUNCH_ERROR", "")
        return
    group.failures, group.retry = 0, None
    done.description = f"Launching a new EC2 instance: {made.id}"
    one = Instance(
        made.id,
        made.instance_type,
        action.zone,
        subnet or made.subnet_id or "",
        made.image_id,
        templates.numbered(account, choice.template),
        "Warmed:Pending" if action.warm else "Pending",
        done,
        choice.weight,
        choice.spot,
        group.protects,
        launched=now,
        since=now,
        refresh=group.refreshing.uid if group.refreshing else "",
    )
    hooks.arm(group, one, hooks.LAUNCHING)
    group.instances.append(one)
