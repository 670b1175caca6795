"""Scaling policies: simple, step and target tracking, run by their alarms (sandbox/autoscaling/policies.py).

* A target tracking policy has two alarms of its own, told in the answer; they are gone with it.
* PutScalingPolicy refuses what does not go together.
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExecutePolicy.html

moto makes no alarms, runs no policy, keeps one of a name for all groups, and crashes when a step policy is executed.
"""

from __future__ import annotations

from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.core.utils import utcnow

from sandbox.autoscaling import account as accounts
from sandbox.autoscaling import checks, keeper, policies, policy_checks, tracking
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.errors import fault, invalid
from sandbox.autoscaling.policy import Policy
from sandbox.autoscaling.serving import Asked, serve
from sandbox.watch import evaluator
from sandbox.watch.alarm import ACTIONS
from sandbox.watch.backend import alarms


def put(account: Account, asked: Asked) -> dict[str, Any]:
    group, name = checks.usable(account, asked["AutoScalingGroupName"]), asked["PolicyName"]
    kind = asked.get("PolicyType") or "SimpleScaling"
    policy_checks.check(account, group, kind, asked)
    known = group.policies.get(name)
    policy = Policy(name, known.arn if known else account.arn("scalingPolicy", group.name, f":policyName/{name}"), kind)
    policy.alarms = known.alarms if known else []
    policy.adjustment, policy.amount = asked.get("AdjustmentType", ""), asked.get("ScalingAdjustment")
    policy.least = asked.get("MinAdjustmentMagnitude", asked.get("MinAdjustmentStep"))
    policy.cooldown, policy.warmup = asked.get("Cooldown"), asked.get("EstimatedInstanceWarmup")
    policy.steps, policy.aggregation = asked.get("StepAdjustments") or [], asked.get("MetricAggregationType", "Average")
    policy.tracking, policy.enabled = asked.get("TargetTrackingConfiguration"), asked.get("Enabled", True)
    group.policies[name] = policy
    if policy.tracking:
        tracking.put(account, group, policy)
    else:
        tracking.remove(account, policy)
    return {"PolicyARN": policy.arn, "Alarms": _alarms(account, policy)}


def _alarms(account: Account, policy: Policy) -> list[dict[str, str]]:
    """Its own, and those of others that run it."""
    known = alarms(tracking.watch(account))
    found = [alarm for alarm in list(known.values()) if any(policy.arn in alarm.definition[kind] for kind in ACTIONS.values())]
    return [{"AlarmName": alarm.name, "AlarmARN": alarm.alarm_arn} for alarm in sorted(found, key=lambda alarm: alarm.name)]


def _described(account: Account, group: Group, one: Policy) -> dict[str, Any]:
    told = {
        "AdjustmentType": one.adjustment or None,
        "ScalingAdjustment": one.amount,
        "MinAdjustmentMagnitude": one.least,
        "Cooldown": one.cooldown,
        "EstimatedInstanceWarmup": one.warmup,
        "TargetTrackingConfiguration": {"DisableScaleIn": False, **one.tracking} if one.tracking else None,
        "MetricAggregationType": one.aggregation if one.kind == "StepScaling" else None,
    }
    return {
        "AutoScalingGroupName": group.name,
        "PolicyName": one.name,
        "PolicyARN": one.arn,
        "PolicyType": one.kind,
        "StepAdjustments": one.steps,
        "Alarms": _alarms(account, one),
        "Enabled": one.enabled,
        **{name: value for name, value in told.items() if value is not None},
    }


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    name, names, types = asked.get("AutoScalingGroupName"), asked.get("PolicyNames") or [], asked.get("PolicyTypes") or []
    if name:
        checks.group(account, name)
    found = [
        _described(account, group, one)
        for group, one in account.policies()
        if name in (None, group.name) and (not names or {one.name, one.arn} & set(names)) and (not types or one.kind in types)
    ]
    return {"ScalingPolicies": found}


def _find(account: Account, asked: Asked) -> tuple[Group, Policy]:
    wanted, name = asked["PolicyName"], asked.get("AutoScalingGroupName")
    if not wanted.startswith("arn:") and not name:
        raise invalid("AutoScalingGroupName must be specified unless PolicyName is an ARN")
    if name:
        checks.group(account, name)
    found = [(group, one) for group, one in account.policies() if name in (None, group.name) and wanted in (one.name, one.arn)]
    if not found:
        raise invalid(f"Cannot find policy {wanted} of Auto Scaling group {name}" if name else f"Cannot find policy {wanted}")
    return found[0]


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    policies.remove(account, *_find(account, asked))
    return {}


def execute(account: Account, asked: Asked) -> dict[str, Any]:
    group, policy = _find(account, asked)
    if policy.tracking:
        raise invalid("ExecutePolicy is not supported for policy type TargetTrackingScaling")
    value, threshold = asked.get("MetricValue"), asked.get("BreachThreshold")
    if policy.kind == "StepScaling" and (value is None or threshold is None):
        raise invalid("MetricValue and BreachThreshold must be specified for policy type StepScaling")
    cools = group.cooling_until is not None and utcnow() < group.cooling_until
    if cools and asked.get("HonorCooldown"):
        raise fault("ScalingActivityInProgress", f"Scaling activity is in progress: {group.name} is in its cooldown period.")
    policies.execute(group, policy, (value or 0.0) - (threshold or 0.0))
    return {}


def invoked(number: str, region: str, arn: str) -> str:
    """What is wrong with the policy of an alarm's action; one that there is runs as soon as it can."""
    keeper.wake()
    account = accounts.of(autoscaling_backends[number][region])
    there = any(policy.arn == arn for _, policy in account.policies())
    return "" if there else "The scaling policy does not exist"


def apply() -> None:
    serve(put_scaling_policy=put, delete_policy=delete, execute_policy=execute)
    serve(paged="ScalingPolicies", describe_policies=describe)
    evaluator.scalers[":autoScalingGroupName/"] = invoked
