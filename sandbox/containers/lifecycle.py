"""A task from PROVISIONING to STOPPED.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ecs.models import EC2ContainerServiceBackend

from sandbox.containers import addresses, launch, scheduler, targets
from sandbox.containers.account import STOPPED_TASKS_SECONDS, Service, Task, tasks

ESSENTIAL = "Essential container in task exited"

# Where nothing runs (an emulator of its own, in tests), tasks do what the API promises.
is_alone = True


def advance(backend: EC2ContainerServiceBackend, task: Task) -> bool:
    """One step, where it can be made without the daemon; whether it was."""
    before = task.last_status
    match before:
        case "PROVISIONING" if task.is_wanted:
            _begin(backend, task)
        case "PROVISIONING":
            ended(backend, task)
        case "PENDING" if task.is_wanted:
            if is_alone:
                running(backend, task)
        case "PENDING":
            task.move("STOPPING")
        case "RUNNING" if not task.is_wanted:
            targets.deregister(backend, service_of(backend, task), task)
            task.move("DEACTIVATING")
        case "DEACTIVATING" if not targets.is_draining(backend, task):
            task.move("STOPPING")
        case "STOPPING" if is_alone:
            ended(backend, task, exits={one.name: 0 for one in task.containers})
    return task.last_status != before


def _begin(backend: EC2ContainerServiceBackend, task: Task) -> None:
    try:
        launch.prepare(backend, task)
    except launch.NotStarted as error:
        task.stop("TaskFailedToStart", str(error))
        ended(backend, task)
    else:
        task.move("PENDING")


def service_of(backend: Any, task: Task) -> Service | None:
    return backend.services.get(task.service)


def running(backend: EC2ContainerServiceBackend, task: Task) -> None:
    if task.last_status != "PENDING" or not task.is_wanted:
        return
    for container in task.containers:
        container.status = container.status if container.status == "STOPPED" else "RUNNING"
    service = service_of(backend, task)
    if service:
        targets.register(backend, service, task)
    task.started = utcnow()
    task.move("RUNNING")


def ended(backend: EC2ContainerServiceBackend, task: Task, problem: str = "", exits: dict[str, Any] | None = None) -> None:
    """Nothing of it runs any more."""
    if task.last_status == "STOPPED":
        return
    for container in task.containers:
        container.status, container.health = "STOPPED", "UNKNOWN"
        container.exit_code = (exits or {}).get(container.name)
        problem = problem or container.reason
    if problem:
        task.stop("TaskFailedToStart", problem)
    task.stop("EssentialContainerExited", ESSENTIAL)
    service = service_of(backend, task)
    targets.deregister(backend, service, task)
    addresses.detach(ec2_backends[backend.account_id][backend.region_name], task)
    task.stopped = utcnow()
    task.move("STOPPED")
    if service:
        count_failure(service, task)


def count_failure(service: Service, task: Task) -> None:
    """Of what its deployment did not want to end."""
    deployment = next((one for one in service.deployments if one.uid == task.deployment), None)
    if not deployment or task.counted or task.stop_code in ("ServiceSchedulerInitiated", "UserInitiated") and not task.unhealthy:
        return
    task.counted = True
    deployment.failed += 1
    deployment.retry = utcnow() + scheduler.pause(deployment.failed)
    if deployment.failed == scheduler.LEAST_FAILURES:
        service.tell(
            "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the "
            "Amazon ECS Developer Guide."
        )


def forget(backend: EC2ContainerServiceBackend) -> None:
    """A stopped task is told of for an hour."""
    for task in tasks(backend):
        if task.stopped and utcnow() > task.stopped + timedelta(seconds=STOPPED_TASKS_SECONDS):
            backend.tasks[task.cluster].pop(task.task_arn)
