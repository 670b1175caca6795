"""The capacity of a scalable target of ECS: its service's desired count."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow
from moto.ecs.models import ecs_backends

from sandbox.containers.account import Service, tasks_of

DIMENSION = "ecs:service:DesiredCount"


def service(target: Any) -> Service | None:
    """Of a scalable target, or of what else has a resource id."""
    backend = target.applicationautoscaling_backend
    _, cluster, name = target.resource_id.split("/")
    found: Any = ecs_backends[backend.account_id][backend.region_name].services.get(f"{cluster}:{name}")
    return found if found and found.status == "ACTIVE" else None


def put(found: Service, number: int) -> None:
    found.spec = {**found.spec, "desiredCount": number}
    found.steady = False
    if found.primary:
        found.primary.updated = utcnow()


def is_fulfilled(target: Any, found: Service) -> bool:
    backend = target.applicationautoscaling_backend
    running = [task for task in tasks_of(ecs_backends[backend.account_id][backend.region_name], found) if task.is_wanted]
    return len(running) == found.desired and all(task.last_status == "RUNNING" for task in running)
