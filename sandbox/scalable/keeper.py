"""Scalable targets brought forward: what is due by the clock, what alarms ask for, and the bounds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core.utils import utcnow

from sandbox.containers.account import Service
from sandbox.scalable import activities, capacity, policies, schedule
from sandbox.scalable.activities import Activity


def backends() -> Iterator[Any]:
    for regions in list(applicationautoscaling_backends.values()):
        yield from list(regions.values())


def targets(backend: Any) -> list[Any]:
    return list(backend.targets.get(capacity.DIMENSION, {}).values())


def step() -> bool:
    """Whether there is a target that may change."""
    found = [(backend, target) for backend in backends() for target in targets(backend)]
    for backend, target in found:
        if service := capacity.service(target):
            _step(backend, target, service, utcnow())
    return bool(found)


def _step(backend: Any, target: Any, service: Service, now: datetime) -> None:
    _schedules(backend, target, now)
    _bounds(backend, target, service)
    own = [policy for policy in backend.policies.values() if policy.resource_id == target.resource_id]
    before = service.desired
    if own and (decision := policies.decisions(backend, target, own, before, now)):
        policies.remember(target, before, decision, now)
        _change(backend, target, service, decision.capacity, decision.cause)
    if capacity.is_fulfilled(target, service):
        for one in activities.of(backend):
            if one.resource == target.resource_id and one.status == "InProgress":
                one.finish(one.message.partition(" Waiting")[0] + " Change successfully fulfilled by ecs.")


def _change(backend: Any, target: Any, service: Service, number: int, cause: str) -> None:
    capacity.put(service, number)
    message = f"Successfully set desired count to {number}. Waiting for change to be fulfilled by ecs."
    description = f"Setting desired count to {number}."
    activities.tell(backend, Activity(target.resource_id, target.scalable_dimension, description, cause, message, "InProgress"))


def _bounds(backend: Any, target: Any, service: Service) -> None:
    """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html"""
    if service.desired < target.min_capacity and not (target.suspended_state or {}).get("DynamicScalingOutSuspended"):
        _change(backend, target, service, target.min_capacity, f"minimum capacity was set to {target.min_capacity}")
    elif service.desired > target.max_capacity and not (target.suspended_state or {}).get("DynamicScalingInSuspended"):
        _change(backend, target, service, target.max_capacity, f"maximum capacity was set to {target.max_capacity}")


def _schedules(backend: Any, target: Any, now: datetime) -> None:
    for one in [found for found in backend.scheduled_actions if found.resource_id == target.resource_id]:
        due = one.__dict__.get("due")
        if due is None or due > now:
            continue
        if not (target.suspended_state or {}).get("ScheduledScalingSuspended"):
            _apply(backend, target, one)
        one.due = next_due(one, now)
        if one.due is None:
            backend.scheduled_actions.remove(one)


def next_due(action: Any, now: datetime) -> datetime | None:
    """Within its start and end."""
    start, end = (_naive(time) for time in (action.start_time, action.end_time))
    begin = start or _naive(action.creation_time)
    found = schedule.following(action.schedule, action.timezone or "UTC", begin or now, max(now, start) if start else now)
    return None if found is None or end and found > end else found


def _naive(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(float(seconds), UTC).replace(tzinfo=None) if seconds else None


def _apply(backend: Any, target: Any, one: Any) -> None:
    given = one.scalable_target_action or {}
    target.update(given.get("MinCapacity"), given.get("MaxCapacity"), None)
    target.max_capacity = max(target.max_capacity, target.min_capacity)
    names = {"MinCapacity": "min capacity", "MaxCapacity": "max capacity"}
    what = " and ".join(f"{text} to {given[name]}" for name, text in names.items() if given.get(name) is not None)
    activity = Activity(
        target.resource_id,
        target.scalable_dimension,
        f"Setting {what}",
        f"scheduled action name {one.scheduled_action_name} was triggered",
        "",
    )
    activity.finish(f"Successfully set {what}")
    activities.tell(backend, activity)
