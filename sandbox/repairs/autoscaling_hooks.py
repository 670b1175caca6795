"""Lifecycle hooks: an instance waits until its action is completed, or its time is over.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html

moto keeps them and lets no instance wait.
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow

from sandbox.autoscaling import checks, hooks, keeper, pace
from sandbox.autoscaling.account import Account, Group, Hook
from sandbox.autoscaling.errors import fault, invalid
from sandbox.autoscaling.instance import Instance
from sandbox.autoscaling.notices import publish
from sandbox.autoscaling.serving import Asked, serve

TRANSITIONS = (hooks.LAUNCHING, hooks.TERMINATING)
RESULTS = ("CONTINUE", "ABANDON")
SHORTEST, LONGEST, MOST_HEARTBEATS, LONGEST_IN_ALL = 30, 7200, 100, 172800
MOST_HOOKS = 50


def put_on(account: Account, group: Group, asked: dict[str, Any]) -> None:
    name, known = asked["LifecycleHookName"], group.hooks.get(asked["LifecycleHookName"])
    transition = asked.get("LifecycleTransition") or (known.transition if known else "")
    if transition not in TRANSITIONS:
        raise invalid(f"Lifecycle transition must be one of {', '.join(TRANSITIONS)}")
    result = asked.get("DefaultResult") or (known.result if known else "ABANDON")
    if result not in RESULTS:
        raise invalid(f"DefaultResult must be one of {', '.join(RESULTS)}")
    heartbeat = asked.get("HeartbeatTimeout") or (known.heartbeat if known else 3600)
    if not SHORTEST <= heartbeat <= LONGEST:
        raise invalid(f"HeartbeatTimeout must be between {SHORTEST} and {LONGEST} seconds")
    target, role = asked.get("NotificationTargetARN", ""), asked.get("RoleARN", "")
    if target and target.split(":")[2:3] not in (["sns"], ["sqs"]):
        raise invalid("Unable to publish test message to notification target: it must be an SNS topic or an SQS queue.")
    if target and not role:
        raise invalid("RoleARN must be specified with NotificationTargetARN")
    if not known and len(group.hooks) >= MOST_HOOKS:
        raise fault("LimitExceeded", f"An Auto Scaling group can have {MOST_HOOKS} lifecycle hooks.")
    group.hooks[name] = Hook(name, transition, heartbeat, result, target, role, asked.get("NotificationMetadata", ""))
    if target:
        event = {"Event": "autoscaling:TEST_NOTIFICATION", "AutoScalingGroupName": group.name, "AccountId": account.number}
        publish(target, event, "Auto Scaling: test notification for a lifecycle hook")


def put(account: Account, asked: Asked) -> dict[str, Any]:
    put_on(account, checks.usable(account, asked["AutoScalingGroupName"]), asked)
    return {}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.group(account, asked["AutoScalingGroupName"])
    names = asked.get("LifecycleHookNames") or []
    return {"LifecycleHooks": [_described(group, one) for one in group.hooks.values() if not names or one.name in names]}


def _described(group: Group, one: Hook) -> dict[str, Any]:
    told = {"NotificationTargetARN": one.target, "RoleARN": one.role, "NotificationMetadata": one.metadata}
    return {
        "LifecycleHookName": one.name,
        "AutoScalingGroupName": group.name,
        "LifecycleTransition": one.transition,
        "HeartbeatTimeout": one.heartbeat,
        "GlobalTimeout": min(one.heartbeat * MOST_HEARTBEATS, LONGEST_IN_ALL),
        "DefaultResult": one.result,
        **{name: value for name, value in told.items() if value},
    }


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    """What waits for it goes on: the action is over as if it had been abandoned for a launch, continued for a termination."""
    group = checks.group(account, asked["AutoScalingGroupName"])
    hook = group.hooks.pop(asked["LifecycleHookName"], None)
    if not hook:
        raise invalid(f"Unable to find Lifecycle hook {asked['LifecycleHookName']}")
    for one in group.instances:
        if hook.name in one.hooks:
            hooks.complete(group, one, hook.name, "ABANDON" if hook.transition == hooks.LAUNCHING else "CONTINUE")
    keeper.settle(account)
    return {}


def _waiting(account: Account, asked: Asked) -> tuple[Group, Instance]:
    group = checks.group(account, asked["AutoScalingGroupName"])
    uid, token = asked.get("InstanceId"), asked.get("LifecycleActionToken")
    if not uid and not token:
        raise invalid("Either LifecycleActionToken or InstanceId must be specified")
    one = next((found for found in group.instances if token == found.token or uid == found.uid and not token), None)
    if not one or asked["LifecycleHookName"] not in one.hooks or not one.state.endswith(":Wait"):
        raise invalid(f"No active Lifecycle Action found with {f'token {token}' if token else f'instance ID {uid}'}")
    return group, one


def complete(account: Account, asked: Asked) -> dict[str, Any]:
    group, one = _waiting(account, asked)
    if asked["LifecycleActionResult"] not in RESULTS:
        raise invalid(f"LifecycleActionResult must be one of {', '.join(RESULTS)}")
    hooks.complete(group, one, asked["LifecycleHookName"], asked["LifecycleActionResult"])
    return {}


def heartbeat(account: Account, asked: Asked) -> dict[str, Any]:
    group, one = _waiting(account, asked)
    hook = group.hooks[asked["LifecycleHookName"]]
    longest = one.since + pace.span(min(hook.heartbeat * MOST_HEARTBEATS, LONGEST_IN_ALL))
    one.hooks[hook.name] = min(utcnow() + pace.span(hook.heartbeat), longest)
    return {}


def apply() -> None:
    serve(put_lifecycle_hook=put, describe_lifecycle_hooks=describe, delete_lifecycle_hook=delete)
    serve(complete_lifecycle_action=complete, record_lifecycle_action_heartbeat=heartbeat)
    serve(describe_lifecycle_hook_types=lambda *_: {"LifecycleHookTypes": list(TRANSITIONS)})
