# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with the Auto Scaling groups that are given, before any request, and by what the account has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import tag_rules
from .autoscaling_groups import ALL, METRICS
from .lists import declared_twice, repeated
from .plan import Change

if TYPE_CHECKING:
    from .autoscaling_group_parts import Around

NAME = re.compile(r"[!-9;-~]{1,255}")
HOOK_NAME = re.compile(r"[A-Za-z0-9/_-]{1,255}")
RANGES = {
    **dict.fromkeys(("min_size", "max_size", "desired"), (0, 100000)),
    **dict.fromkeys(("grace_seconds", "default_warmup_seconds", "cooldown_seconds"), (0, 86400)),
}
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
PROCESSES = (
    *("Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck", "InstanceRefresh"),
    *("ReplaceUnhealthy", "ScheduledActions"),
)
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
TERMINATIONS = (
    *("Default", "AllocationStrategy", "OldestLaunchTemplate", "OldestLaunchConfiguration", "ClosestToNextInstanceHour"),
    *("NewestInstance", "OldestInstance"),
)
DAY, YEAR = 86400, 31536000
NEW_NEEDS = ("launch_template", "min_size", "max_size", "subnets")
NO_TEMPLATE = tuple(f"InvalidLaunchTemplate{what}" for what in ("Name.NotFoundException", "Id.NotFound", "Id.VersionNotFound"))


def problems(groups: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("Auto Scaling group", (one["name"] for one in groups))
    for one in groups:
        yield from (f"{one['name']}: {problem}" for problem in group_problems(one))


def group_problems(one: Mapping[str, Any]) -> Iterator[str]:
    if not NAME.fullmatch(one["name"]):
        yield "name must have 1 to 255 characters of ASCII, without space and colon"
    for key, (least, most) in RANGES.items():
        if one[key] is not None and not least <= one[key] <= most:
            yield f"{key} is {one[key]}, allowed are {least} to {most}"
    yield from size_problems(one["min_size"], one["max_size"], one["desired"])
    lifetime = one["max_lifetime_seconds"]
    if lifetime and not DAY <= lifetime <= YEAR:
        yield f"max_lifetime_seconds is {lifetime}, allowed are {DAY} to {YEAR}, and 0 for none"
    for key, allowed in (("metrics", (*METRICS, ALL)), ("suspended_processes", PROCESSES), ("termination_policies", TERMINATIONS)):
        unknown = [name for name in one[key] or [] if name not in allowed and not name.startswith("arn:")]
        yield from (f"{key} has {name}, allowed are {', '.join(allowed)}" for name in unknown)
    for key in ("subnets", "target_groups", "metrics", "suspended_processes", "termination_policies"):
        yield from (f"{key} has {name} twice" for name in repeated(one[key] or []))
    if one["subnets"] is not None and not one["subnets"]:
        yield "subnets must be at least one"
    if one["zones"] is not None and one["zones"] < 1:
        yield f"zones is {one['zones']}, it must be at least 1"
    yield from maintenance_problems(one["maintenance"] or {})
    yield from mixed_problems(one["mixed"] or {})
    yield from pool_problems(one["warm_pool"] or {})
    yield from hook_problems(one["hooks"] or [])
    yield from (f"notifications has {topic} twice" for topic in repeated(item["topic"] for item in one["notifications"] or []))
    tags, propagated = tag_rules.as_text(one["tags"]), tag_rules.as_text(one["propagated_tags"])
    yield from (f"the tag {key} is in tags and in propagated_tags" for key in sorted(tags.keys() & propagated.keys()))
    yield from tag_rules.problems({**tags, **propagated})


def size_problems(least: int | None, most: int | None, desired: int | None) -> Iterator[str]:
    if least is not None and most is not None and least > most:
        yield f"min_size is {least}, more than max_size, which is {most}"
    elif desired is not None and (desired < (least or 0) or (most is not None and desired > most)):
        yield f"desired is {desired}, it must be between min_size and max_size"


def maintenance_problems(policy: Mapping[str, Any]) -> Iterator[str]:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-maintenance-policy-overview-and-considerations.html"""
    least, most = policy.get("min_healthy_percent"), policy.get("max_healthy_percent")
    if (least is None) != (most is None):
        yield "maintenance has min_healthy_percent and max_healthy_percent, or neither"
    elif least is not None and most is not None and not (0 <= least <= 100 <= most <= 200 and most - least <= 100):
        yield f"maintenance is {least} to {most} percent; allowed are 0 to 100, 100 to 200, and at most 100 between them"


def mixed_problems(mixed: Mapping[str, Any]) -> Iterator[str]:
    overrides = mixed.get("overrides") or []
    yield from (f"mixed has {name} twice" for name in repeated(one["instance_type"] for one in overrides))
    if len({one["weight"] is None for one in overrides}) > 1:
        yield "mixed has weights for all of its overrides, or for none"
    for one in overrides:
        if one["weight"] is not None and not 1 <= one["weight"] <= 999:
            yield f"weight of {one['instance_type']} is {one['weight']}, allowed are 1 to 999"
    for key, most in (("on_demand_base", 100000), ("on_demand_percent", 100)):
        if mixed.get(key) is not None and not 0 <= mixed[key] <= most:
            yield f"mixed.{key} is {mixed[key]}, allowed are 0 to {most}"


def pool_problems(pool: Mapping[str, Any]) -> Iterator[str]:
    for key in ("min_size", "max_prepared"):
        if pool.get(key) is not None and pool[key] < 0:
            yield f"warm_pool.{key} is {pool[key]}, it must be at least 0"


def hook_problems(hooks: list[Mapping[str, Any]]) -> Iterator[str]:
    """https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html"""
    yield from (f"hooks has {name} twice" for name in repeated(hook["name"] for hook in hooks))
    for hook in hooks:
        if not HOOK_NAME.fullmatch(hook["name"]):
            yield f"hook {hook['name']!r} must have 1 to 255 letters, digits and /_-"
        if not 30 <= hook["timeout_seconds"] <= 7200:
            yield f"hook {hook['name']}: timeout_seconds is {hook['timeout_seconds']}, allowed are 30 to 7200"
        if (hook["topic"] is None) != (hook["role"] is None):
            yield f"hook {hook['name']}: topic and role are given together"


def forbidden(around: Around, changes: list[Change], desired: Mapping[str, int | None], planning: bool) -> list[str]:
    """What only the account can tell is wrong. While it is only planned, what a group stands on may yet be made."""
    return [
        f"{change.name}: {problem}" for change in changes for problem in change_problems(around, change, desired.get(change.name), planning)
    ]


def change_problems(around: Around, change: Change, desired: int | None, planning: bool) -> Iterator[str]:
    after = change.after or {}
    if change.before is None and (lacking := [key for key in NEW_NEEDS if after.get(key) is None]):
        yield f"there is no Auto Scaling group of this name; a new one needs {', '.join(lacking)}"
        return
    if change.before is None or change.differs("min_size", "max_size"):
        yield from size_problems(after["min_size"], after["max_size"], None if change.before else desired)
    if change.differs("subnets") and len(vpcs := around.places.vpcs_of(after["subnets"])) > 1:
        yield f"subnets must be of one VPC, these are of {', '.join(vpcs)}"
    if after.get("launch_template") and change.differs("launch_template", "version") and not planning:
        params = {"LaunchTemplateName": after["launch_template"], "Versions": [str(after["version"])]}
        answer = around.aws.call("ec2", "describe_launch_template_versions", NO_TEMPLATE, **params)
        if not (answer and answer["LaunchTemplateVersions"]):
            yield f"there is no version {after['version']} of launch template {after['launch_template']}: make it first"
    if change.differs("target_groups"):
        yield from target_problems(around, after, planning)
    new = after.get("notifications", {}).keys() - (change.before or {}).get("notifications", {}).keys()
    for topic in sorted(new if not planning else ()):
        if around.aws.call("sns", "get_topic_attributes", ("NotFound", "NotFoundException"), TopicArn=around.topic(topic)) is None:
            yield f"there is no topic {topic}: make it first"


def target_problems(around: Around, after: Mapping[str, Any], planning: bool) -> Iterator[str]:
    places = around.places.vpcs_of(after["subnets"])
    for name in after["target_groups"]:
        found = around.elb.target_groups.get(name)
        if found is None:
            if not planning:
                yield f"there is no target group {name}: make it first (role alb)"
        elif found.get("TargetType", "instance") != "instance":
            yield f"target group {name} is of target_type {found['TargetType']}, instances need one of instance"
        elif found.get("VpcId") not in places:
            yield f"target group {name} is of VPC {found.get('VpcId')}, the subnets are of {', '.join(places)}"
