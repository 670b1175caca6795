"""Targets: keyed by address and port, checked when they are registered, drained when they leave, as healthy as they really are.

* https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
* An IP address lies in a subnet of the target group's VPC, or is a private one outside it, with the Availability Zone `all`.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html#target-type
* A target that was deregistered is shown as draining until the deregistration delay is over, whether or not it is idle.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
* The states and their reasons are in sandbox/plane/health.py.

moto keys targets by their Id only, takes any Id, forgets a deregistered target at once and calls every one healthy.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Callable
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models import EC2Backend
from moto.elbv2.exceptions import InvalidTargetError, TargetGroupNotFoundError, TargetNotRunning, ValidationError
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup

from sandbox.plane import health
from sandbox.plane.health import Health

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html#target-type
PRIVATE = [ipaddress.ip_network(block) for block in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")]

Target = dict[str, Any]

# What asks a data plane about the targets of a group, by their keys; without one every target is healthy, as moto has it.
observers: list[Callable[[FakeTargetGroup], dict[str, Health]]] = []


def key(group: FakeTargetGroup, target: Target) -> str:
    return f"{target['Id']}:{target.get('Port') or group.port}"


def check(group: FakeTargetGroup, target: Target) -> None:
    if group.target_type == "ip":
        check_address(group, target["Id"], target.get("AvailabilityZone"))
    elif group.target_type == "instance":
        check_instance(group.ec2_backend, target["Id"])


def check_address(group: FakeTargetGroup, text: str, zone: str | None) -> None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise ValidationError(f"'{text}' is not a valid IPv4 or IPv6 address") from error
    subnet = subnet_of(group, address)
    if subnet and zone == "all":
        raise ValidationError(
            f"The IP address '{text}' is within the VPC, and cannot have its Availability Zone overridden to 'all' "
            f"from '{subnet.availability_zone}'"
        )
    if not subnet and not any(address in block for block in PRIVATE):
        raise InvalidTargetError(f"The IP address '{text}' is not within a VPC subnet and is not a private address (RFC 1918 or RFC 6598)")
    if not subnet and not zone:
        raise ValidationError(f"The Availability Zone is required for IP address '{text}' because it is not in the VPC")
    if not subnet and zone != "all":
        raise ValidationError(
            f"The Availability Zone for IP address '{text}' must be 'all' for Application Load Balancer target groups, "
            "when not within the VPC"
        )


def subnet_of(group: FakeTargetGroup, address: Any) -> Any:
    subnets = [subnet for zones in list(group.ec2_backend.subnets.values()) for subnet in list(zones.values())]
    return next((s for s in subnets if s.vpc_id == group.vpc_id and address in ipaddress.ip_network(s.cidr_block)), None)


def check_instance(ec2: EC2Backend, instance_id: str) -> None:
    instance = ec2.get_instance_by_id(instance_id)
    if not instance:
        raise InvalidTargetError(f"The following targets are not valid instances: '{instance_id}'")
    if instance.state != "running":
        raise TargetNotRunning(instance_id=instance_id)


def register(self: FakeTargetGroup, targets: list[Target]) -> None:
    for target in targets:
        check(self, target)
    for target in targets:
        since = self.targets.get(key(self, target), {}).get("since") or utcnow()
        self.targets[key(self, target)] = {**target, "Port": target.get("Port") or self.port, "since": since}
        self.deregistered_targets.pop(key(self, target), None)


def deregister(self: FakeTargetGroup, targets: list[Target]) -> None:
    """Without a port all of them with this Id."""
    found = [known for known, target in self.targets.items() for asked in targets if is_meant(asked, target)]
    for known in dict.fromkeys(found):
        self.deregistered_targets[known] = {**self.targets.pop(known), "since": utcnow()}


def is_meant(asked: Target, target: Target) -> bool:
    return asked["Id"] == target["Id"] and int(asked.get("Port") or target["Port"]) == int(target["Port"])


def deregister_terminated(self: FakeTargetGroup, instance_ids: list[str]) -> None:
    deregister(self, [{"Id": instance_id} for instance_id in instance_ids])


def draining(group: FakeTargetGroup) -> list[Target]:
    delay = datetime.timedelta(seconds=float(group.attributes["deregistration_delay.timeout_seconds"]))
    return [target for target in list(group.deregistered_targets.values()) if target["since"] + delay > utcnow()]


def described(group: FakeTargetGroup, target: Target, observed: dict[str, Health]) -> FakeHealthStatus:
    found = health_of(group, target, observed)
    asked = target.get("Port") or group.port
    port = asked if group.health_check_port == "traffic-port" else group.health_check_port
    return FakeHealthStatus(target["Id"], asked, str(port), found.state, found.reason or None, found.description or None)


def health_of(group: FakeTargetGroup, target: Target, observed: dict[str, Health]) -> Health:
    registered = group.targets.get(key(group, target))
    if not registered:
        leaving = any(is_meant(target, other) for other in draining(group))
        return health.DRAINING if leaving else health.NOT_REGISTERED
    instance = group.ec2_backend.get_instance_by_id(registered["Id"]) if group.target_type == "instance" else None
    if instance and instance.state != "running":
        return health.STOPPED
    return observed.get(key(group, target), health.HEALTHY)


def describe_target_health(self: ELBv2Backend, target_group_arn: str, targets: list[Target]) -> list[FakeHealthStatus]:
    group = self.target_groups.get(target_group_arn)
    if group is None:
        raise TargetGroupNotFoundError()
    asked = targets or [*group.targets.values(), *draining(group)]
    observed = observers[-1](group) if observers else {}
    return [described(group, target, observed) for target in asked]


def apply() -> None:
    FakeTargetGroup.register = register
    FakeTargetGroup.deregister = deregister
    FakeTargetGroup.deregister_terminated_instances = deregister_terminated
    ELBv2Backend.describe_target_health = describe_target_health
