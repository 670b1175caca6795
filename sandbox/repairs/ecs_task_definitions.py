"""Which task definitions ECS takes for FARGATE.

* The pairs of CPU and memory: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
* An execution role for images of ECR, secrets, and logs:
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
* Network mode awsvpc, in which a host port is the container's.

moto takes any.
"""

from __future__ import annotations

from typing import Any

from moto.ecs.exceptions import EcsClientException
from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinition

from sandbox.containers import images

GB = 1024
MEMORY = {
    256: (512, 1 * GB, 2 * GB),
    512: range(1 * GB, 4 * GB + 1, GB),
    1024: range(2 * GB, 8 * GB + 1, GB),
    2048: range(4 * GB, 16 * GB + 1, GB),
    4096: range(8 * GB, 30 * GB + 1, GB),
    8192: range(16 * GB, 60 * GB + 1, 4 * GB),
    16384: range(32 * GB, 120 * GB + 1, 8 * GB),
}
FAMILY_LONGEST = 255

_register = EC2ContainerServiceBackend.register_task_definition


def units(text: str | None, suffix: str) -> int:
    """CPU units or MiB, of `256`, `.25 vCPU`, `1 GB`."""
    words = (text or "0").strip()
    if words.lower().endswith(suffix):
        return int(float(words[: -len(suffix)]) * 1024)
    return int(words) if words.isdigit() else 0


def check_fargate(asked: dict[str, Any], containers: list[dict[str, Any]]) -> None:
    cpu, memory = units(asked.get("cpu"), "vcpu"), units(asked.get("memory"), "gb")
    if not asked.get("cpu"):
        raise EcsClientException("Fargate requires that 'cpu' be defined at the task level.")
    if not asked.get("memory"):
        raise EcsClientException("Fargate requires that 'memory' be defined at the task level.")
    if memory not in MEMORY.get(cpu, ()):
        raise EcsClientException(
            "No Fargate configuration exists for given values: "
            f"{cpu} CPU, {memory} memory. See the Amazon ECS documentation for the valid values."
        )
    if asked.get("network_mode") not in (None, "awsvpc"):
        raise EcsClientException("Fargate only supports network mode 'awsvpc'.")
    if asked.get("execution_role_arn"):
        return
    if any(images.is_ecr(one["image"]) for one in containers):
        raise EcsClientException("Fargate requires task definition to have execution role ARN to support ECR images.")
    if any(one.get("secrets") for one in containers):
        raise EcsClientException("When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.")
    if any((one.get("logConfiguration") or {}).get("logDriver") == "awslogs" for one in containers):
        raise EcsClientException("Fargate requires task definition to have execution role ARN to support log driver awslogs.")


def check_containers(containers: list[dict[str, Any]], memory: int) -> None:
    names = [one["name"] for one in containers]
    if len(set(names)) < len(names):
        raise EcsClientException("Container names must be unique within a task definition.")
    if not any(one.get("essential", True) for one in containers):
        raise EcsClientException("A task definition must have at least one essential container.")
    if memory and sum(one.get("memoryReservation") or one.get("memory") or 0 for one in containers) > memory:
        raise EcsClientException("Invalid 'memory' setting for task. Task memory limit is lower than the memory limits of its containers.")
    for one in containers:
        given = [pair["name"] for pair in one.get("environment") or ()] + [pair["name"] for pair in one.get("secrets") or ()]
        if twice := {name for name in given if given.count(name) > 1}:
            raise EcsClientException(
                f"The secret name must be unique and not shared with any new or existing environment variables set on the container, "
                f"such as '{min(twice)}'."
            )
        for port in one.get("portMappings") or ():
            if port.get("hostPort") not in (None, 0, port.get("containerPort")):
                raise EcsClientException("When networkMode=awsvpc, the host ports and container ports in port mappings must match.")
        for other in one.get("dependsOn") or ():
            if other["containerName"] not in names or other["containerName"] == one["name"]:
                raise EcsClientException(f"Invalid 'dependsOn' setting for container '{one['name']}': '{other['containerName']}'.")
        log = one.get("logConfiguration") or {}
        if log.get("logDriver") == "awslogs":
            missing = {"awslogs-group", "awslogs-region", "awslogs-stream-prefix"} - log.get("options", {}).keys()
            if missing:
                raise EcsClientException(f"Log driver awslogs requires options: {', '.join(sorted(missing))}")


def register_task_definition(
    self: EC2ContainerServiceBackend, family: str, container_definitions: list[dict[str, Any]], **asked: Any
) -> TaskDefinition:
    if "FARGATE" in (asked.get("requires_compatibilities") or ()):
        check_fargate(asked, container_definitions)
        check_containers(container_definitions, units(asked.get("memory"), "gb"))
        asked |= {"cpu": str(units(asked["cpu"], "vcpu")), "memory": str(units(asked["memory"], "gb"))}
        for one in container_definitions:
            for port in one.get("portMappings") or ():
                port.setdefault("hostPort", port["containerPort"])
                port.setdefault("protocol", "tcp")
    return _register(self, family, container_definitions, **asked)


def apply() -> None:
    EC2ContainerServiceBackend.register_task_definition = register_task_definition
