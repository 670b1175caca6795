"""The instance maintenance policy: above 100 percent what is unhealthy goes once its replacement serves.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-maintenance-policy.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sandbox.autoscaling.account import Group
from sandbox.autoscaling.actions import Action, Terminate, World


def held(group: Group, actions: Sequence[Action], world: World) -> list[Action]:
    """The terminations that wait for that: of instances that run, and beyond which too few would serve."""
    policy = group.maintenance
    if not policy or policy["MaxHealthyPercentage"] <= 100:
        return []
    sick = [one for one in actions if isinstance(one, Terminate) and _serves(group, one.instance, world)]
    serving = sum(one.state == "InService" for one in group.instances)
    least = math.floor(group.desired * policy["MinHealthyPercentage"] / 100)
    free = max(0, serving - least)
    return list(sick[free:])


def spare(group: Group, waiting: int) -> int:
    """How many more than desired there may be for those that wait."""
    if not group.maintenance:
        return 0
    return min(waiting, math.ceil(group.desired * (group.maintenance["MaxHealthyPercentage"] - 100) / 100))


def _serves(group: Group, uid: str, world: World) -> bool:
    one = group.find(uid)
    return one is not None and one.state == "InService" and world.of(uid).state == "running"
