"""Load balancers: what is created, changed and deleted as AWS does it.

* An Application Load Balancer needs subnets of one VPC in two Availability Zones, one in each, and security groups of that
  VPC; without any it gets the VPC's default one. Creating it again with the same settings gives the one that there is.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
* It is provisioning for a while. Deleting one that is protected is refused, one that there is not succeeds.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
* Its target groups are those that its listeners forward to now.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html

moto takes one subnet, any security group and the same name twice, calls it active when it is first described, deletes what
is protected and never forgets a target group's load balancers.
"""

from __future__ import annotations

import re
from typing import Any

from moto.ec2.exceptions import InvalidSubnetIdError
from moto.elbv2.exceptions import ELBClientError, ValidationError
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer, FakeTargetGroup

from sandbox.phases import begin, state_of

# https://docs.aws.amazon.com/general/latest/gr/elb.html
ZONES = {"us-east-1": "Z35SXDOTRQ7X7K", "eu-west-1": "Z32O12XQLNTSW2", "eu-central-1": "Z215JYRZR1TBD5"}
NAME = re.compile(r"(?!internal-)(?!-)[A-Za-z0-9-]{1,32}(?<!-)")


def check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValidationError(
            f"The load balancer name '{name}' must have at most 32 letters, digits and hyphens, not begin or end with a hyphen "
            "and not begin with 'internal-'"
        )


def check_subnets(backend: ELBv2Backend, subnet_ids: list[str]) -> list[Any]:
    try:
        subnets = [backend.ec2_backend.get_subnet(subnet_id) for subnet_id in subnet_ids]
    except InvalidSubnetIdError as error:
        raise ELBClientError("SubnetNotFound", f"The subnet ID '{error.message.split(chr(39))[1]}' is not valid") from error
    zones = [subnet.availability_zone for subnet in subnets]
    if len(set(zones)) < len(zones):
        raise ELBClientError(
            "InvalidConfigurationRequest", "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        )
    if len(zones) < 2:
        raise ValidationError("At least two subnets in two different Availability Zones must be specified")
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        raise ELBClientError("InvalidConfigurationRequest", "All subnets must belong to the same VPC")
    return subnets


def check_groups(backend: ELBv2Backend, group_ids: list[str], vpc_id: str) -> list[str]:
    if not group_ids:
        return [backend.ec2_backend.get_default_security_group(vpc_id).id]
    groups = {group_id: backend.ec2_backend.get_security_group_from_id(group_id) for group_id in group_ids}
    missing = [group_id for group_id, group in groups.items() if group is None]
    if missing:
        raise ELBClientError("InvalidSecurityGroup", f"The security group '{missing[0]}' does not exist")
    if any(group.vpc_id != vpc_id for group in groups.values()):
        raise ELBClientError("InvalidConfigurationRequest", "One or more security groups are invalid: they belong to another VPC")
    return group_ids


def ids_of(subnet_ids: list[str], mappings: list[dict[str, str]] | None) -> list[str]:
    return [*subnet_ids, *(mapping["SubnetId"] for mapping in mappings or [])]


def settings(balancer: FakeLoadBalancer) -> tuple[Any, ...]:
    subnets = {subnet.id for subnet in balancer.subnets}
    return balancer.type, balancer.scheme, balancer.ip_address_type, subnets, set(balancer.security_groups)


def target_group_arns(balancer: FakeLoadBalancer) -> set[str]:
    actions = [action.data for listener in list(balancer.listeners.values()) for rule in listener.rules.values() for action in rule.actions]
    groups = [group["TargetGroupArn"] for action in actions for group in (action.get("ForwardConfig") or {}).get("TargetGroups") or []]
    return {*groups, *(action["TargetGroupArn"] for action in actions if action.get("TargetGroupArn"))}


def load_balancer_arns(self: FakeTargetGroup) -> list[str]:
    from moto.elbv2.models import elbv2_backends

    balancers = list(elbv2_backends[self.account_id][self.region_name].load_balancers.values())
    return [balancer.arn for balancer in balancers if self.arn in target_group_arns(balancer)]


def apply() -> None:
    create = ELBv2Backend.create_load_balancer
    set_groups, set_subnets = ELBv2Backend.set_security_groups, ELBv2Backend.set_subnets
    describe = ELBv2Backend.describe_load_balancers

    def create_load_balancer(
        self: ELBv2Backend,
        name: str,
        security_groups: list[str],
        subnet_ids: list[str],
        subnet_mappings: list[dict[str, str]] | None = None,
        scheme: str | None = None,
        loadbalancer_type: str | None = None,
        ip_address_type: str = "ipv4",
        tags: list[dict[str, str]] | None = None,
    ) -> FakeLoadBalancer:
        check_name(name)
        if (loadbalancer_type or "application") == "application":
            if not ids_of(subnet_ids, subnet_mappings):
                raise ValidationError("At least two subnets in two different Availability Zones must be specified")
            subnets = check_subnets(self, ids_of(subnet_ids, subnet_mappings))
            security_groups = check_groups(self, security_groups, subnets[0].vpc_id)
        known = next((balancer for balancer in self.load_balancers.values() if balancer.name == name), None)
        rest = (subnet_mappings, scheme or "internet-facing", loadbalancer_type, ip_address_type)
        made = create(self, name, security_groups, subnet_ids, *rest, None if known else tags)
        if known:
            del self.load_balancers[made.arn]
            if settings(known) != settings(made):
                message = f"A load balancer with the same name '{name}' exists, but with different settings"
                raise ELBClientError("DuplicateLoadBalancerName", message)
            return known
        begin(made, "provisioning")
        host = f"{'internal-' if scheme == 'internal' else ''}{name}-{int(made.arn[-16:], 16) % 10**10:010}"
        made.dns_name = f"{host}.{self.region_name}.elb.amazonaws.com"
        made.canonical_hosted_zone_id = ZONES.get(self.region_name, made.canonical_hosted_zone_id)
        return made

    def delete_load_balancer(self: ELBv2Backend, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise ELBClientError("OperationNotPermitted", f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled")
        self.load_balancers.pop(arn, None)

    def set_security_groups(self: ELBv2Backend, arn: str, sec_groups: list[str]) -> None:
        if arn in self.load_balancers:
            check_groups(self, sec_groups, self.load_balancers[arn].vpc_id)
        set_groups(self, arn, sec_groups)

    def set_checked_subnets(self: ELBv2Backend, arn: str, subnets: list[str], subnet_mappings: list[dict[str, Any]]) -> Any:
        if arn in self.load_balancers and self.load_balancers[arn].type == "application":
            found = check_subnets(self, ids_of(subnets, subnet_mappings))
            if any(subnet.vpc_id != self.load_balancers[arn].vpc_id for subnet in found):
                raise ELBClientError("InvalidConfigurationRequest", "The subnets must belong to the VPC of the load balancer")
        return set_subnets(self, arn, subnets, subnet_mappings)

    def describe_load_balancers(self: ELBv2Backend, arns: list[str] | None, names: list[str] | None) -> list[FakeLoadBalancer]:
        """moto takes a name that there is not for the one before it."""
        known = {balancer.name for balancer in self.load_balancers.values()}
        missing = next((name for name in names or [] if name not in known), None)
        if missing is not None:
            raise ELBClientError("LoadBalancerNotFound", f"Load balancers '[{missing}]' not found")
        missing = next((arn for arn in arns or [] if arn not in self.load_balancers), None)
        if missing is not None:
            raise ELBClientError("LoadBalancerNotFound", f"Load balancer '{missing}' not found")
        return describe(self, arns, names)

    ELBv2Backend.create_load_balancer = create_load_balancer
    ELBv2Backend.delete_load_balancer = delete_load_balancer
    ELBv2Backend.set_security_groups = set_security_groups
    ELBv2Backend.set_subnets = set_checked_subnets
    ELBv2Backend.describe_load_balancers = describe_load_balancers
    FakeLoadBalancer.activate = lambda self: None
    FakeLoadBalancer.load_balancer_state = property(lambda self: {"Code": state_of(self, "active")})
    # moto appends to it and never takes away.
    FakeTargetGroup.load_balancer_arns = property(load_balancer_arns, lambda self, value: None)
