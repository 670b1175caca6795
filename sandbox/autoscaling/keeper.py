"""The thread in the emulator that keeps groups: it looks, decides and acts, sleeps while there is no group, and is woken by requests.

What is seen of load balancers is asked for without the lock, for a target may take seconds not to answer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from moto.autoscaling.models import autoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow

from sandbox.autoscaling import account as accounts
from sandbox.autoscaling import acts, compute, measures, plan, policies, schedules, targets
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.actions import Ask, Seen, World
from sandbox.autoscaling.instance import Instance
from sandbox.plane.health import Health
from sandbox.repairs import elbv2_targets
from sandbox.watch.backend import alarms

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
# More than any group has to do at once.
MOST_ROUNDS = 1000

# Requests and the thread change an account one after the other; who also wants CloudWatch's lock takes this one first.
lock = threading.RLock()
# Who is told that instances or targets changed without a request for them: the data plane, and what makes instances real.
followers: list[Callable[[], None]] = []
_wake = threading.Event()
_started = threading.Lock()
_observed: dict[str, Health] = {}


def start() -> None:
    if _started.acquire(blocking=False):
        threading.Thread(target=_run, name="autoscaling", daemon=True).start()


def wake() -> None:
    _wake.set()


def known() -> list[Account]:
    backends = [backend for regions in list(autoscaling_backends.values()) for backend in list(regions.values())]
    return [accounts.of(backend) for backend in backends]


def _run() -> None:
    while True:
        there = any(account.groups for account in known())
        _wake.wait(TICK_SECONDS if there else None)
        _wake.clear()
        try:
            _turn()
        except Exception:
            log.exception("groups were not brought up to date")


def _turn() -> None:
    global _observed
    for account in known():
        arns = {arn for group in list(account.groups.values()) if group.health_check == "ELB" for arn in group.targets}
        found = targets.observed(account, arns)
        with lock:
            if all(account is not one for one in known()):  # the account was emptied
                continue
            _observed = {uid: health for uid, health in _observed.items() if account.holding(uid) is None} | found
            settle(account)


def settle(account: Account) -> None:
    """All that is due now is done."""
    for group in list(account.groups.values()):
        try:
            _settle(account, group)
        except Exception:  # One group that cannot be kept must not stop the others.
            log.exception("the Auto Scaling group %s", group.name)


def _settle(account: Account, group: Group) -> None:
    now = utcnow()
    schedules.run(group, now)
    policies.run(account, group, now)
    asked: set[Ask] = set()
    for number in range(MOST_ROUNDS):
        actions = [
            action for action in plan.next_actions(group, see(account, group), now) if not isinstance(action, Ask) or action not in asked
        ]
        asked |= {action for action in actions if isinstance(action, Ask)}
        if number and not actions:
            for tell in followers:
                tell()
        for action in actions:
            acts.perform(account, group, action, now)
        if not actions:
            break
    group.why = ""
    _finish_deletion(account, group)
    measures.put(account, group, now)


def see(account: Account, group: Group) -> World:
    watched = alarms(cloudwatch_backends[account.number][account.region])
    in_alarm = frozenset(name for name, alarm in list(watched.items()) if alarm.state == "ALARM") if group.refreshing else frozenset()
    seen = {}
    for one in group.instances:
        unhealthy, passes = health_of(group, one)
        draining = one.state == "Terminating" and targets.drains(account, group, one)
        state = "terminated" if one.state == "InService" and compute.is_impaired(account, one.uid) else compute.state(account, one.uid)
        seen[one.uid] = Seen(state, unhealthy, draining, passes)
    return World(seen, in_alarm)


def health_of(group: Group, one: Instance) -> tuple[str, bool]:
    """Why a load balancer finds it unhealthy, and whether it passes; one that was not looked at yet does not."""
    if one.state != "InService" or group.health_check != "ELB" or not group.targets or not elbv2_targets.observers:
        return "", True
    health = _observed.get(one.uid)
    if not health:
        return "", False
    return health.description if health.state == "unhealthy" else "", health.state in targets.PASSING


def _finish_deletion(account: Account, group: Group) -> None:
    if group.warm_pool and group.warm_pool.deleting and not any(one.is_warm for one in group.instances):
        group.warm_pool = None
    if group.status and not group.instances:
        forget(account, group)


def forget(account: Account, group: Group) -> None:
    for policy in list(group.policies.values()):
        policies.remove(account, group, policy)
    account.past[:0] = group.activities
    del account.past[accounts.MOST_ACTIVITIES :]
    del account.groups[group.name]
