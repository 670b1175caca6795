"""What a group is to do next, from its state, what is seen of its instances, and the time. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sandbox.autoscaling import lifecycle, maintenance, refresh, termination, warm
from sandbox.autoscaling.account import Group
from sandbox.autoscaling.actions import Action, Launch, Move, Terminate, World
from sandbox.autoscaling.zones import emptiest, spare


def next_actions(group: Group, world: World, now: datetime) -> list[Action]:
    """One kind at a time: what moves now is counted the next time."""
    moves = [action for one in group.instances for action in lifecycle.next_actions(group, one, world.of(one.uid), now)]
    held = maintenance.held(group, moves, world)
    moves = [action for action in moves if action not in held]
    return moves or [*refresh.next_actions(group, world, now)] or [*capacity(group, now, len(held))] or [*warm.next_actions(group, now)]


def capacity(group: Group, now: datetime, waiting: int = 0) -> Iterator[Action]:
    """One instance at a time: the next one is chosen with this one counted."""
    there, target = group.capacity, group.desired + (refresh.surge(group) or maintenance.spare(group, waiting) or spare(group))
    if there < target and group.does("Launch") and not (group.retry and now < group.retry):
        pooled = warm.ready(group)
        yield Move(pooled.uid, "Pending") if pooled else Launch(emptiest(group))
    elif there > target and group.does("Terminate"):
        live = [one for one in group.instances if one.counts]
        strays = [one for one in live if one.zone not in group.zones]
        goes = termination.first(strays or live, group.termination, group.template.get("LaunchTemplateId", ""), now)
        if goes and there - goes.weight >= target:
            why = f"{lifecycle.OUT} a difference between desired and actual capacity, shrinking the capacity from {there} to "
            yield Terminate(goes.uid, f"{why}{there - goes.weight}.", keep_warm=warm.takes_back(group))
