"""A task's network interface, with an address of its subnet that nobody has.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
"""

from __future__ import annotations

import ipaddress
import random
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ecs.exceptions import InvalidParameterException
from moto.elbv2.models import elbv2_backends

from sandbox.containers.account import Task

# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
RESERVED_FIRST, RESERVED_LAST = 4, 1

# What the sandbox itself has.
reserved: set[str] = set()


def subnet(ec2: EC2Backend, subnet_id: str) -> Any:
    found = next((zone[subnet_id] for zone in ec2.subnets.values() if subnet_id in zone), None)
    if not found:
        raise InvalidParameterException(
            f"Error retrieving subnet information for [{subnet_id}]: The subnet ID '{subnet_id}' does not exist "
            "(ErrorCode: InvalidSubnetID.NotFound)"
        )
    return found


def check_group(ec2: EC2Backend, group_id: str) -> None:
    if not ec2.get_security_group_from_id(group_id):
        raise InvalidParameterException(
            f"Error retrieving security group information for [{group_id}]: The security group '{group_id}' does not exist "
            "(ErrorCode: InvalidGroup.NotFound)"
        )


def taken(ec2: EC2Backend) -> set[str]:
    groups = elbv2_backends[ec2.account_id][ec2.region_name].target_groups.values()
    targets = {str(one["Id"]) for group in groups for one in (*group.targets.values(), *group.deregistered_targets.values())}
    instances = {str(one.private_ip) for reservation in ec2.reservations.values() for one in reservation.instances}
    return reserved | targets | instances | {str(one.private_ip_address) for one in ec2.enis.values()}


def attach(ec2: EC2Backend, task: Task, subnet_id: str, groups: list[str]) -> None:
    place = subnet(ec2, subnet_id)
    block = ipaddress.ip_network(place.cidr_block)
    used = taken(ec2)
    free = [number for number in range(RESERVED_FIRST, block.num_addresses - RESERVED_LAST) if str(block[number]) not in used]
    if not free:
        raise InvalidParameterException(f"The subnet '{subnet_id}' has no free address")
    task.address = str(block[random.choice(free)])
    made = ec2.create_network_interface(
        place, task.address, group_ids=groups, description=f"{task.cluster_arn.partition(':cluster/')[0]}:attachment/{task.attachment}"
    )
    made.status, made.requester_managed = "in-use", True
    task.subnet, task.zone, task.interface, task.mac = subnet_id, place.availability_zone, made.id, made.mac_address


def detach(ec2: EC2Backend, task: Task) -> None:
    if task.interface in ec2.enis:
        ec2.delete_network_interface(task.interface)
