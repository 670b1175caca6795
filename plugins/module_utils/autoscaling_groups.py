# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Auto Scaling groups in their normal form. Pure functions.

How many instances are wanted now is no part of it: policies and schedules change that all day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import tag_rules
from .plan import State

PLAIN = {
    "min_size": "MinSize",
    "max_size": "MaxSize",
    "health_check": "HealthCheckType",
    "grace_seconds": "HealthCheckGracePeriod",
    "default_warmup_seconds": "DefaultInstanceWarmup",
    "cooldown_seconds": "DefaultCooldown",
    "termination_policies": "TerminationPolicies",
    "protect_from_scale_in": "NewInstancesProtectedFromScaleIn",
    "capacity_rebalance": "CapacityRebalance",
    "max_lifetime_seconds": "MaxInstanceLifetime",
}
# What AWS takes for none, where it has none.
NONE = {"default_warmup_seconds": -1, "max_lifetime_seconds": 0}
MAINTENANCE = {"min_healthy_percent": "MinHealthyPercentage", "max_healthy_percent": "MaxHealthyPercentage"}
DISTRIBUTION = {
    "on_demand_base": "OnDemandBaseCapacity",
    "on_demand_percent": "OnDemandPercentageAboveBaseCapacity",
    "spot_strategy": "SpotAllocationStrategy",
}
# What AWS adds to a distribution by itself.
DEFAULTS = {"OnDemandAllocationStrategy": "prioritized", "SpotInstancePools": 2}
HOOK = {"timeout_seconds": "HeartbeatTimeout", "default_result": "DefaultResult", "metadata": "NotificationMetadata"}
TRANSITIONS = {"launch": "autoscaling:EC2_INSTANCE_LAUNCHING", "terminate": "autoscaling:EC2_INSTANCE_TERMINATING"}
NOTIFICATION = "autoscaling:"
POOL_STATES = {"stopped": "Stopped", "running": "Running", "hibernated": "Hibernated"}
# https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnableMetricsCollection.html
METRICS = (
    *("GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances"),
    *("GroupStandbyInstances", "GroupTerminatingInstances", "GroupTotalInstances", "GroupInServiceCapacity", "GroupPendingCapacity"),
    *("GroupStandbyCapacity", "GroupTerminatingCapacity", "GroupTotalCapacity", "WarmPoolDesiredCapacity", "WarmPoolWarmedCapacity"),
    *("WarmPoolPendingCapacity", "WarmPoolTerminatingCapacity", "WarmPoolTotalCapacity", "GroupAndWarmPoolDesiredCapacity"),
    "GroupAndWarmPoolTotalCapacity",
)
ALL = "all"


def given(pairs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in pairs.items() if value is not None}


def want(one: Mapping[str, Any], ownership: Mapping[str, str]) -> State:
    """The group as it is to be, without its subnets and the number of the template's version."""
    state = given({key: one[key] for key in (*PLAIN, "launch_template")})
    if one["maintenance"] is not None:
        state["maintenance"] = given(one["maintenance"]) or None
    if one["warm_pool"] is not None:
        pool = given(one["warm_pool"])
        state["warm_pool"] = {"min_size": 0, "state": "stopped", "reuse": False, "max_prepared": None, **pool} if pool else None
    if one["mixed"] is not None:
        mixed = {**one["mixed"], "overrides": list(map(given, one["mixed"]["overrides"] or []))}
        state["mixed"] = mixed if mixed["overrides"] else None
    for key in ("target_groups", "suspended_processes"):
        if one[key] is not None:
            state[key] = sorted(one[key])
    if one["metrics"] is not None:
        state["metrics"] = metrics(one["metrics"])
    if one["hooks"] is not None:
        state["hooks"] = {hook["name"]: given({key: hook[key] for key in hook if key != "name"}) for hook in one["hooks"]}
    if one["notifications"] is not None:
        state["notifications"] = {item["topic"]: sorted(item["types"]) for item in one["notifications"]}
    if one["propagated_tags"] is not None:
        state["propagated_tags"] = tag_rules.as_text(one["propagated_tags"])
    return {**state, "tags": {**tag_rules.as_text(one["tags"]), **ownership}}


def metrics(names: list[str]) -> list[str]:
    return [ALL] if ALL in names or set(METRICS) <= set(names) else sorted(names)


def version(number: Any) -> Any:
    """A version is a number, or a word that stands for one."""
    return int(number) if str(number).isdigit() else number


def state_of(group: Mapping[str, Any]) -> dict[str, Any]:
    """A group of DescribeAutoScalingGroups' answer; subnets and target groups as AWS names them."""
    policy = group.get("MixedInstancesPolicy") or {}
    template = (policy.get("LaunchTemplate") or {}).get("LaunchTemplateSpecification") or group.get("LaunchTemplate") or {}
    tags: dict[bool, dict[str, str]] = {True: {}, False: {}}
    for tag in group.get("Tags") or []:
        tags[tag["PropagateAtLaunch"]][tag["Key"]] = tag["Value"]
    return {
        **{key: none_of(key, group.get(field)) for key, field in PLAIN.items()},
        "launch_template": template.get("LaunchTemplateName"),
        "version": version(template.get("Version")),
        "subnets": [one for one in (group.get("VPCZoneIdentifier") or "").split(",") if one],
        "target_groups": sorted(group.get("TargetGroupARNs") or []),
        "maintenance": maintenance_of(group.get("InstanceMaintenancePolicy") or {}),
        "mixed": mixed_of(policy) if policy else None,
        "metrics": metrics([one["Metric"] for one in group.get("EnabledMetrics") or []]),
        "suspended_processes": sorted(one["ProcessName"] for one in group.get("SuspendedProcesses") or []),
        "warm_pool": pool_of(group.get("WarmPoolConfiguration") or {}),
        "propagated_tags": tags[True],
        "tags": tags[False],
    }


def none_of(key: str, value: Any) -> Any:
    return None if key in NONE and value in (None, NONE[key]) else value


def maintenance_of(policy: Mapping[str, Any]) -> dict[str, int] | None:
    found = {key: policy[field] for key, field in MAINTENANCE.items() if policy.get(field, -1) >= 0}
    return found or None


def mixed_of(policy: Mapping[str, Any]) -> dict[str, Any]:
    rest = dict(policy.get("InstancesDistribution") or {})
    found = {key: rest.pop(field, None) for key, field in DISTRIBUTION.items()}
    rest = {field: value for field, value in rest.items() if value and value != DEFAULTS.get(field)}
    return {
        **found,
        "overrides": list(map(override_of, (policy.get("LaunchTemplate") or {}).get("Overrides") or [])),
        **({"other": rest} if rest else {}),
    }


def override_of(one: Mapping[str, Any]) -> dict[str, Any]:
    weight = one.get("WeightedCapacity")
    rest = {key: value for key, value in one.items() if key not in ("InstanceType", "WeightedCapacity")}
    return given({"instance_type": one.get("InstanceType"), "weight": weight and int(weight), "other": rest or None})


def pool_of(pool: Mapping[str, Any]) -> dict[str, Any] | None:
    if not pool or pool.get("Status") == "PendingDelete":
        return None
    most = pool.get("MaxGroupPreparedCapacity")
    return {
        "min_size": pool.get("MinSize", 0),
        "max_prepared": None if most == -1 else most,
        "state": pool.get("PoolState", "Stopped").lower(),
        "reuse": (pool.get("InstanceReusePolicy") or {}).get("ReuseOnScaleIn", False),
    }


def hook_of(hook: Mapping[str, Any], topics: str) -> tuple[str, dict[str, Any]]:
    """A hook of DescribeLifecycleHooks' answer by its name; `topics` is what the ARNs of this place's topics begin with."""
    found = {key: hook.get(field) for key, field in HOOK.items()}
    transition = next(key for key, value in TRANSITIONS.items() if value == hook["LifecycleTransition"])
    target, role = hook.get("NotificationTargetARN"), hook.get("RoleARN")
    about = {"topic": target and target.removeprefix(topics), "role": role and role.rpartition("/")[2]}
    return hook["LifecycleHookName"], given({"transition": transition, **found, **about})
