"""What a service does next, given its tasks and the time. Pure.

* A rolling deployment keeps between minimumHealthyPercent (rounded up) and maximumPercent (rounded down) of the desired count.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
* An unhealthy task is replaced first where maximumPercent leaves room, and stopped before its replacement where not.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
* The circuit breaker opens when half of the desired count (3 at least, 200 at most) has failed in a deployment that is going on. A task has
  failed when it did not start, ended by itself, or was unhealthy.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
* Starts after failures are throttled, up to 15 minutes apart.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.autoscaling import pace
from sandbox.containers.account import Deployment, Service, Task

LEAST_FAILURES, MOST_FAILURES = 3, 200
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 10, 900


@dataclass(frozen=True)
class Start:
    deployment: str
    number: int


@dataclass(frozen=True)
class Stop:
    task: str
    reason: str


@dataclass(frozen=True)
class Complete:
    deployment: str


@dataclass(frozen=True)
class Fail:
    deployment: str


@dataclass(frozen=True)
class Retire:
    """None of its tasks is left."""

    deployment: str


@dataclass(frozen=True)
class Steady:
    pass


Action = Start | Stop | Complete | Fail | Retire | Steady


def next_actions(service: Service, tasks: Sequence[Task], now: datetime) -> list[Action]:
    """One kind at a time: what is done now is counted the next time."""
    wanted = [task for task in tasks if task.is_wanted]
    primary = service.primary
    if service.status != "ACTIVE" or not primary:
        return [Stop(task.uid, "Service was deleted") for task in wanted]
    if primary.rollout == "IN_PROGRESS" and _has_failed(service, primary):
        return [Fail(primary.uid)]
    return [*_stops(service, wanted, primary)] or [*_starts(service, wanted, primary, now)] or [*_ends(service, tasks, primary)]


def bounds(service: Service) -> tuple[int, int]:
    config = service.spec["deploymentConfiguration"]
    least = math.ceil(service.desired * config["minimumHealthyPercent"] / 100)
    return least, math.floor(service.desired * config["maximumPercent"] / 100)


def threshold(desired: int) -> int:
    return min(max(math.ceil(desired / 2), LEAST_FAILURES), MOST_FAILURES)


def pause(failures: int) -> timedelta:
    """The first failures are retried at once."""
    if failures < LEAST_FAILURES:
        return timedelta()
    return pace.span(min(FIRST_PAUSE_SECONDS * 2 ** min(failures - LEAST_FAILURES, 10), LONGEST_PAUSE_SECONDS))


def _has_failed(service: Service, primary: Deployment) -> bool:
    breaker = service.spec["deploymentConfiguration"]["deploymentCircuitBreaker"]
    return breaker["enable"] and primary.failed >= threshold(service.desired)


def _stops(service: Service, wanted: list[Task], primary: Deployment) -> Iterator[Action]:
    least, most = bounds(service)
    own = [task for task in wanted if task.deployment == primary.uid]
    old = [task for task in wanted if task.deployment != primary.uid]
    healthy = sum(task.is_healthy for task in wanted)
    surplus = len(own) - service.desired
    if surplus > 0:
        for task in _crowded([*(one for one in own if one.unhealthy), *(one for one in own if not one.unhealthy)], surplus):
            yield Stop(task.uid, f"Scaling activity initiated by (deployment {primary.uid})")
    for task in old:
        if not task.is_healthy or healthy > least:
            healthy -= task.is_healthy
            yield Stop(task.uid, f"Scaling activity initiated by (deployment {primary.uid})")
    if surplus > 0:
        return
    for task in own:
        if task.unhealthy and (healthy >= service.desired or len(wanted) >= most):
            yield Stop(task.uid, task.unhealthy)


def _crowded(tasks: list[Task], number: int) -> Iterator[Task]:
    """From the Availability Zone with the most tasks first; of these the first of the list."""
    left = list(tasks)
    for _ in range(number):
        zones = Counter(task.zone for task in left)
        sick = [task for task in left if task.unhealthy] or left
        task = max(sick, key=lambda one: zones[one.zone])
        left.remove(task)
        yield task


def _starts(service: Service, wanted: list[Task], primary: Deployment, now: datetime) -> Iterator[Action]:
    if primary.rollout == "FAILED" or primary.retry and now < primary.retry:
        return
    own = [task for task in wanted if task.deployment == primary.uid and not task.unhealthy]
    _, most = bounds(service)
    number = min(service.desired - len(own), max(most, 1 if service.desired and not wanted else 0) - len(wanted))
    if number > 0:
        yield Start(primary.uid, number)


def _ends(service: Service, tasks: Sequence[Task], primary: Deployment) -> Iterator[Action]:
    left = [task for task in tasks if task.last_status != "STOPPED"]
    own = [task for task in left if task.is_wanted and task.deployment == primary.uid]
    there = Counter(task.deployment for task in left)
    for one in service.deployments:
        if one is not primary and not there[one.uid]:
            yield Retire(one.uid)
    settled = len(own) == service.desired and all(task.is_healthy for task in own)
    if settled and len(left) == len(own) and len(service.deployments) == 1:
        if primary.rollout == "IN_PROGRESS":
            yield Complete(primary.uid)
        elif primary.rollout == "COMPLETED" and not service.steady:
            yield Steady()
