"""Tasks are processes (sandbox/containers), from RunTask to the exit codes of their containers.

* https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html: 10 tasks at most.
* https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html: what is not there is a failure with the reason MISSING.
* https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html: those that are to run, unless STOPPED ones are asked for.

moto starts nothing, lets each look at a task move it on, and fails for most tasks of FARGATE.
"""

from __future__ import annotations

from typing import Any

from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend

from sandbox.containers import account, creation, describing
from sandbox.containers.account import Task
from sandbox.containers.serving import Asked, serve

MOST_TASKS, MOST_DESCRIBED, PAGE = 10, 100, 100


def run(backend: EC2ContainerServiceBackend, asked: Asked) -> dict[str, Any]:
    cluster = creation.cluster_of(backend, asked.get("cluster"))
    asked = {**asked, **({} if asked.get("launchType") else _default_strategy(cluster, asked))}
    definition = creation.definition_of(backend, asked["taskDefinition"])
    creation.check(backend, definition, asked)
    count = int(asked.get("count") or 1)
    if not 1 <= count <= MOST_TASKS:
        raise InvalidParameterException(f"count should be between 1 and {MOST_TASKS}.")
    subnets = asked["networkConfiguration"]["awsvpcConfiguration"]["subnets"]
    made = [creation.create(backend, cluster, definition, asked, subnets[number % len(subnets)]) for number in range(count)]
    if asked.get("propagateTags") == "TASK_DEFINITION":
        for task in made:
            task.tags = [*definition.tags, *task.tags]
    return {"tasks": [describing.task(task, True) for task in made], "failures": []}


def _default_strategy(cluster: Any, asked: Asked) -> Asked:
    strategy = asked.get("capacityProviderStrategy") or cluster.default_capacity_provider_strategy
    return {"capacityProviderStrategy": strategy} if strategy else {}


def start(backend: EC2ContainerServiceBackend, asked: Asked) -> dict[str, Any]:
    raise NotImplementedError("container instances: tasks run on FARGATE")


def find(backend: EC2ContainerServiceBackend, cluster: str, name: str) -> Task | None:
    uid = name.rpartition("/")[2]
    return next((task for task in list(backend.tasks.get(cluster, {}).values()) if task.uid == uid), None)


def describe(backend: EC2ContainerServiceBackend, asked: Asked) -> dict[str, Any]:
    cluster = creation.cluster_of(backend, asked.get("cluster"))
    names = asked.get("tasks") or []
    if not 1 <= len(names) <= MOST_DESCRIBED:
        raise InvalidParameterException("Tasks cannot be empty." if not names else "Tasks cannot have more than 100 elements.")
    found = {name: find(backend, cluster.name, name) for name in names}
    arn = f"arn:aws:ecs:{backend.region_name}:{backend.account_id}:task/{cluster.name}/"
    return {
        "tasks": [describing.task(task, "TAGS" in (asked.get("include") or ())) for task in found.values() if task],
        "failures": [
            {"arn": name if name.startswith("arn:") else f"{arn}{name}", "reason": "MISSING"} for name, task in found.items() if not task
        ],
    }


def listed(backend: EC2ContainerServiceBackend, asked: Asked) -> dict[str, Any]:
    cluster = creation.cluster_of(backend, asked.get("cluster"))
    wanted = asked.get("desiredStatus") or "RUNNING"
    service = asked.get("serviceName")
    if service and not backend.services.get(f"{cluster.name}:{service.rpartition('/')[2]}"):
        raise ECSException("ServiceNotFoundException", "Service not found.")
    found = [
        task.task_arn
        for task in account.tasks(backend)
        if task.cluster == cluster.name
        and task.desired_status == wanted
        and (not service or task.service == f"{cluster.name}:{service.rpartition('/')[2]}")
        and (not asked.get("family") or task.definition_arn.rpartition("/")[2].rpartition(":")[0] == asked["family"])
        and (not asked.get("startedBy") or task.started_by == asked["startedBy"])
        and (not asked.get("launchType") or task.launch_type == asked["launchType"])
        and not asked.get("containerInstance")
    ]
    return paged("taskArns", found, asked, PAGE)


def paged(name: str, found: list[str], asked: Asked, page: int) -> dict[str, Any]:
    first, size = int(asked.get("nextToken") or 0), int(asked.get("maxResults") or page)
    more = {"nextToken": str(first + size)} if first + size < len(found) else {}
    return {name: found[first : first + size], **more}


def stop(backend: EC2ContainerServiceBackend, asked: Asked) -> dict[str, Any]:
    cluster = creation.cluster_of(backend, asked.get("cluster"))
    task = find(backend, cluster.name, asked["task"])
    if not task:
        raise InvalidParameterException("The referenced task was not found.")
    task.stop("UserInitiated", asked.get("reason") or "Task stopped by user")
    return {"task": describing.task(task, True)}


def apply() -> None:
    serve(run_task=run, start_task=start, describe_tasks=describe, list_tasks=listed, stop_task=stop)

    def list_tasks(self: EC2ContainerServiceBackend, *_: Any, **__: Any) -> list[Task]:
        """For moto's own tags."""
        return account.tasks(self)

    EC2ContainerServiceBackend.list_tasks = list_tasks
