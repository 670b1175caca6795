"""The lifecycle action of an instance: the hooks that are to be completed before it goes on."""

from __future__ import annotations

from datetime import datetime

from sandbox.autoscaling import notices, pace
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.instance import Instance, new_id

LAUNCHING, TERMINATING = "autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"


def arm(group: Group, one: Instance, transition: str) -> None:
    """The hooks of a transition are to be completed before it goes on."""
    one.hooks = {hook.name: None for hook in group.hooks.values() if hook.transition == transition}
    one.abandoned, one.token = False, new_id()


def tell(account: Account, group: Group, one: Instance, now: datetime) -> None:
    ends = ("WarmPool" if one.is_warm else "EC2", "WarmPool" if one.is_warm else "AutoScalingGroup")
    if "Terminating" in one.state:
        ends = (ends[1], "EC2")
    for name in one.hooks:
        if name in group.hooks:
            one.hooks[name] = now + pace.span(group.hooks[name].heartbeat)
            notices.hook(account, group, one, group.hooks[name], ends)


def complete(group: Group, one: Instance, hook: str, result: str) -> None:
    """ABANDON leaves out the hooks that are left."""
    if result == "ABANDON":
        one.hooks, one.abandoned = {}, True
    else:
        one.hooks = {name: until for name, until in one.hooks.items() if name != hook}
