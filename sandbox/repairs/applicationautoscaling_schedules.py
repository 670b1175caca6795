"""Scheduled actions of Application Auto Scaling: which schedules there are, and when they are due by the emulator's clock.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html
moto takes any schedule, any bounds, and actions of resources that are no scalable target, and does none.
"""

from __future__ import annotations

from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow

from sandbox.autoscaling.schedule import Malformed
from sandbox.repairs.applicationautoscaling_targets import missing, target_of
from sandbox.scalable import keeper, schedule
from sandbox.scalable.errors import invalid

NAMED = ("service_namespace", "resource_id", "scalable_dimension")


def check(backend: Any, given: dict[str, Any]) -> None:
    where = tuple(given[name] for name in NAMED)
    target = target_of(backend, *where)
    if not target:
        raise missing(*where)
    sizes = given["scalable_target_action"]
    if sizes is not None:
        minimum, maximum = (sizes.get(name) for name in ("MinCapacity", "MaxCapacity"))
        if minimum is None and maximum is None:
            raise invalid("ScalableTargetAction must have a MinCapacity, a MaxCapacity or both")
        if minimum is not None and maximum is not None and minimum > maximum:
            raise invalid("Maximum capacity cannot be less than minimum capacity")
    if given["start_time"] and given["end_time"] and float(given["start_time"]) >= float(given["end_time"]):
        raise invalid("Start time must be before the end time")
    if given["schedule"]:
        try:
            schedule.following(given["schedule"], given["timezone"] or "UTC", utcnow(), utcnow())
        except Malformed as error:
            raise invalid(f"Invalid schedule: {error}") from error


def find(backend: Any, given: dict[str, Any]) -> Any:
    names = (*NAMED, "scheduled_action_name")
    return next((one for one in backend.scheduled_actions if all(getattr(one, name) == given[name] for name in names)), None)


def apply() -> None:
    put, delete = ApplicationAutoscalingBackend.put_scheduled_action, ApplicationAutoscalingBackend.delete_scheduled_action

    def put_scheduled_action(self: Any, **given: Any) -> None:
        check(self, given)
        known = find(self, given)
        if not known and not (given["schedule"] and given["scalable_target_action"]):
            raise invalid("Schedule and ScalableTargetAction must be specified for a new scheduled action")
        put(self, **given)
        if given["service_namespace"] == "ecs":
            one = find(self, given)
            one.due = keeper.next_due(one, utcnow())

    def delete_scheduled_action(self: Any, **given: Any) -> None:
        if not find(self, given):
            where = ", ".join(f"{name.replace('_', ' ')}: {given[name]}" for name in (*NAMED, "scheduled_action_name"))
            raise JsonRESTError("ObjectNotFoundException", f"No scheduled action found for {where}")
        delete(self, **given)

    ApplicationAutoscalingBackend.put_scheduled_action = put_scheduled_action
    ApplicationAutoscalingBackend.delete_scheduled_action = delete_scheduled_action
