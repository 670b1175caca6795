"""How an instance refresh goes on: which instances go, when it waits, how it ends.

* So many are ready (InService, warm, passing the checks of the group's type, in its grace period too) at any time as the minimum healthy
  percentage says; above 100 percent new ones come first. Where the percentages leave no room, one at a time is replaced.
  https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-instance-refresh-default-values.html
* Checkpoints, bake time and alarms: https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html
* When no instance becomes ready for an hour, it fails, or is rolled back.
  https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

from sandbox.autoscaling import pace
from sandbox.autoscaling.account import Group
from sandbox.autoscaling.actions import Action, EndRefresh, Progress, RollBack, Seen, Terminate, World
from sandbox.autoscaling.instance import Instance
from sandbox.autoscaling.lifecycle import OUT
from sandbox.autoscaling.refresh_state import Refresh

PATIENCE = 3600


def surge(group: Group) -> int:
    """How many more instances than desired there are to be now."""
    one = group.refreshing
    if not one or one.status in ("Cancelling", "Baking"):
        return 0
    extra = math.ceil(group.desired * (one.preferences["MaxHealthyPercentage"] - 100) / 100)
    return max(0, min(extra, len(one.old), _allowed(one)))


def next_actions(group: Group, world: World, now: datetime) -> Iterator[Action]:
    one = group.refreshing
    if not one or not group.does("InstanceRefresh"):
        return
    old = [found for found in group.instances if found.uid in one.old and not found.is_leaving]
    new = [found for found in group.instances if found.counts and found.refresh == one.uid and found.uid not in one.old]
    ready = [found for found in new if is_ready(one, found, world.of(found.uid), now)]
    settled = len(ready) == len(new) and group.capacity >= group.desired
    if told := _told(one, old, ready, settled, now):
        yield Progress(told)
    elif one.status == "Cancelling":
        if settled:
            yield EndRefresh("Cancelled", "Cancelled due to user request.")
    elif alarm := _alarm(one, world):
        yield _fail(one, f"The CloudWatch alarm {alarm} is in the ALARM state.")
    elif not old and settled or one.status == "Baking":
        yield from _end(one, now)
    elif one.checkpoints and one.percentage >= one.checkpoints[0]:
        yield from _check(one, now)
    elif now >= one.progress + pace.span(PATIENCE):
        yield _fail(one, f"No instance has become healthy and ready for an hour: {len(ready)} of {one.total} were updated.")
    else:
        yield from _replace(group, one, old, [*ready, *(found for found in group.instances if _serves(one, found))])


def _alarm(one: Refresh, world: World) -> str:
    """That stops it; going back is not stopped."""
    watched = one.preferences.get("AlarmSpecification", {}).get("Alarms", ())
    return next((name for name in watched if name in world.alarms and not one.rollback), "")


def _serves(one: Refresh, found: Instance) -> bool:
    """An instance that was there before, whether or not it is to go."""
    before = found.refresh != one.uid or found.uid in one.old
    return before and found.state == "InService" and found.health == "Healthy"


def is_ready(one: Refresh, found: Instance, seen: Seen, now: datetime) -> bool:
    healthy = found.state == "InService" and found.health == "Healthy" and seen.passes
    return healthy and found.in_service is not None and now >= found.in_service + pace.span(one.warmup)


def _told(one: Refresh, old: list[Instance], ready: list[Instance], settled: bool, now: datetime) -> dict[str, object]:
    """What has changed of its numbers."""
    gone = one.total - len(old)
    done = gone if settled else min(gone, len(ready))
    percentage, left = 100 * done // one.total if one.total else 100, one.total - done
    if one.rollback:
        percentage, left = one.rollback["PercentageCompleteOnRollback"] * (100 - percentage) // 100, one.left
    changes: dict[str, object] = {}
    if (percentage, left) != (one.percentage, one.left):
        changes |= {"percentage": percentage, "left": left, "progress": now}
    if one.status == "Pending":
        changes |= {"status": "InProgress", "reason": ""}
    return changes


def _replace(group: Group, one: Refresh, old: list[Instance], serving: list[Instance]) -> Iterator[Action]:
    lower = math.floor(group.desired * one.preferences["MinHealthyPercentage"] / 100)
    if one.preferences["MaxHealthyPercentage"] <= 100:
        lower = min(lower, group.desired - 1)
    free = [found for found in old if _may_go(one, found)]
    number = min(len(free), _allowed(one, len(old)), len(serving) - lower)
    for found in free[: max(0, number)]:
        yield Terminate(found.uid, f"{OUT} an instance refresh.")


def _may_go(one: Refresh, found: Instance) -> bool:
    if found.state == "Standby":
        return one.preferences["StandbyInstances"] == "Terminate"
    return not found.protected or one.preferences["ScaleInProtectedInstances"] == "Refresh"


def _allowed(one: Refresh, left: int | None = None) -> int:
    """How many may go before the next checkpoint."""
    most = math.ceil(one.total * one.checkpoints[0] / 100) if one.checkpoints else one.total
    return most - (one.total - (len(one.old) if left is None else left))


def _check(one: Refresh, now: datetime) -> Iterator[Action]:
    percentage, *rest = one.checkpoints
    if not one.checked:
        yield Progress({"checked": now, "reason": f"Waiting at the checkpoint of {percentage} percent."})
    elif now >= one.checked + pace.span(one.preferences.get("CheckpointDelay", PATIENCE)):
        if not rest and percentage < 100:
            yield EndRefresh("Successful")
        else:
            yield Progress({"checkpoints": rest, "checked": None, "reason": "", "progress": now})


def _end(one: Refresh, now: datetime) -> Iterator[Action]:
    bake = one.preferences.get("BakeTime", 0)
    if one.rollback:
        yield EndRefresh("RollbackSuccessful", one.reason)
    elif bake and not one.baking:
        yield Progress({"status": "Baking", "baking": now})
    elif not one.baking or now >= one.baking + pace.span(bake):
        yield EndRefresh("Successful")


def _fail(one: Refresh, reason: str) -> Action:
    if one.rollback:
        return EndRefresh("RollbackFailed", reason)
    return RollBack(reason) if one.preferences.get("AutoRollback") else EndRefresh("Failed", reason)
