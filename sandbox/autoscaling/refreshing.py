"""The instance refresh of a group is brought forward, ended, or turned round."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow

from sandbox.autoscaling import templates
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.actions import EndRefresh
from sandbox.autoscaling.instance import Instance, Spec
from sandbox.autoscaling.refresh_state import Refresh


def configuration(group: Group) -> tuple[Spec, Spec | None]:
    """What instances are launched from: the desired configuration, while a refresh brings it."""
    one = group.refreshing
    return (_brought(one) if one else None) or (group.template, group.mixed)


def _brought(one: Refresh) -> tuple[Spec, Spec | None] | None:
    if not one.desired or one.rollback:
        return None
    mixed = one.desired.get("MixedInstancesPolicy")
    return (mixed["LaunchTemplate"]["LaunchTemplateSpecification"] if mixed else one.desired["LaunchTemplate"]), mixed


def matches(account: Account, one: Instance, template: Spec, mixed: Spec | None) -> bool:
    overrides = mixed["LaunchTemplate"].get("Overrides") or () if mixed else ()
    types = [override["InstanceType"] for override in overrides if override.get("InstanceType")]
    same = ("LaunchTemplateId", "Version")
    wanted = templates.numbered(account, template)
    return all(one.template[key] == wanted[key] for key in same) and (not types or one.type in types)


def progress(group: Group, changes: dict[str, Any]) -> None:
    one = group.refreshing
    for name, value in changes.items() if one else ():
        setattr(one, name, value)


def end(account: Account, group: Group, ended: EndRefresh) -> list[Instance]:
    """The instances of the warm pool that are not of what the group is made of now."""
    one = group.refreshing
    if not one:
        return []
    if ended.status == "Successful" and one.desired:
        group.template, group.mixed = configuration(group)
    one.finish(ended.status, ended.reason)
    pooled = [found for found in group.instances if found.is_warm and not found.is_leaving]
    return [found for found in pooled if not matches(account, found, group.template, group.mixed)]


def roll_back(account: Account, group: Group, reason: str) -> None:
    """What it has launched is replaced by what the group is made of."""
    one = group.refreshing
    if not one:
        return
    one.rollback = {
        "RollbackReason": reason,
        "RollbackStartTime": utcnow(),
        "PercentageCompleteOnRollback": one.percentage,
        "InstancesToUpdateOnRollback": one.left,
    }
    one.status, one.reason, one.progress, one.checkpoints, one.baking = "RollbackInProgress", reason, utcnow(), [], None
    live = [found for found in group.live if not found.is_leaving]
    one.old = [found.uid for found in live if not matches(account, found, group.template, group.mixed)]
    one.total = len(one.old)


def begin(account: Account, group: Group, preferences: dict[str, Any], desired: dict[str, Any] | None) -> Refresh:
    warmup = preferences.get("InstanceWarmup")
    if warmup in (None, -1):
        warmup = group.warmup if group.warmup is not None else group.grace
    one = Refresh(preferences, desired, [], 0, int(warmup))
    template, mixed = _brought(one) or (group.template, group.mixed)
    live = [found for found in group.live if not found.is_leaving and not _ignored(found, preferences)]
    if preferences.get("SkipMatching"):
        live = [found for found in live if not matches(account, found, template, mixed)]
    one.old, one.total, one.left = [found.uid for found in live], len(live), len(live)
    one.checkpoints = list(preferences.get("CheckpointPercentages") or ())
    group.refreshes.insert(0, one)
    return one


def _ignored(one: Instance, preferences: dict[str, Any]) -> bool:
    protected = one.protected and preferences["ScaleInProtectedInstances"] == "Ignore"
    return protected or one.state == "Standby" and preferences["StandbyInstances"] == "Ignore"
