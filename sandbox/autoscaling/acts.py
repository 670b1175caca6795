"""What was decided is done: to EC2, to target groups, and to the account's own record of it."""

from __future__ import annotations

import logging
from datetime import datetime

from moto.core.exceptions import ServiceException

from sandbox.autoscaling import compute, hooks, launching, notices, refreshing, targets
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.actions import Action, Ask, EndRefresh, HookOver, Launch, Move, Progress, Remove, RollBack, Terminate
from sandbox.autoscaling.causes import cause, said
from sandbox.autoscaling.instance import Activity, Instance
from sandbox.autoscaling.lifecycle import OUT

log = logging.getLogger(__name__)


def perform(account: Account, group: Group, action: Action, now: datetime) -> None:
    if isinstance(action, Launch):
        launching.launch(account, group, action, now)
        return
    if isinstance(action, Progress):
        refreshing.progress(group, action.changes)
        return
    if isinstance(action, EndRefresh):
        for found in refreshing.end(account, group, action):
            terminate(account, group, found, f"{OUT} an instance refresh.", now)
        return
    if isinstance(action, RollBack):
        refreshing.roll_back(account, group, action.reason)
        return
    one = group.find(action.instance)
    if not one:
        return
    match action:
        case Move():
            move(account, group, one, action.state, now)
        case Terminate():
            terminate(account, group, one, action.why, now, action.keep_warm)
        case HookOver():
            hooks.complete(group, one, action.hook, group.hooks[action.hook].result if action.hook in group.hooks else "CONTINUE")
        case Ask():
            _ask(account, one, action.verb)
        case Remove():
            _remove(account, group, one)


def move(account: Account, group: Group, one: Instance, state: str, now: datetime) -> None:
    before = one.state
    one.move(state, now)
    if state.endswith(":Wait"):
        one.activity.status, one.activity.progress = "MidLifecycleAction", 60
        hooks.tell(account, group, one, now)
    elif state == "Pending":  # out of the warm pool
        hooks.arm(group, one, hooks.LAUNCHING)
        text = (
            f"an instance was moved out of the warm pool, increasing the capacity from {group.capacity - one.weight} to {group.capacity}."
        )
        one.activity = group.tell(Activity(group.name, f"Launching a new EC2 instance from warm pool: {one.uid}", cause(group, now, text)))
    elif state == "InService":
        one.in_service, one.health = now, "Healthy"
        if group.does("AddToLoadBalancer"):
            targets.register(account, group, one)
        one.activity.finish()
        if before != "InService":
            notices.activity(account, group, one.activity, "autoscaling:EC2_INSTANCE_LAUNCH", one.uid)
    elif state.startswith("Warmed:") and "Pending" not in state and "Terminating" not in state:
        one.activity.finish()


def terminate(account: Account, group: Group, one: Instance, why: str, now: datetime, keep_warm: bool = False) -> Activity:
    if one.is_leaving:
        return one.activity
    one.activity.finish("Cancelled" if one.state.startswith(("Pending", "Warmed:Pending")) else "Successful")
    text = cause(group, now, why) + f" {said(now)} instance {one.uid} was selected for termination."
    one.health = "Healthy" if "capacity" in why or "refresh" in why else "Unhealthy"
    targets.deregister(account, group, one)
    if keep_warm:
        one.activity = group.tell(Activity(group.name, f"Moving EC2 instance to the warm pool: {one.uid}", text))
        one.in_service = None
        one.health = "Healthy"
        one.move("Warmed:Pending", now)
        one.hooks = {}
        return one.activity
    details = {"Subnet ID": one.subnet, "Availability Zone": one.zone}
    one.activity = group.tell(Activity(group.name, f"Terminating EC2 instance: {one.uid}", text, details, "InProgress", progress=0))
    if targets.drains(account, group, one):
        one.activity.status, one.activity.progress = "WaitingForELBConnectionDraining", 50
        one.activity.description += " - Waiting For ELB Connection Draining."
    if not one.abandoned:
        hooks.arm(group, one, hooks.TERMINATING)
    one.move("Warmed:Terminating" if one.is_warm else "Terminating", now)
    return one.activity


def _ask(account: Account, one: Instance, verb: str) -> None:
    try:
        compute.ask(account, one.uid, verb)
    except ServiceException as error:
        log.warning("%s was not asked to %s: %s", one.uid, verb, error)


def _remove(account: Account, group: Group, one: Instance) -> None:
    group.instances.remove(one)
    one.activity.description = one.activity.description.removesuffix(" - Waiting For ELB Connection Draining.")
    one.activity.finish()
    if one.activity.description.startswith("Terminating"):
        notices.activity(account, group, one.activity, "autoscaling:EC2_INSTANCE_TERMINATE", one.uid)
