"""Alarms run scaling policies: when they change state, and once a minute while they stay.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-actions
"""

from __future__ import annotations

import json
from datetime import datetime

from moto.core.utils import utcnow

from sandbox.autoscaling import pace, scaling, tracking
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.instance import Instance
from sandbox.autoscaling.policy import Policy
from sandbox.watch.alarm import Alarm
from sandbox.watch.assessment import assess
from sandbox.watch.backend import Source, alarms

AGAIN = 60


def run(account: Account, group: Group, now: datetime) -> None:
    if group.status or not group.policies or not group.does("AlarmNotification"):
        return
    for alarm in list(alarms(tracking.watch(account)).values()):
        for policy in [found for found in group.policies.values() if found.arn in alarm.actions()]:
            last = policy.invoked.get(alarm.name)
            new = last is None or last < alarm.state_transitioned
            due = new or last is None or now >= last + pace.span(AGAIN)
            if due and policy.enabled and alarm.actions_enabled:
                policy.invoked[alarm.name] = now
                _invoke(account, group, policy, alarm, now)


def _invoke(account: Account, group: Group, policy: Policy, alarm: Alarm, now: datetime) -> None:
    value = newest(account, alarm, now)
    threshold = alarm.definition.get("Threshold") or 0.0
    if policy.tracking:
        new = track(account, group, policy, alarm, value, now)
    else:
        new = capacity(group, policy, 0.0 if value is None else value - threshold, now)
    why = f"a monitor alarm {alarm.name} in state {alarm.state} triggered policy {policy.name}"
    scale(group, policy, new, why, now)


def newest(account: Account, alarm: Alarm, now: datetime) -> float | None:
    """The highest of the values that it was evaluated on: what is taken away too early is missed."""
    if alarm.type != "MetricAlarm":
        return None
    values = json.loads(assess(alarm, Source(tracking.watch(account)), now).reason_data).get("recentDatapoints") or []
    return max(values, default=None)


def capacity(group: Group, policy: Policy, excess: float, now: datetime) -> int:
    """Of a simple or step policy; the instances that warm up are those it has asked for already."""
    if policy.kind == "SimpleScaling":
        waits = group.cooling_until is not None and now < group.cooling_until
        return group.desired if waits else scaling.changed(group.desired, policy.adjustment, policy.amount or 0, policy.least)
    amount = scaling.step(policy.steps, excess)
    if amount is None:
        return group.desired
    warming = sum(one.weight for one in group.instances if one.counts and warms_up(group, policy, one, now))
    new = scaling.changed(group.desired - warming, policy.adjustment, amount, policy.least)
    grows = amount > 0 if policy.adjustment != "ExactCapacity" else new > group.desired
    return max(new, group.desired) if grows else group.desired if warming else min(new, group.desired)


def track(account: Account, group: Group, policy: Policy, alarm: Alarm, value: float | None, now: datetime) -> int:
    assert policy.tracking
    target = policy.tracking["TargetValue"]
    if value is None or alarm.state != "ALARM":
        return group.desired
    live = [one for one in group.instances if one.counts]
    warm = sum(one.weight for one in live if not warms_up(group, policy, one, now))
    if "-AlarmHigh-" in alarm.name:
        return max(group.desired, scaling.out(warm, value, target))
    if warm < group.desired or any(one.counts and warms_up(group, policy, one, now) for one in group.instances):
        return group.desired
    return min(group.desired, scaling.into(group.desired, value, target)) if _all_low(account, group) else group.desired


def _all_low(account: Account, group: Group) -> bool:
    """Scaling in needs every target tracking policy that can scale in to want it."""
    known = alarms(tracking.watch(account))
    lows = [name for policy in group.policies.values() if policy.enabled for name in policy.alarms if "-AlarmLow-" in name]
    return all(name in known and known[name].state == "ALARM" for name in lows)


def warms_up(group: Group, policy: Policy, one: Instance, now: datetime) -> bool:
    given = (policy.warmup, group.warmup, group.cooldown)
    return one.in_service is None or now < one.in_service + pace.span(next(seconds for seconds in given if seconds is not None))


def scale(group: Group, policy: Policy, new: int, why: str, now: datetime) -> None:
    wanted = min(max(new, group.minimum), group.maximum)
    if wanted == group.desired:
        return
    group.why = f"At {now:%Y-%m-%dT%H:%M:%SZ} {why} changing the desired capacity from {group.desired} to {wanted}."
    group.desired = wanted
    if policy.kind == "SimpleScaling":
        group.cooling_until = now + pace.span(group.cooldown if policy.cooldown is None else policy.cooldown)


def remove(account: Account, group: Group, policy: Policy) -> None:
    tracking.remove(account, policy)
    del group.policies[policy.name]


def execute(group: Group, policy: Policy, excess: float) -> None:
    """Whatever the cooldown, which only who asks may honour."""
    now, group.cooling_until = utcnow(), None
    scale(group, policy, capacity(group, policy, excess, now), f"a user request executed policy {policy.name}", now)
