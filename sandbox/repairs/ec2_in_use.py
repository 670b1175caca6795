"""What a load balancer stands in is not deleted: its subnets and security groups.

It has network interfaces there, whose subnet and groups cannot be deleted.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html

moto knows no interfaces of load balancers.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend
from moto.elbv2.models import FakeLoadBalancer, elbv2_backends


def balancers(ec2: EC2Backend) -> list[FakeLoadBalancer]:
    return list(elbv2_backends[ec2.account_id][ec2.region_name].load_balancers.values())


def apply() -> None:
    delete_group, delete_subnet = EC2Backend.delete_security_group, EC2Backend.delete_subnet

    def delete_security_group(self: EC2Backend, name: str | None = None, group_id: str | None = None) -> None:
        found = group_id or getattr(self.get_security_group_by_name_or_id(name) if name else None, "id", None)
        if any(found in balancer.security_groups for balancer in balancers(self)):
            raise DependencyViolationError(f"resource {found} has a dependent object")
        delete_group(self, name, group_id)

    def delete_unused_subnet(self: EC2Backend, subnet_id: str) -> Any:
        if any(subnet_id == subnet.id for balancer in balancers(self) for subnet in balancer.subnets):
            raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        return delete_subnet(self, subnet_id)

    EC2Backend.delete_security_group = delete_security_group
    EC2Backend.delete_subnet = delete_unused_subnet
