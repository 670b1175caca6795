"""Warm pools: instances that are prepared, and come from there when the group grows (sandbox/autoscaling/warm.py).

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutWarmPool.html

moto keeps the settings and has no instances in it.
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow

from sandbox.autoscaling import acts, checks, describing
from sandbox.autoscaling.account import Account, WarmPool
from sandbox.autoscaling.errors import fault, invalid
from sandbox.autoscaling.serving import Asked, serve
from sandbox.autoscaling.warm import pooled

STATES = ("Stopped", "Running", "Hibernated")


def put(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    if group.mixed:
        raise invalid("You can't add a warm pool to an Auto Scaling group that has a mixed instances policy.")
    if group.warm_pool and group.warm_pool.deleting:
        raise fault("ScalingActivityInProgress", f"The warm pool of {group.name} is being deleted.")
    state, most, minimum = asked.get("PoolState", "Stopped"), asked.get("MaxGroupPreparedCapacity"), asked.get("MinSize", 0)
    if state not in STATES:
        raise invalid(f"PoolState must be one of {', '.join(STATES)}")
    most = None if most == -1 else most
    if most is not None and most < max(minimum, group.minimum):
        raise invalid("MaxGroupPreparedCapacity must be at least MinSize and the minimum size of the Auto Scaling group")
    if minimum < 0:
        raise invalid("MinSize must be at least 0")
    reuse = bool((asked.get("InstanceReusePolicy") or {}).get("ReuseOnScaleIn"))
    group.warm_pool = WarmPool(minimum, most, state, reuse)
    return {}


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    if not group.warm_pool:
        raise invalid(f"No warm pool found for Auto Scaling group {group.name}")
    group.warm_pool.deleting = True
    if asked.get("ForceDelete"):
        for one in pooled(group):
            acts.terminate(account, group, one, "a user request to force the deletion of the warm pool.", utcnow())
            one.hooks = {}
    return {}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.group(account, asked["AutoScalingGroupName"])
    told = {"WarmPoolConfiguration": describing.pool(group.warm_pool)} if group.warm_pool else {}
    return {**told, "Instances": describing.warm_instances(group)}


def apply() -> None:
    serve(put_warm_pool=put, delete_warm_pool=delete)
    serve(paged="Instances", describe_warm_pool=describe)
