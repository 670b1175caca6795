"""What an account has of ECS in one region: tasks and services, kept on moto's backend, which a reset empties.

Clusters and task definitions are moto's.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends

MOST_EVENTS = 100
STOPPED_TASKS_SECONDS = 3600

Spec = dict[str, Any]


def new_id() -> str:
    return uuid.uuid4().hex


@dataclass
class Container:
    name: str
    image: str
    # As the task definition has it, with the task's overrides.
    definition: Spec
    digest: str = ""
    uid: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "PENDING"
    exit_code: int | None = None
    reason: str = ""
    health: str = "UNKNOWN"
    pid: int | None = None
    # What its secrets are resolved to.
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    # What the image says.
    config: Spec = field(default_factory=dict)
    layers: list[str] = field(default_factory=list)

    @property
    def is_essential(self) -> bool:
        return self.definition.get("essential", True)


@dataclass
class Task:
    task_arn: str
    cluster: str
    cluster_arn: str
    definition_arn: str
    group: str
    containers: list[Container]
    cpu: int
    memory: int
    launch_type: str = "FARGATE"
    capacity_provider: str = ""
    platform_version: str = "1.4.0"
    started_by: str = ""
    overrides: Spec = field(default_factory=dict)
    tags: list[Spec] = field(default_factory=list)
    execution_role: str = ""
    task_role: str = ""
    # Of the service that it is of.
    service: str = ""
    deployment: str = ""
    subnet: str = ""
    zone: str = ""
    interface: str = ""
    address: str = ""
    mac: str = ""
    attachment: str = field(default_factory=lambda: str(uuid.uuid4()))
    last_status: str = "PROVISIONING"
    desired_status: str = "RUNNING"
    version: int = 1
    stop_code: str = ""
    stopped_reason: str = ""
    created: datetime = field(default_factory=utcnow)
    pull_started: datetime | None = None
    pull_stopped: datetime | None = None
    started: datetime | None = None
    stopping: datetime | None = None
    stopped: datetime | None = None
    # Target groups in which it is registered.
    targets: list[Spec] = field(default_factory=list)
    # Why its service finds it unhealthy, as of the last look, and whether it was ever healthy.
    unhealthy: str = ""
    is_healthy: bool = False
    counted: bool = False

    @property
    def uid(self) -> str:
        return self.task_arn.rpartition("/")[2]

    @property
    def is_wanted(self) -> bool:
        return self.desired_status == "RUNNING" and self.last_status != "STOPPED"

    @property
    def health(self) -> str:
        """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html"""
        checked = [one.health for one in self.containers if one.is_essential and one.definition.get("healthCheck")]
        return next((state for state in ("UNHEALTHY", "UNKNOWN") if state in checked), "HEALTHY" if checked else "UNKNOWN")

    def move(self, status: str) -> None:
        self.last_status = status
        self.version += 1

    def stop(self, code: str, reason: str) -> None:
        """It is to end; what it is now does not change by that."""
        if self.desired_status != "STOPPED":
            self.desired_status, self.stop_code, self.stopped_reason = "STOPPED", code, reason
            self.stopping = utcnow()
            self.version += 1


@dataclass
class Deployment:
    definition: str
    desired: int
    config: Spec
    uid: str = field(default_factory=lambda: f"ecs-svc/{secrets.randbelow(10**19):019}")
    status: str = "PRIMARY"
    rollout: str = "IN_PROGRESS"
    reason: str = ""
    failed: int = 0
    # It may not start a task before.
    retry: datetime | None = None
    created: datetime = field(default_factory=utcnow)
    updated: datetime = field(default_factory=utcnow)

    def __post_init__(self) -> None:
        self.reason = self.reason or f"ECS deployment {self.uid} in progress."


@dataclass
class Service:
    """`spec` is what CreateService and UpdateService were asked with."""

    name: str
    arn: str
    cluster: str
    cluster_arn: str
    spec: Spec
    deployments: list[Deployment] = field(default_factory=list)
    tags: list[Spec] = field(default_factory=list)
    status: str = "ACTIVE"
    events: list[Spec] = field(default_factory=list)
    created: datetime = field(default_factory=utcnow)
    # The last deployment that was completed, which a rollback goes back to.
    completed: Deployment | None = None
    steady: bool = False
    task_sets: list[Any] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.cluster}:{self.name}"

    @property
    def desired(self) -> int:
        return self.spec["desiredCount"]

    @property
    def physical_resource_id(self) -> str:
        return self.arn

    @property
    def primary(self) -> Deployment | None:
        return next((one for one in self.deployments if one.status == "PRIMARY"), None)

    def tell(self, message: str) -> None:
        self.events.insert(0, {"id": str(uuid.uuid4()), "createdAt": utcnow(), "message": f"(service {self.name}) {message}"})
        del self.events[MOST_EVENTS:]


def backends() -> Iterator[EC2ContainerServiceBackend]:
    for regions in list(ecs_backends.values()):
        yield from list(regions.values())


def tasks(backend: Any) -> list[Task]:
    return [task for of_cluster in list(backend.tasks.values()) for task in list(of_cluster.values())]


def services(backend: Any) -> list[Service]:
    return list(backend.services.values())


def tasks_of(backend: Any, service: Service) -> list[Task]:
    return [task for task in list(backend.tasks.get(service.cluster, {}).values()) if task.service == service.key]


def task_of(uid: str) -> tuple[EC2ContainerServiceBackend, Task] | None:
    return next(((backend, task) for backend in backends() for task in tasks(backend) if task.uid == uid), None)
