"""Instance refreshes, which moto lacks: all instances are replaced, bit by bit (sandbox/autoscaling/refresh.py).

* One at a time; a desired configuration becomes the group's once the refresh has succeeded.
  https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
* There is a way back only where the group's own template has a version of its own, not $Latest or $Default, and the refresh brings another
  configuration. https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from sandbox.autoscaling import checks, keeper, refreshing, templates
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.errors import fault, invalid
from sandbox.autoscaling.refresh_state import DEFAULTS, Refresh
from sandbox.autoscaling.serving import Asked, serve
from sandbox.watch.backend import alarms

IN_PROGRESS = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."
CHOICES = {"ScaleInProtectedInstances": ("Refresh", "Ignore", "Wait"), "StandbyInstances": ("Terminate", "Ignore", "Wait")}
NONE = "No in progress or pending Instance Refresh found for Auto Scaling group"


def start(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    if asked.get("Strategy", "Rolling") != "Rolling":
        raise NotImplementedError(f"instance refreshes with the strategy {asked['Strategy']}")
    if group.refreshing:
        raise fault("InstanceRefreshInProgress", IN_PROGRESS)
    preferences = _preferences(account, group, asked.get("Preferences") or {})
    desired = _desired(account, asked.get("DesiredConfiguration"))
    if preferences.get("AutoRollback"):
        _check_way_back(group, desired)
    made = refreshing.begin(account, group, preferences, desired)
    keeper.settle(account)
    return {"InstanceRefreshId": made.uid}


def _preferences(account: Account, group: Group, asked: dict[str, Any]) -> dict[str, Any]:
    given = {**DEFAULTS, **(group.maintenance or {}), **asked}
    least, most = given["MinHealthyPercentage"], given["MaxHealthyPercentage"]
    if most - least > 100:
        raise invalid("The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100")
    points = given.get("CheckpointPercentages") or []
    if any(not 1 <= point <= 100 for point in points) or points != sorted(set(points)):
        raise invalid("CheckpointPercentages must be unique, ascending numbers from 1 to 100")
    if given.get("CheckpointDelay") is not None and not points:
        raise invalid("CheckpointDelay can only be specified with CheckpointPercentages")
    for name, values in CHOICES.items():
        if given[name] not in values:
            raise invalid(f"{name} must be one of {', '.join(values)}")
    known = alarms(cloudwatch_backends[account.number][account.region])
    for name in given.get("AlarmSpecification", {}).get("Alarms") or ():
        if name not in known:
            raise invalid(f"The CloudWatch alarm {name} of AlarmSpecification does not exist")
        if known[name].state == "ALARM":
            raise invalid(f"The CloudWatch alarm {name} of AlarmSpecification is in the ALARM state")
    return given


def _desired(account: Account, asked: dict[str, Any] | None) -> dict[str, Any] | None:
    if not asked:
        return None
    if bool(asked.get("LaunchTemplate")) == bool(asked.get("MixedInstancesPolicy")):
        raise invalid("DesiredConfiguration must contain either LaunchTemplate or MixedInstancesPolicy")
    if asked.get("LaunchTemplate"):
        return {"LaunchTemplate": templates.checked(account, asked["LaunchTemplate"])}
    return {"MixedInstancesPolicy": templates.checked_mixed(account, asked["MixedInstancesPolicy"])}


def _check_way_back(group: Group, desired: dict[str, Any] | None) -> None:
    if not desired:
        raise invalid("AutoRollback requires a DesiredConfiguration: without one there is nothing to roll back to")
    if templates.is_moving(group.template):
        what = "the launch template of the Auto Scaling group must have a version number, not $Latest or $Default"
        raise invalid(f"A rollback is not possible: {what}")


def _active(group: Group) -> Refresh:
    if not group.refreshing:
        raise fault("ActiveInstanceRefreshNotFound", f"{NONE} {group.name}")
    return group.refreshing


def cancel(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    one = _active(group)
    if one.status in ("Cancelling", "RollbackInProgress"):
        raise fault("ActiveInstanceRefreshNotFound", f"{NONE} {group.name}: it is {one.status}")
    one.status, one.reason = "Cancelling", "Cancelled due to user request."
    if not asked.get("WaitForTransitioningInstances", True):
        one.finish("Cancelled", one.reason)
    return {"InstanceRefreshId": one.uid}


def roll_back(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    one = _active(group)
    if one.status == "RollbackInProgress":
        raise fault("InstanceRefreshInProgress", f"The Instance Refresh {one.uid} is being rolled back already.")
    if not one.desired or templates.is_moving(group.template):
        what = "It needs a desired configuration, and a version number of the launch template in the Auto Scaling group"
        raise fault("IrreversibleInstanceRefresh", f"The Instance Refresh {one.uid} cannot be rolled back. {what}.")
    refreshing.roll_back(account, group, "Rollback initiated by user request.")
    return {"InstanceRefreshId": one.uid}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    group, uids = checks.group(account, asked["AutoScalingGroupName"]), asked.get("InstanceRefreshIds") or []
    return {"InstanceRefreshes": [_described(group, one) for one in group.refreshes if not uids or one.uid in uids]}


def _described(group: Group, one: Refresh) -> dict[str, Any]:
    told = {
        "StatusReason": one.reason or None,
        "EndTime": one.end,
        "DesiredConfiguration": one.desired,
        "RollbackDetails": one.rollback,
    }
    return {
        "InstanceRefreshId": one.uid,
        "AutoScalingGroupName": group.name,
        "Status": one.status,
        "StartTime": one.start,
        "PercentageComplete": one.percentage,
        "InstancesToUpdate": one.left,
        "Preferences": {**one.preferences, "InstanceWarmup": one.warmup},
        "Strategy": "Rolling",
        **{name: value for name, value in told.items() if value is not None},
    }


def apply() -> None:
    serve(start_instance_refresh=start, cancel_instance_refresh=cancel, rollback_instance_refresh=roll_back)
    serve(paged="InstanceRefreshes", describe_instance_refreshes=describe)
