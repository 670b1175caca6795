"""Alarms run the scaling policies of services: when they change state, and once a minute while they stay.

https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
In the cooldown after a scale-out only a larger one is done, measured against the capacity before; a scale-in waits for both cooldowns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from sandbox.autoscaling import pace, scaling
from sandbox.autoscaling.account import Account
from sandbox.autoscaling.policies import AGAIN, newest
from sandbox.watch.alarm import Alarm
from sandbox.watch.backend import alarms

COOLDOWN = 300


@dataclass
class Memory:
    """What a scalable target remembers of its last activities."""

    out_until: datetime = datetime.min
    in_until: datetime = datetime.min
    # The capacity before the scale-out whose cooldown goes on.
    base: int = 0


@dataclass(frozen=True)
class Decision:
    capacity: int
    cause: str
    cooldown: timedelta


def memory(target: Any) -> Memory:
    return target.__dict__.setdefault("memory", Memory())


def decisions(backend: Any, target: Any, policies: list[Any], desired: int, now: datetime) -> Decision | None:
    """The first policy that changes the capacity; the largest one, where several scale out."""
    found = []
    watched = alarms(cloudwatch_backends[backend.account_id][backend.region_name])
    for alarm in list(watched.values()):
        for policy in [one for one in policies if one.policy_arn in alarm.actions()]:
            invoked: dict[str, datetime] = policy.__dict__.setdefault("invoked", {})
            last = invoked.get(alarm.name)
            new = last is None or last < alarm.state_transitioned
            if not alarm.actions_enabled or not (new or last is None or now >= last + pace.span(AGAIN)):
                continue
            invoked[alarm.name] = now
            account = Account(backend.account_id, backend.region_name)
            if decision := _decide(account, target, policy, policies, alarm, watched, desired, now):
                found.append(decision)
    grows = [one for one in found if one.capacity > desired]
    return max(grows or found, key=lambda one: one.capacity, default=None)


def _decide(
    account: Account, target: Any, policy: Any, policies: list[Any], alarm: Alarm, watched: Any, desired: int, now: datetime
) -> Decision | None:
    value, known = newest(account, alarm, now), memory(target)
    base = known.base if now < known.out_until else desired
    tracking = policy.target_tracking_scaling_policy_configuration
    config = tracking or policy.step_scaling_policy_configuration
    if tracking:
        if value is None or alarm.state != "ALARM":
            return None
        if "-AlarmHigh-" in alarm.name:
            wanted = max(desired, scaling.out(base, value, tracking["TargetValue"]))
        elif _all_low(policies, watched):
            wanted = min(desired, scaling.into(desired, value, tracking["TargetValue"]))
        else:
            return None
    else:
        threshold = alarm.definition.get("Threshold") or 0.0
        amount = scaling.step(config.get("StepAdjustments") or [], 0.0 if value is None else value - threshold)
        if amount is None:
            return None
        start = base if amount > 0 and config["AdjustmentType"] != "ExactCapacity" else desired
        wanted = scaling.changed(start, config["AdjustmentType"], amount, config.get("MinAdjustmentMagnitude"))
        if amount > 0 and config["AdjustmentType"] != "ExactCapacity":
            wanted = max(wanted, desired)
    wanted = min(max(wanted, target.min_capacity), target.max_capacity)
    suspended = target.suspended_state or {}
    if wanted > desired and not suspended.get("DynamicScalingOutSuspended"):
        seconds = config.get("ScaleOutCooldown") if tracking else config.get("Cooldown")
    elif wanted < desired and not suspended.get("DynamicScalingInSuspended") and now >= max(known.out_until, known.in_until):
        seconds = config.get("ScaleInCooldown") if tracking else config.get("Cooldown")
    else:
        return None
    cause = f"monitor alarm {alarm.name} in state {alarm.state} triggered policy {policy.policy_name}"
    return Decision(wanted, cause, pace.span(COOLDOWN if seconds is None else seconds))


def _all_low(policies: list[Any], watched: Any) -> bool:
    """Scaling in needs every target tracking policy that can scale in to want it."""
    lows = [alarm.name for policy in policies for alarm in policy.alarms if "-AlarmLow-" in alarm.name]
    return all(name in watched and watched[name].state == "ALARM" for name in lows)


def remember(target: Any, before: int, decision: Decision, now: datetime) -> None:
    known = memory(target)
    if decision.capacity > before:
        known.base = known.base if now < known.out_until else before
        known.out_until, known.in_until = now + decision.cooldown, datetime.min
    else:
        known.in_until = now + decision.cooldown
