"""Groups in target groups: instances are registered once they are in service, and drained before they are terminated.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from moto.elbv2.models import FakeTargetGroup, elbv2_backends

from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.errors import invalid
from sandbox.autoscaling.instance import Instance
from sandbox.plane.health import HEALTHY, Health
from sandbox.repairs import elbv2_targets

PASSING = ("healthy", "unused")


def known(account: Account) -> dict[str, FakeTargetGroup]:
    return elbv2_backends[account.number][account.region].target_groups


def check(account: Account, arns: Iterable[str]) -> None:
    for arn in arns:
        found = known(account).get(arn)
        if not found:
            raise invalid("Provided Target Groups may not be valid. Please ensure they exist and try again.")
        if found.target_type != "instance":
            what = f"has the target type {found.target_type}, and the targets of an Auto Scaling group are of the type instance"
            raise invalid(f"Provided Target Groups may not be valid: {arn} {what}.")


def _of(account: Account, group: Group) -> Iterator[FakeTargetGroup]:
    yield from (known(account)[arn] for arn in group.targets if arn in known(account))


def register(account: Account, group: Group, one: Instance) -> None:
    for found in _of(account, group):
        found.register([{"Id": one.uid}])


def deregister(account: Account, group: Group, one: Instance, arns: Iterable[str] | None = None) -> None:
    for found in _of(account, group):
        if arns is None or found.arn in arns:
            found.deregister([{"Id": one.uid}])


def drains(account: Account, group: Group, one: Instance) -> bool:
    return any(target["Id"] == one.uid for found in _of(account, group) for target in elbv2_targets.draining(found))


def observed(account: Account, arns: Iterable[str]) -> dict[str, Health]:
    """What load balancers find of instances, the worst where they differ; without a data plane every one is healthy."""
    there = known(account)
    found: dict[str, Health] = {}
    for group in [there[arn] for arn in arns if arn in there]:
        seen = elbv2_targets.observers[-1](group) if elbv2_targets.observers else dict.fromkeys(group.targets, HEALTHY)
        for key, health in seen.items():
            uid = key.rpartition(":")[0]
            if uid not in found or found[uid].state in PASSING:
                found[uid] = health
    return found
