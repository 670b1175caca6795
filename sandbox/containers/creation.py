"""A task, made from a task definition and what RunTask or a service asks for."""

from __future__ import annotations

import copy
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ecs.exceptions import ClusterNotFoundException, EcsClientException, InvalidParameterException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, TaskDefinition

from sandbox.containers import addresses
from sandbox.containers.account import Container, Spec, Task, new_id

PLATFORM_VERSION = "1.4.0"
PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def cluster_of(backend: EC2ContainerServiceBackend, name: str | None) -> Cluster:
    found = backend._get_cluster(name or "default")
    if found.status != "ACTIVE":
        raise ClusterNotFoundException
    return found


def definition_of(backend: EC2ContainerServiceBackend, name: str) -> TaskDefinition:
    found = backend.describe_task_definition(name)
    if found.status != "ACTIVE" and ":" in name.rpartition("/")[2]:
        raise EcsClientException("TaskDefinition is inactive")
    return found


def create(backend: Any, cluster: Cluster, definition: TaskDefinition, asked: Spec, subnet: str) -> Task:
    overrides = asked.get("overrides") or {}
    network = asked["networkConfiguration"]["awsvpcConfiguration"]
    strategy = asked.get("capacityProviderStrategy") or []
    task = Task(
        task_arn=f"arn:aws:ecs:{backend.region_name}:{backend.account_id}:task/{cluster.name}/{new_id()}",
        cluster=cluster.name,
        cluster_arn=cluster.arn,
        definition_arn=definition.arn,
        group=asked.get("group") or f"family:{definition.family}",
        containers=[_container(one, overrides) for one in definition.container_definitions],
        cpu=int(overrides.get("cpu") or definition.cpu or 256),
        memory=int(overrides.get("memory") or definition.memory or 512),
        capacity_provider=strategy[0]["capacityProvider"] if strategy else "",
        started_by=asked.get("startedBy") or "",
        overrides=overrides,
        tags=list(asked.get("tags") or []),
        execution_role=_role(backend, overrides.get("executionRoleArn") or getattr(definition, "execution_role_arn", "")),
        task_role=_role(backend, overrides.get("taskRoleArn") or getattr(definition, "task_role_arn", "")),
    )
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    addresses.attach(ec2, task, subnet, network.get("securityGroups") or [])
    backend.tasks.setdefault(cluster.name, {})[task.task_arn] = task
    return task


def _role(backend: EC2ContainerServiceBackend, name: str | None) -> str:
    return name or "" if not name or name.startswith("arn:") else f"arn:aws:iam::{backend.account_id}:role/{name}"


def _container(definition: Spec, overrides: Spec) -> Container:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html"""
    own = copy.deepcopy(definition)
    for one in overrides.get("containerOverrides") or ():
        if one.get("name") == own["name"]:
            own |= {name: one[name] for name in ("command", "cpu", "memory") if name in one}
            changed = {pair["name"]: pair for pair in one.get("environment", ())}
            own["environment"] = [pair for pair in own.get("environment", []) if pair["name"] not in changed] + [*changed.values()]
    return Container(own["name"], own["image"], own)


def check(backend: EC2ContainerServiceBackend, definition: TaskDefinition, asked: Spec) -> None:
    """What RunTask and CreateService refuse alike."""
    launch_type, strategy = asked.get("launchType"), asked.get("capacityProviderStrategy") or []
    if launch_type and strategy:
        raise InvalidParameterException("Specify either a launch type or a capacity provider strategy, but not both.")
    for one in strategy:
        if one["capacityProvider"] not in PROVIDERS:
            raise NotImplementedError(f"the capacity provider {one['capacityProvider']}: tasks run on {' and '.join(PROVIDERS)}")
    if not strategy and (launch_type or "EC2") != "FARGATE":
        raise NotImplementedError("the launch type EC2 or EXTERNAL: tasks run on FARGATE")
    if "FARGATE" not in definition.compatibilities:
        raise EcsClientException(f"Task definition does not support launch_type {launch_type or 'FARGATE'}.")
    network = (asked.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    if not network:
        raise InvalidParameterException("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if not network.get("subnets"):
        raise InvalidParameterException("subnets can not be empty.")
    ec2: Any = ec2_backends[backend.account_id][backend.region_name]
    for subnet in network["subnets"]:
        addresses.subnet(ec2, subnet)
    for group in network.get("securityGroups") or ():
        addresses.check_group(ec2, group)
    known = {one["name"] for one in definition.container_definitions}
    for one in (asked.get("overrides") or {}).get("containerOverrides") or ():
        if one.get("name") not in known:
            raise InvalidParameterException(f"Override for container named {one.get('name')} is not a container in the TaskDefinition.")
