"""What was done to a group's instances and why, which moto does not tell.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-verify-scaling-activity.html
"""

from __future__ import annotations

from typing import Any

from sandbox.autoscaling import checks, describing
from sandbox.autoscaling.account import Account
from sandbox.autoscaling.serving import Asked, serve


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    name, uids = asked.get("AutoScalingGroupName"), asked.get("ActivityIds") or []
    if name and not asked.get("IncludeDeletedGroups"):
        checks.group(account, name)
    found = [one for group in account.groups.values() for one in group.activities]
    if asked.get("IncludeDeletedGroups"):
        found += account.past
    found = [one for one in found if name in (None, one.group) and (not uids or one.uid in uids)]
    found.sort(key=lambda one: one.start, reverse=True)
    return {"Activities": [describing.activity(account, one) for one in found]}


def apply() -> None:
    serve(paged="Activities", default=100, describe_scaling_activities=describe)
