"""Groups are deleted when they have no instances, or with ForceDelete, and told as `Delete in progress` until these are gone.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html

moto deletes whatever there is, and replaces at once what EC2 was asked to terminate.
"""

from __future__ import annotations

from typing import Any

from moto.autoscaling.models import AutoScalingBackend
from moto.core.utils import utcnow

from sandbox.autoscaling import account as accounts
from sandbox.autoscaling import acts, keeper
from sandbox.autoscaling.account import Account
from sandbox.autoscaling.errors import fault, invalid
from sandbox.autoscaling.lifecycle import OUT
from sandbox.autoscaling.serving import Asked, serve


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    group = account.groups.get(asked["AutoScalingGroupName"])
    if not group:
        raise invalid(f"AutoScalingGroup name not found - AutoScalingGroup '{asked['AutoScalingGroupName']}' not found")
    force = bool(asked.get("ForceDelete"))
    if group.deletion_protection == "prevent-all-deletion" or force and group.deletion_protection == "prevent-force-deletion":
        raise fault("ResourceInUse", f"The Auto Scaling group {group.name} has deletion protection {group.deletion_protection}.")
    if not force and any(one.is_leaving for one in group.instances):
        raise fault("ScalingActivityInProgress", "You cannot delete an AutoScalingGroup while there are scaling activities in progress.")
    if not force and group.instances:
        what = "while there are instances or pending Spot instance request(s) still in the group."
        raise fault("ResourceInUse", f"You cannot delete an AutoScalingGroup {what}")
    group.status, group.minimum, group.desired = "Delete in progress", 0, 0
    for one in list(group.instances):
        one.hooks = {}
        acts.terminate(account, group, one, f"{OUT} a user request to force the deletion of the group.", utcnow())
        one.hooks = {}
    keeper.settle(account)
    return {}


def notify_terminate_instances(self: AutoScalingBackend, instance_ids: list[str]) -> None:
    """What EC2 was asked to terminate is found out by a health check."""
    if any(accounts.of(self).holding(uid) for uid in instance_ids):
        keeper.wake()


def apply() -> None:
    serve(delete_auto_scaling_group=delete)
    AutoScalingBackend.notify_terminate_instances = notify_terminate_instances
