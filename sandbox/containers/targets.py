"""A task as a target of load balancers: registered by its address, and as healthy as they find it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from moto.ecs.models import EC2ContainerServiceBackend
from moto.elbv2.models import FakeTargetGroup, elbv2_backends

from sandbox.containers.account import Service, Task
from sandbox.plane import health
from sandbox.plane.health import Health
from sandbox.repairs import elbv2_targets

# By target group and target, as of the last look.
Observed = Mapping[str, Mapping[str, Health]]

# Load balancers have others than before.
changed = threading.Event()


def find(backend: EC2ContainerServiceBackend, arn: str) -> FakeTargetGroup | None:
    return elbv2_backends[backend.account_id][backend.region_name].target_groups.get(arn)


def observe(backend: EC2ContainerServiceBackend, services: list[Service]) -> Observed:
    """It takes a while where targets have to be asked why they are unhealthy."""
    arns = {one["targetGroupArn"] for service in services for one in service.spec.get("loadBalancers", ()) if one.get("targetGroupArn")}
    groups = {arn: group for arn in arns if (group := find(backend, arn))}
    return {arn: elbv2_targets.observers[-1](group) if elbv2_targets.observers else {} for arn, group in groups.items()}


def register(backend: EC2ContainerServiceBackend, service: Service, task: Task) -> None:
    for one in service.spec.get("loadBalancers", ()):
        group = find(backend, one["targetGroupArn"])
        if group:
            group.register([{"Id": task.address, "Port": one["containerPort"]}])
            changed.set()
            task.targets.append({"group": group.arn, "port": one["containerPort"]})
            service.tell(f"registered 1 targets in (target-group {group.arn})")


def deregister(backend: EC2ContainerServiceBackend, service: Service | None, task: Task) -> None:
    for one in task.targets:
        group = find(backend, one["group"])
        if group and _key(task, one) in group.targets:
            changed.set()
            elbv2_targets.deregister(group, [{"Id": task.address, "Port": one["port"]}])
            if service:
                service.tell(f"deregistered 1 targets in (target-group {group.arn})")


def is_draining(backend: EC2ContainerServiceBackend, task: Task) -> bool:
    for one in task.targets:
        group = find(backend, one["group"])
        if group and any(elbv2_targets.key(group, target) == _key(task, one) for target in elbv2_targets.draining(group)):
            return True
    return False


def states(backend: EC2ContainerServiceBackend, task: Task, observed: Observed) -> dict[str, Health]:
    """By target group."""
    found = {}
    for one in task.targets:
        group = find(backend, one["group"])
        if group:
            target: dict[str, Any] = {"Id": task.address, "Port": one["port"]}
            known = observed.get(group.arn, {})
            # Registered since the look.
            missing = elbv2_targets.observers and _key(task, one) not in known
            found[group.arn] = health.REGISTERING if missing else elbv2_targets.health_of(group, target, dict(known))
    return found


def _key(task: Task, target: dict[str, Any]) -> str:
    return f"{task.address}:{target['port']}"
