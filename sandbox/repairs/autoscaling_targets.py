"""Target groups of Auto Scaling groups, attached and detached; classic load balancers are not emulated.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachLoadBalancerTargetGroups.html
"""

from __future__ import annotations

from typing import Any

from sandbox.autoscaling import checks, targets
from sandbox.autoscaling.account import Account
from sandbox.autoscaling.errors import invalid
from sandbox.autoscaling.serving import Asked, serve


def _arns(asked: Asked) -> list[str]:
    if others := [one for one in asked.get("TrafficSources") or () if one.get("Type", "elbv2") != "elbv2"]:
        raise NotImplementedError(f"traffic sources of the type {others[0]['Type']}")
    return asked.get("TargetGroupARNs") or [one["Identifier"] for one in asked.get("TrafficSources") or ()]


def attach(account: Account, asked: Asked) -> dict[str, Any]:
    group, arns = checks.usable(account, asked["AutoScalingGroupName"]), _arns(asked)
    targets.check(account, arns)
    group.targets = list(dict.fromkeys([*group.targets, *arns]))
    for one in group.instances:
        if one.state == "InService" and group.does("AddToLoadBalancer"):
            targets.register(account, group, one)
    return {}


def detach(account: Account, asked: Asked) -> dict[str, Any]:
    group, arns = checks.usable(account, asked["AutoScalingGroupName"]), _arns(asked)
    if missing := [arn for arn in arns if arn not in group.targets]:
        raise invalid(f"The target group {missing[0]} is not attached to the Auto Scaling group {group.name}.")
    for one in group.instances:
        targets.deregister(account, group, one, arns)
    group.targets = [arn for arn in group.targets if arn not in arns]
    return {}


def _state(account: Account, asked: Asked) -> tuple[list[str], str]:
    group = checks.group(account, asked["AutoScalingGroupName"])
    return group.targets, "InService" if any(one.state == "InService" for one in group.instances) else "Added"


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    arns, state = _state(account, asked)
    return {"LoadBalancerTargetGroups": [{"LoadBalancerTargetGroupARN": arn, "State": state} for arn in arns]}


def describe_sources(account: Account, asked: Asked) -> dict[str, Any]:
    arns, state = _state(account, asked)
    rows = [{"TrafficSource": arn, "Identifier": arn, "State": state, "Type": "elbv2"} for arn in arns]
    return {"TrafficSources": rows if asked.get("TrafficSourceType") in (None, "elbv2") else []}


def classic(account: Account, asked: Asked) -> dict[str, Any]:
    raise NotImplementedError("classic load balancers")


def describe_classic(account: Account, asked: Asked) -> dict[str, Any]:
    checks.group(account, asked["AutoScalingGroupName"])
    return {"LoadBalancers": []}


def apply() -> None:
    serve(attach_load_balancer_target_groups=attach, detach_load_balancer_target_groups=detach)
    serve(attach_traffic_sources=attach, detach_traffic_sources=detach)
    serve(paged="LoadBalancerTargetGroups", describe_load_balancer_target_groups=describe)
    serve(paged="TrafficSources", describe_traffic_sources=describe_sources)
    serve(attach_load_balancers=classic, detach_load_balancers=classic, describe_load_balancers=describe_classic)
