# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The parts of an Auto Scaling group that have requests of their own: tags, hooks, target groups, metrics, topics, warm pool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .autoscaling import BUSY
from .autoscaling_groups import ALL, HOOK, METRICS, NOTIFICATION, POOL_STATES, TRANSITIONS, given
from .elb import Elb, name_of
from .plan import Call, Calls, Change, State, Wait
from .vpc import Places


class Around:
    """What a group stands in and tells: the account's subnets, target groups, topics and roles, by name."""

    def __init__(self, places: Places, elb: Elb) -> None:
        self.places, self.elb, self.aws = places, elb, places.aws

    def topic(self, name: str) -> str:
        return name if name.startswith("arn:") else self.aws.arn("sns", name)

    def role(self, name: str) -> str:
        return f"arn:{self.aws.partition}:iam::{self.aws.account}:role/{name}"

    def target_groups(self, names: list[str]) -> list[str]:
        return [name if name.startswith("arn:") else self.elb.group_arn(name) for name in names]

    def known_as(self, arn: str) -> str:
        """The name of a target group; one that was made anew since is another, and what a group still holds of it has its ARN only."""
        name = name_of(arn)
        return name if self.elb.target_groups.get(name, {}).get("TargetGroupArn") == arn else arn


def hook(around: Around, name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    notified = {
        "NotificationTargetARN": around.topic(state["topic"]) if state.get("topic") else None,
        "RoleARN": around.role(state["role"]) if state.get("role") else None,
    }
    found = {field: state.get(key) for key, field in HOOK.items()}
    return {"LifecycleHookName": name, "LifecycleTransition": TRANSITIONS[state["transition"]], **given(found), **given(notified)}


def tags(name: str, state: State) -> Iterator[dict[str, Any]]:
    about = {"ResourceId": name, "ResourceType": "auto-scaling-group"}
    for propagated, key in ((False, "tags"), (True, "propagated_tags")):
        for tag, value in sorted(state.get(key, {}).items()):
            yield {**about, "Key": tag, "Value": value, "PropagateAtLaunch": propagated}


def tag_calls(change: Change) -> Calls:
    before, after = (list(tags(change.name, state or {})) for state in (change.before, change.after))
    kept = {tag["Key"] for tag in after}
    if gone := [{key: tag[key] for key in ("ResourceId", "ResourceType", "Key")} for tag in before if tag["Key"] not in kept]:
        yield Call("delete_tags", {"Tags": gone})
    if new := [tag for tag in after if tag not in before]:
        yield Call("create_or_update_tags", {"Tags": new})


def hook_calls(around: Around, change: Change, named: dict[str, Any]) -> Calls:
    before, after = ((state or {}).get("hooks", {}) for state in (change.before, change.after))
    for name in sorted(before.keys() - after.keys()):
        yield Call("delete_lifecycle_hook", {**named, "LifecycleHookName": name})
    for name in sorted(after):
        if before.get(name) != after[name]:
            yield Call("put_lifecycle_hook", {**named, **hook(around, name, after[name])})


def target_calls(around: Around, change: Change, named: dict[str, Any]) -> Calls:
    before, after = (set((state or {}).get("target_groups", ())) for state in (change.before, change.after))
    if new := sorted(after - before):
        yield Call("attach_load_balancer_target_groups", {**named, "TargetGroupARNs": around.target_groups(new)}, again=BUSY)
    if gone := sorted(before - after):
        yield Call("detach_load_balancer_target_groups", {**named, "TargetGroupARNs": around.target_groups(gone)}, again=BUSY)


def process_calls(change: Change, named: dict[str, Any]) -> Calls:
    before, after = (set((state or {}).get("suspended_processes", ())) for state in (change.before, change.after))
    if new := sorted(after - before):
        yield Call("suspend_processes", {**named, "ScalingProcesses": new}, again=BUSY)
    if gone := sorted(before - after):
        yield Call("resume_processes", {**named, "ScalingProcesses": gone}, again=BUSY)


def metric_calls(change: Change, named: dict[str, Any]) -> Calls:
    lists = ((state or {}).get("metrics", []) for state in (change.before, change.after))
    before, after = (set(METRICS if names == [ALL] else names) for names in lists)
    if gone := sorted(before - after):
        yield Call("disable_metrics_collection", {**named, "Metrics": gone})
    if new := sorted(after - before):
        yield Call("enable_metrics_collection", {**named, "Granularity": "1Minute", "Metrics": new})


def notification_calls(around: Around, change: Change, named: dict[str, Any]) -> Calls:
    before, after = ((state or {}).get("notifications", {}) for state in (change.before, change.after))
    for topic in sorted(before.keys() - after.keys()):
        yield Call("delete_notification_configuration", {**named, "TopicARN": around.topic(topic)})
    for topic, types in sorted(after.items()):
        if before.get(topic) != types:
            params = {"TopicARN": around.topic(topic), "NotificationTypes": [NOTIFICATION + one for one in types]}
            yield Call("put_notification_configuration", {**named, **params})


def pool_calls(change: Change, named: dict[str, Any]) -> Calls:
    before, after = ((state or {}).get("warm_pool") for state in (change.before, change.after))
    if before == after:
        return
    if after is None:
        yield Call("delete_warm_pool", {**named, "ForceDelete": True}, again=BUSY)
        found = {"AutoScalingGroupNames": [change.name]}
        yield Wait(
            "warm_pool_gone", found, until=f"the warm pool of {change.name} is gone", look="AutoScalingGroups[0].WarmPoolConfiguration"
        )
        return
    # Nothing of a warm pool that is not given again would be reset.
    most = -1 if after["max_prepared"] is None else after["max_prepared"]
    about = {
        "MinSize": after["min_size"],
        "PoolState": POOL_STATES[after["state"]],
        "InstanceReusePolicy": {"ReuseOnScaleIn": after["reuse"]},
    }
    yield Call("put_warm_pool", {**named, "MaxGroupPreparedCapacity": most, **about}, again=BUSY)
