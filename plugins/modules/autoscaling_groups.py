#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: autoscaling_groups
short_description: Keep a set of Auto Scaling groups as desired
version_added: 0.1.0
description:
  - Creates groups that are missing and sets what is given; what is not given stays as it is. Never deletes one.
  - A group stands on one version of its launch template, by its number, so that a later version changes nothing by itself.
  - M(prodready.aws.autoscaling_refreshes) replaces the instances that stand on another one.
  - How many instances are wanted is given to a new group only, for policies and schedules change it.
  - Waits until as many instances as are wanted are in service and healthy behind their load balancers.
  - Undo of a new group lets its instances leave as they do when it shrinks, then deletes it.
  - See U(https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-groups.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  versions:
    description:
      - The number of the version of each launch template, as M(prodready.aws.launch_templates) returns them; in check mode those to come.
      - The default version of one that is not named.
    type: dict
    default: {}
  wait:
    description: Whether to wait until all instances serve.
    type: bool
    default: true
  groups:
    description: The groups.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name, 1 to 255 characters of ASCII without space and colon.
        type: str
        required: true
      launch_template:
        description: The name of its launch template. Needed for a new one.
        type: str
      version: {description: The number of its version. That of O(versions) when not given., type: int}
      update_version:
        description:
          - Whether a group that is there gets that version at once, for instances that are launched from then on.
          - With V(false) it keeps its own until M(prodready.aws.autoscaling_refreshes) brings it the new one, as AWS rolls back only so.
        type: bool
        default: true
      min_size: {description: How many instances there are at least. Needed for a new one., type: int}
      max_size: {description: How many there are at most. Needed for a new one., type: int}
      desired: {description: "How many a new one begins with. O(groups[].min_size) when not given.", type: int}
      subnets:
        description: Exactly its subnets, as id, tag C(Name), or the zone of a default subnet. A new one needs them or O(groups[].vpc).
        type: list
        elements: str
      vpc: {description: "The VPC whose subnets it has, as id, tag C(Name) or V(default), in place of O(groups[].subnets).", type: str}
      zones: {description: "In how many zones of the VPC, the first ones. All when not given.", type: int}
      target_groups:
        description: Exactly the target groups that its instances are registered in, of target type C(instance).
        type: list
        elements: str
      health_check: {description: Whose word on the health of an instance counts., type: str, choices: [EC2, ELB]}
      grace_seconds: {description: For how long after its start the health of an instance does not count., type: int}
      default_warmup_seconds: {description: After what time an instance that serves counts in metrics., type: int}
      cooldown_seconds: {description: How long simple scaling waits after it has acted., type: int}
      termination_policies:
        description: Which instance goes first, such as V(OldestLaunchTemplate).
        type: list
        elements: str
      protect_from_scale_in: {description: Whether new instances are protected when the group shrinks., type: bool}
      capacity_rebalance: {description: Whether a Spot Instance at risk is replaced before it is taken away., type: bool}
      max_lifetime_seconds: {description: "After what time an instance is replaced, at least a day. 0 for never.", type: int}
      maintenance:
        description: How many instances serve, in percent of those that are wanted, while some are replaced. An empty one for AWS's own way.
        type: dict
        suboptions:
          min_healthy_percent: {description: "At least, 0 to 100.", type: int}
          max_healthy_percent: {description: "At most, 100 to 200.", type: int}
      mixed:
        description: Several instance types, and how many are Spot Instances. An empty one for the launch template's type only.
        type: dict
        suboptions:
          overrides:
            description: The instance types, the best first.
            type: list
            elements: dict
            suboptions:
              instance_type: {description: The type., type: str, required: true}
              weight: {description: "How many units of capacity one counts, 1 to 999.", type: int}
          on_demand_base: {description: How many are On-Demand Instances first., type: int, default: 0}
          on_demand_percent: {description: How many percent of the others are., type: int, default: 100}
          spot_strategy:
            description: Which Spot Instances are taken.
            type: str
            choices: [price-capacity-optimized, capacity-optimized, capacity-optimized-prioritized, lowest-price]
            default: price-capacity-optimized
      metrics:
        description: Exactly the metrics of the group that are collected, or V(all).
        type: list
        elements: str
      suspended_processes:
        description: Exactly what Auto Scaling does not do, such as V(AZRebalance).
        type: list
        elements: str
      warm_pool:
        description: Instances that have been started before they are needed. An empty one for none.
        type: dict
        suboptions:
          min_size: {description: How many there are at least. V(0) when not given., type: int}
          max_prepared:
            description: How many there are at most, with those in service. O(groups[].max_size) when not given.
            type: int
          state:
            description: What they do until then. V(stopped) when not given.
            type: str
            choices: [stopped, running, hibernated]
          reuse: {description: Whether instances come back to it when the group shrinks. V(false) when not given., type: bool}
      hooks:
        description: Exactly the lifecycle hooks, at which instances wait for a word of somebody.
        type: list
        elements: dict
        suboptions:
          name: {description: The name., type: str, required: true}
          transition: {description: When., type: str, choices: [launch, terminate], required: true}
          timeout_seconds: {description: "How long, 30 to 7200.", type: int, default: 3600}
          default_result: {description: What then., type: str, choices: [CONTINUE, ABANDON], default: ABANDON}
          metadata: {description: What is told with it., type: str}
          topic: {description: "The topic that it is told to, by name or as ARN.", type: str}
          role: {description: The name of the IAM role by which it is told., type: str}
      notifications:
        description: Exactly what is told to which topics.
        type: list
        elements: dict
        suboptions:
          topic: {description: "The topic, by name or as ARN.", type: str, required: true}
          types:
            description: What is told.
            type: list
            elements: str
            choices: [EC2_INSTANCE_LAUNCH, EC2_INSTANCE_LAUNCH_ERROR, EC2_INSTANCE_TERMINATE, EC2_INSTANCE_TERMINATE_ERROR]
            required: true
      propagated_tags:
        description: Exactly the tags that new instances get, too. Those of the launch template are better, for disks get them as well.
        type: dict
      tags:
        description: Tags of the group alone to have; others are kept.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: Two to four of the shop's instances, over two zones
  prodready.aws.autoscaling_groups:
    versions: {shop: 3}
    groups:
      - name: shop
        launch_template: shop
        min_size: 2
        max_size: 4
        vpc: default
        zones: 2
        target_groups: [shop-scaled]
        health_check: ELB
        grace_seconds: 60
        default_warmup_seconds: 30
        maintenance: {min_healthy_percent: 100, max_healthy_percent: 150}
        metrics: [all]
        hooks: [{name: drain, transition: terminate, timeout_seconds: 60, default_result: CONTINUE}]
        notifications: [{topic: shop-alarms, types: [EC2_INSTANCE_LAUNCH_ERROR]}]
"""

RETURN = r"""
capacity:
  description: How many instances are C(desired) by each group and how many are C(in_service); in check mode of those that are there.
  type: dict
  returned: success
  sample: {shop: {desired: 2, in_service: 2}}
plan:
  description: What is changed, or would be in check mode.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils import autoscaling, elb, vpc
from ..module_utils.autoscaling import SERVICE, capacity, serving
from ..module_utils.autoscaling_group_calls import calls
from ..module_utils.autoscaling_group_parts import Around
from ..module_utils.autoscaling_group_rules import forbidden, problems
from ..module_utils.autoscaling_groups import NOTIFICATION, hook_of, state_of, want
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.plan import Calls, Change, State, plan
from ..module_utils.undo import Undo

STRATEGIES = ["price-capacity-optimized", "capacity-optimized", "capacity-optimized-prioritized", "lowest-price"]
TYPES = ["EC2_INSTANCE_LAUNCH", "EC2_INSTANCE_LAUNCH_ERROR", "EC2_INSTANCE_TERMINATE", "EC2_INSTANCE_TERMINATE_ERROR"]
TEXTS: dict[str, Any] = {"type": "list", "elements": "str"}
OVERRIDE_SPEC = {"instance_type": {"type": "str", "required": True}, "weight": {"type": "int"}}
MIXED_SPEC: dict[str, Any] = {
    "overrides": {"type": "list", "elements": "dict", "options": OVERRIDE_SPEC},
    "on_demand_base": {"type": "int", "default": 0},
    "on_demand_percent": {"type": "int", "default": 100},
    "spot_strategy": {"type": "str", "choices": STRATEGIES, "default": "price-capacity-optimized"},
}
POOL_SPEC: dict[str, Any] = {
    **{key: {"type": "int"} for key in ("min_size", "max_prepared")},
    "state": {"type": "str", "choices": ["stopped", "running", "hibernated"]},
    "reuse": {"type": "bool"},
}
HOOK_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "transition": {"type": "str", "choices": ["launch", "terminate"], "required": True},
    "timeout_seconds": {"type": "int", "default": 3600},
    "default_result": {"type": "str", "choices": ["CONTINUE", "ABANDON"], "default": "ABANDON"},
    **{key: {"type": "str"} for key in ("metadata", "topic", "role")},
}
NOTIFICATION_SPEC: dict[str, Any] = {
    "topic": {"type": "str", "required": True},
    "types": {**TEXTS, "choices": TYPES, "required": True},
}
NUMBERS = ("version", "min_size", "max_size", "desired", "zones", "grace_seconds", "default_warmup_seconds", "cooldown_seconds")
GROUP_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **{key: {"type": "str"} for key in ("launch_template", "vpc")},
    **{key: {"type": "int"} for key in (*NUMBERS, "max_lifetime_seconds")},
    **dict.fromkeys(("subnets", "target_groups", "termination_policies", "metrics", "suspended_processes"), TEXTS),
    "health_check": {"type": "str", "choices": ["EC2", "ELB"]},
    "update_version": {"type": "bool", "default": True},
    **{key: {"type": "bool"} for key in ("protect_from_scale_in", "capacity_rebalance")},
    "maintenance": {"type": "dict", "options": {key: {"type": "int"} for key in ("min_healthy_percent", "max_healthy_percent")}},
    "mixed": {"type": "dict", "options": MIXED_SPEC},
    "warm_pool": {"type": "dict", "options": POOL_SPEC},
    "hooks": {"type": "list", "elements": "dict", "options": HOOK_SPEC},
    "notifications": {"type": "list", "elements": "dict", "options": NOTIFICATION_SPEC},
    "propagated_tags": {"type": "dict"},
    "tags": {"type": "dict", "default": {}},
}


def settled(around: Around, one: Mapping[str, Any], wanted: State, versions: Mapping[str, int]) -> State:
    """With subnets and topics as they are called here, and the version that it stands on; a template yet to be made has its first."""
    topics = around.aws.arn("sns", "")
    state = {**wanted, **around.places.chosen(one)}
    if template := one["launch_template"]:
        state["version"] = one["version"] or versions.get(template, 1)
    if "notifications" in state:
        state["notifications"] = {topic.removeprefix(topics): types for topic, types in state["notifications"].items()}
    if "hooks" in state:
        state["hooks"] = {
            name: {**hook, **({"topic": hook["topic"].removeprefix(topics)} if "topic" in hook else {})}
            for name, hook in state["hooks"].items()
        }
    return state


def kept_version(wanted: State, current: State) -> tuple[State, State]:
    """Both without the version, which a refresh changes and undoes; but a request that names the template names its version, too."""
    if wanted.get("mixed", current["mixed"]) != current["mixed"]:
        return {**wanted, "version": current["version"]}, current
    left, there = ({key: value for key, value in state.items() if key != "version"} for state in (wanted, current))
    return left, there


def default_versions(aws: Aws, names: set[str]) -> dict[str, int]:
    filters = [{"Name": "launch-template-name", "Values": sorted(names)}]
    found = aws.pages("ec2", "describe_launch_templates", "LaunchTemplates", Filters=filters) if names else []
    return {one["LaunchTemplateName"]: one["DefaultVersionNumber"] for one in found}


def read(around: Around, asked: Mapping[str, State | None]) -> dict[str, State]:
    """The groups; hooks and notifications of those for which some are desired."""
    aws = around.aws
    found = autoscaling.groups(aws, asked)

    def state(name: str) -> State:
        state = state_of(found[name])
        state["subnets"] = sorted(map(around.places.subnets.label, state["subnets"]))
        state["target_groups"] = sorted(map(around.known_as, state["target_groups"]))
        if "hooks" in (asked[name] or {}):
            answer = aws.call(SERVICE, "describe_lifecycle_hooks", AutoScalingGroupName=name)["LifecycleHooks"]
            state["hooks"] = dict(hook_of(hook, aws.arn("sns", "")) for hook in answer)
        if "notifications" in (asked[name] or {}):
            state["notifications"] = notifications(aws, name)
        return state

    return dict(zip(found, aws.each(state, found), strict=True))


def notifications(aws: Aws, name: str) -> dict[str, list[str]]:
    answer = aws.pages(SERVICE, "describe_notification_configurations", "NotificationConfigurations", AutoScalingGroupNames=[name])
    found: dict[str, list[str]] = {}
    for one in answer:
        kind = one["NotificationType"].removeprefix(NOTIFICATION)
        if kind in TYPES:
            found.setdefault(one["TopicARN"].removeprefix(aws.arn("sns", "")), []).append(kind)
    return {topic: sorted(types) for topic, types in found.items()}


def made(around: Around, desired: int | None, wait: bool, change: Change) -> Calls:
    yield from calls(around, desired, change)
    if wait and change.after is not None:
        autoscaling.settled(around.aws, change.name)


def around_of(aws: Aws) -> Around:
    return Around(vpc.Places(aws), elb.Elb(aws))


UNDO = Undo(
    SERVICE,
    lambda aws, known: read(around_of(aws), known),
    lambda module, change: made(around_of(module.aws), None, True, change),
)


def main() -> None:
    module = AwsModule(
        {
            "versions": {"type": "dict", "default": {}},
            "wait": {"type": "bool", "default": True},
            "groups": {
                **{"type": "list", "elements": "dict", "required": True, "options": GROUP_SPEC},
                **{"mutually_exclusive": [["subnets", "vpc"]], "required_by": {"zones": ["vpc"], "version": ["launch_template"]}},
            },
        }
    )
    groups, aws = {one["name"]: one for one in module.params["groups"]}, module.aws
    if wrong := list(problems(module.params["groups"])):
        module.fail("; ".join(wrong))
    around, what = around_of(aws), f"groups {', '.join(groups)}"
    unknown = module.ask("subnets", lambda: [f"{name}: {it}" for name, one in groups.items() for it in around.places.unknown(one)])
    if unknown:
        module.fail("; ".join(unknown))
    given = {name: int(number) for name, number in module.params["versions"].items()}
    templates = {one["launch_template"] for one in groups.values() if one["launch_template"] and not one["version"]}
    versions = {**module.ask("launch templates", default_versions, aws, templates - given.keys()), **given}
    wanted = {name: module.ask("subnets", settled, around, one, want(one, module.ownership), versions) for name, one in groups.items()}
    current = module.ask(what, read, around, wanted)
    for name, state in list(current.items()):
        if not groups[name]["update_version"] and wanted[name].get("launch_template") == state["launch_template"]:
            wanted[name], current[name] = kept_version(wanted[name], state)
        if wanted[name].get("mixed") and "other" in (state["mixed"] or {}):
            wanted[name] = {**wanted[name], "mixed": {**wanted[name]["mixed"], "other": state["mixed"]["other"]}}
    desired, wait = {name: one["desired"] for name, one in groups.items()}, module.params["wait"] and not module.check_mode
    planned = plan(wanted, current)
    wrong = module.ask("what they stand in", forbidden, around, planned, desired, module.check_mode)
    if wait and not wrong:
        # A run that was killed may have left a group before all of its instances served.
        unchanged = [name for name in wanted if name not in [change.name for change in planned]]
        module.ask(what, aws.each, lambda name: autoscaling.settled(aws, name), unchanged)

    def told() -> dict[str, dict[str, int]]:
        found = autoscaling.groups(aws, wanted).items()
        return {name: {"desired": one["DesiredCapacity"], "in_service": capacity(serving(one))} for name, one in found}

    counted = module.ask(what, told)

    def changed(change: Change) -> Calls:
        yield from made(around, desired[change.name], wait, change)
        counted.update(told())

    module.ensure(SERVICE, wanted, lambda *_: current, changed, check=lambda changes: wrong, capacity=counted)


if __name__ == "__main__":
    main()
