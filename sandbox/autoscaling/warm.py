"""The warm pool: instances that are prepared beside the group's capacity.

It holds as many as there are to the maximum size (or to MaxGroupPreparedCapacity), and MinSize at least.
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sandbox.autoscaling.account import Group
from sandbox.autoscaling.actions import Action, Launch, Terminate
from sandbox.autoscaling.instance import Instance
from sandbox.autoscaling.lifecycle import HELD
from sandbox.autoscaling.zones import emptiest


def wanted(group: Group) -> int:
    pool = group.warm_pool
    if not pool or pool.deleting or group.status:
        return 0
    most = group.maximum if pool.most is None else pool.most
    return max(pool.minimum, most - group.desired, 0)


def pooled(group: Group) -> list[Instance]:
    return [one for one in group.instances if one.is_warm and not one.is_leaving]


def ready(group: Group) -> Instance | None:
    return next((one for one in group.instances if one.state in HELD.values()), None)


def takes_back(group: Group) -> bool:
    return bool(group.warm_pool and group.warm_pool.reuse and len(pooled(group)) <= wanted(group))


def next_actions(group: Group, now: datetime) -> Iterator[Action]:
    there = pooled(group)
    if len(there) < wanted(group) and group.does("Launch") and not (group.retry and now < group.retry):
        yield Launch(emptiest(group), warm=True)
    elif len(there) > wanted(group) and group.does("Terminate"):
        yield Terminate(there[0].uid, "an instance was taken out of the warm pool in response to a difference between its sizes.")
