"""The tasks of accounts as what the daemon is to run (sandbox/containers/__init__.py says what is in it). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.containers.account import Container, Task

STOP_SECONDS = 30
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
HEALTH = {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}
ORDERED = ("PENDING", "RUNNING", "DEACTIVATING", "STOPPING")


def order(tasks: Iterable[Task], real: Callable[[str], str], general: Mapping[str, str]) -> dict[str, Any]:
    return {"tasks": {task.uid: of(task, real(task.address), general) for task in tasks if task.last_status in ORDERED}}


def of(task: Task, address: str, general: Mapping[str, str]) -> dict[str, Any]:
    return {
        "address": address,
        "stop": task.last_status == "STOPPING",
        "containers": [container(task, one, address, general) for one in task.containers],
    }


def container(task: Task, one: Container, address: str, general: Mapping[str, str]) -> dict[str, Any]:
    definition = one.definition
    check = definition.get("healthCheck")
    return {
        "name": one.name,
        "image": one.image,
        "digest": one.digest,
        "layers": one.layers,
        "essential": one.is_essential,
        "command": command(definition, one.config),
        "directory": definition.get("workingDirectory") or one.config.get("WorkingDir") or "/",
        "environment": environment(task, one, {**general, "HOST": address}),
        "health": check
        and {
            "command": check["command"],
            **{name: check.get(name) or HEALTH[name] for name in ("interval", "timeout", "retries")},
            "start_period": check.get("startPeriod") or HEALTH["startPeriod"],
        },
        "stop_timeout": definition.get("stopTimeout") or STOP_SECONDS,
        "depends_on": [(other["containerName"], other["condition"]) for other in definition.get("dependsOn") or ()],
    }


def command(definition: Mapping[str, Any], config: Mapping[str, Any]) -> list[str]:
    """An entry point that is not the image's is not called with the image's command.

    https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
    """
    entry, own = definition.get("entryPoint") or [], definition.get("command") or []
    return [*(entry or config.get("Entrypoint") or []), *(own or ([] if entry else config.get("Cmd") or []))]


def environment(task: Task, one: Container, general: Mapping[str, str]) -> dict[str, str]:
    image = dict(pair.split("=", 1) for pair in one.config.get("Env") or ())
    defined = {pair["name"]: pair["value"] for pair in one.definition.get("environment") or ()}
    own = {
        "HOSTNAME": f"ip-{task.address.replace('.', '-')}",
        "AWS_EXECUTION_ENV": f"AWS_ECS_{task.launch_type}",
        **{name: task.task_arn.split(":")[3] for name in ("AWS_REGION", "AWS_DEFAULT_REGION")},
    }
    return {**general, **own, **image, **defined, **one.secrets}
