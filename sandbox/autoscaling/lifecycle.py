"""What an instance's state becomes next.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pool-instance-lifecycle.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sandbox.autoscaling import pace
from sandbox.autoscaling.account import Group
from sandbox.autoscaling.actions import GONE, LOST, Action, Ask, HookOver, Move, Remove, Seen, Terminate
from sandbox.autoscaling.instance import Instance

OUT = "an instance was taken out of service in response to"
HELD = {"Stopped": "Warmed:Stopped", "Running": "Warmed:Running", "Hibernated": "Warmed:Hibernated"}


def next_actions(group: Group, one: Instance, seen: Seen, now: datetime) -> Iterator[Action]:
    warm = "Warmed:" if one.is_warm else ""
    match one.state.removeprefix("Warmed:"):
        case "Pending":
            yield from _pending(one, seen, warm)
        case "Pending:Wait":
            yield from _wait(one, now, f"{warm}Pending:Proceed")
        case "Pending:Proceed" if warm:
            yield from _prepared(one, seen, HELD[group.warm_pool.state if group.warm_pool else "Stopped"])
        case "Pending:Proceed":
            yield Move(one.uid, "InService")
        case "InService":
            yield from _health(group, one, seen, now)
        case "Terminating":
            if not seen.draining:
                yield Move(one.uid, f"{warm}Terminating:{'Wait' if one.hooks and seen.state not in LOST else 'Proceed'}")
        case "Terminating:Wait":
            yield from _wait(one, now, f"{warm}Terminating:Proceed")
        case "Terminating:Proceed":
            if seen.state in GONE:
                yield Remove(one.uid)
            elif seen.state not in LOST:
                yield Ask(one.uid, "terminate")
        case "Standby" | "Stopped" | "Running" | "Hibernated":
            if seen.state in LOST:
                yield Terminate(one.uid, f"{OUT} an EC2 health check indicating it has been terminated or stopped.")


def _pending(one: Instance, seen: Seen, warm: str) -> Iterator[Action]:
    if seen.state == "running":
        yield Move(one.uid, f"{warm}Pending:{'Wait' if one.hooks else 'Proceed'}")
    elif seen.state == "stopped":
        yield Ask(one.uid, "start")
    elif seen.state in LOST:
        yield Terminate(one.uid, f"{OUT} an EC2 instance that could not be launched.")


def _wait(one: Instance, now: datetime, then: str) -> Iterator[Action]:
    for name, until in one.hooks.items():
        if until and now >= until:
            yield HookOver(one.uid, name)
    if one.abandoned and "Pending" in one.state:
        yield Terminate(one.uid, f"{OUT} an abandoned lifecycle action.")
    elif not one.hooks:
        yield Move(one.uid, then)


def _prepared(one: Instance, seen: Seen, held: str) -> Iterator[Action]:
    if held == "Warmed:Running" or seen.state == "stopped":
        yield Move(one.uid, held)
    elif seen.state == "running":
        yield Ask(one.uid, "stop")
    elif seen.state in LOST:
        yield Terminate(one.uid, f"{OUT} an EC2 instance that could not be launched.")


def _health(group: Group, one: Instance, seen: Seen, now: datetime) -> Iterator[Action]:
    """What runs no longer is unhealthy at once, what a load balancer finds not before the grace period is over."""
    if not group.does("ReplaceUnhealthy") or not group.does("Terminate"):
        return
    graced = one.in_service is not None and now < one.in_service + pace.span(group.grace)
    checks = group.does("HealthCheck")
    if checks and seen.state not in ("running", "pending"):
        yield Terminate(one.uid, f"{OUT} an EC2 health check indicating it has been terminated or stopped.")
    elif checks and group.health_check == "ELB" and seen.unhealthy and not graced:
        yield Terminate(one.uid, f"{OUT} an ELB system health check failure.")
    elif one.health == "Unhealthy":
        yield Terminate(one.uid, f"{OUT} a user health-check.")
