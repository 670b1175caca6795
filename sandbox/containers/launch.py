"""What a task needs before its containers start: roles, images, secrets, log streams.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
"""

from __future__ import annotations

import contextlib

from moto.core.utils import utcnow
from moto.ecs.models import EC2ContainerServiceBackend
from moto.logs.exceptions import ResourceAlreadyExistsException, ResourceNotFoundException
from moto.logs.models import logs_backends

from sandbox.containers import images, roles, sealed
from sandbox.containers.account import Container, Task

INITIALIZATION = "ResourceInitializationError: "
AUTH = (
    f"{INITIALIZATION}unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: "
)


class NotStarted(Exception):
    """With the reason that its task is told to have stopped for."""


def prepare(backend: EC2ContainerServiceBackend, task: Task) -> None:
    for role in filter(None, (task.execution_role, task.task_role)):
        check_role(role)
    task.pull_started = utcnow()
    for container in task.containers:
        for secret in container.definition.get("secrets", ()):
            try:
                found = sealed.value(secret["valueFrom"], task.execution_role, task.uid, backend.account_id, backend.region_name)
            except sealed.NotRead as error:
                raise NotStarted(f"{INITIALIZATION}{error}") from error
            container.secrets[secret["name"]] = found
        _pull(backend, task, container)
        _open_log(backend, task, container)


def check_role(arn: str) -> None:
    role = roles.find(arn)
    if not role or not roles.trusts(role):
        raise NotStarted(
            f"ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the role being passed has "
            "the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
        )


def _pull(backend: EC2ContainerServiceBackend, task: Task, container: Container) -> None:
    try:
        found = images.find(container.image)
    except images.NotFound as error:
        raise NotStarted(str(error)) from error
    for action, resource in (("ecr:GetAuthorizationToken", "*"), ("ecr:BatchGetImage", found.repository_arn)):
        if refused := roles.refusal(task.execution_role, task.uid, action, resource, backend.region_name):
            raise NotStarted(f"{AUTH}{sealed.RETRIED}{refused}")
    container.digest, container.config, container.layers = found.digest, found.config, found.layers


def stream(task: Task, container: Container) -> tuple[str, str, str] | None:
    """Region, log group and log stream.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
    """
    log = container.definition.get("logConfiguration") or {}
    if log.get("logDriver") != "awslogs":
        return None
    options = log.get("options", {})
    prefix = options.get("awslogs-stream-prefix")
    name = f"{prefix}/{container.name}/{task.uid}" if prefix else container.uid
    return options["awslogs-region"], options["awslogs-group"], name


def _open_log(backend: EC2ContainerServiceBackend, task: Task, container: Container) -> None:
    found = stream(task, container)
    if not found:
        return
    region, group, name = found
    logs = logs_backends[backend.account_id][region]
    options = container.definition["logConfiguration"]["options"]
    arn = f"arn:aws:logs:{region}:{backend.account_id}:log-group:{group}"
    failed = f"{INITIALIZATION}failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log "
    if options.get("awslogs-create-group") == "true" and group not in logs.groups:
        if refused := roles.refusal(task.execution_role, task.uid, "logs:CreateLogGroup", arn, region):
            raise NotStarted(f"{failed}group: {refused} : exit status 1")
        logs.create_log_group(group, {})
    if refused := roles.refusal(task.execution_role, task.uid, "logs:CreateLogStream", f"{arn}:log-stream:{name}", region):
        raise NotStarted(f"{failed}stream: {refused} : exit status 1")
    try:
        with contextlib.suppress(ResourceAlreadyExistsException):
            logs.create_log_stream(group, name)
    except ResourceNotFoundException as error:
        raise NotStarted(f"{failed}stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1") from error
