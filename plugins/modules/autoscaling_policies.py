#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: autoscaling_policies
short_description: Keep a set of scaling policies of Auto Scaling groups as desired
version_added: 0.1.0
description:
  - Creates policies that are missing and makes those that are given exactly so. Never deletes one.
  - The alarms of target tracking are AWS's own. Those that trigger step and simple scaling are kept by M(prodready.aws.cloudwatch_alarms),
    with the ARN of the policy among their C(alarm_actions).
  - A policy has the name C(<group>/<policy>) in plans.
  - See U(https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scale-based-on-demand.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  policies:
    description: The policies; each is one of target tracking, step or simple scaling.
    type: list
    elements: dict
    required: true
    suboptions:
      group:
        description: The Auto Scaling group.
        type: str
        required: true
      name:
        description: The name, 1 to 255 characters of ASCII without space and colon.
        type: str
        required: true
      enabled:
        description: Whether it acts.
        type: bool
        default: true
      target_tracking:
        description: As many instances as keep a metric at a target.
        type: dict
        suboptions:
          metric:
            description: The metric of the group.
            type: str
            choices: [alb_requests_per_target, cpu, network_in, network_out]
            required: true
          target:
            description:
              - Its target. Of V(alb_requests_per_target) the requests of a minute, of V(cpu) percent, of the others bytes of a minute.
            type: float
            required: true
          load_balancer: {description: "The load balancer, for V(alb_requests_per_target).", type: str}
          target_group: {description: "The target group that its requests go to, for V(alb_requests_per_target).", type: str}
          disable_scale_in: {description: Whether it only adds instances., type: bool, default: false}
          warmup_seconds: {description: After what time an instance counts. The group's own when not given., type: int}
      step:
        description: So many instances more or less, by how far an alarm's metric is beyond its threshold.
        type: dict
        suboptions:
          adjustment_type: {description: What adjustments are., type: str, choices: [change, exact, percent], default: change}
          steps:
            description: The steps, which neither overlap nor leave a gap.
            type: list
            elements: dict
            required: true
            suboptions:
              from: {description: "From where, relative to the threshold. From the least when not given.", type: float}
              to: {description: "To where, relative to the threshold. To the most when not given.", type: float}
              adjustment: {description: "How many, or how many percent.", type: int, required: true}
          aggregation:
            description: Which of the metric's values of a period counts.
            type: str
            choices: [average, minimum, maximum]
            default: average
          min_adjustment: {description: "How many instances at least, for V(percent).", type: int}
          warmup_seconds: {description: After what time an instance counts. The group's own when not given., type: int}
      simple:
        description: So many instances more or less, then a pause.
        type: dict
        suboptions:
          adjustment_type: {description: What the adjustment is., type: str, choices: [change, exact, percent], default: change}
          adjustment: {description: "How many, or how many percent.", type: int, required: true}
          min_adjustment: {description: "How many instances at least, for V(percent).", type: int}
          cooldown_seconds: {description: How long the pause is. The group's own when not given., type: int}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: As many of the shop's instances as keep each at 600 requests a minute, and one more at once when many errors are seen
  prodready.aws.autoscaling_policies:
    policies:
      - group: shop
        name: requests
        target_tracking: {metric: alb_requests_per_target, target: 600, load_balancer: shop, target_group: shop-scaled}
      - group: shop
        name: up
        step:
          steps: [{from: 0, to: 20, adjustment: 1}, {from: 20, adjustment: 2}]
"""

RETURN = r"""
arns:
  description:
    - The ARNs of the policies, as C(<group>/<policy>).
    - In check mode C((known after apply)) stands for what AWS will make up for those that are not there yet.
  type: dict
  returned: success
  sample: {shop/up: "arn:aws:autoscaling:eu-central-1:123456789012:scalingPolicy:0b8a:autoScalingGroupName/shop:policyName/up"}
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

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..module_utils import autoscaling, autoscaling_policies
from ..module_utils.autoscaling import SERVICE
from ..module_utils.autoscaling_policies import ADJUSTMENTS, AGGREGATIONS, BY_LOAD, KINDS, METRICS, request, state_of, want
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.elb import Elb
from ..module_utils.lists import declared_twice
from ..module_utils.plan import Call, Calls, Change, State
from ..module_utils.undo import Undo

ADJUSTED: dict[str, Any] = {
    "adjustment_type": {"type": "str", "choices": list(ADJUSTMENTS), "default": "change"},
    "min_adjustment": {"type": "int"},
}
STEP_SPEC: dict[str, Any] = {**{key: {"type": "float"} for key in ("from", "to")}, "adjustment": {"type": "int", "required": True}}
TRACKING_SPEC: dict[str, Any] = {
    "metric": {"type": "str", "choices": list(METRICS), "required": True},
    "target": {"type": "float", "required": True},
    **{key: {"type": "str"} for key in ("load_balancer", "target_group")},
    "disable_scale_in": {"type": "bool", "default": False},
    "warmup_seconds": {"type": "int"},
}
STEPS_SPEC: dict[str, Any] = {
    **ADJUSTED,
    "steps": {"type": "list", "elements": "dict", "required": True, "options": STEP_SPEC},
    "aggregation": {"type": "str", "choices": list(AGGREGATIONS), "default": "average"},
    "warmup_seconds": {"type": "int"},
}
SIMPLE_SPEC: dict[str, Any] = {**ADJUSTED, "adjustment": {"type": "int", "required": True}, "cooldown_seconds": {"type": "int"}}
POLICY_SPEC: dict[str, Any] = {
    **{key: {"type": "str", "required": True} for key in ("group", "name")},
    "enabled": {"type": "bool", "default": True},
    "target_tracking": {"type": "dict", "options": TRACKING_SPEC},
    "step": {"type": "dict", "options": STEPS_SPEC},
    "simple": {"type": "dict", "options": SIMPLE_SPEC},
}


def name_of(one: Mapping[str, Any]) -> str:
    return f"{one['group']}/{one['name']}"


def to_be_made(aws: Aws, one: Mapping[str, Any]) -> str:
    """What AWS will call a policy, but for what it makes up."""
    return aws.arn(SERVICE, f"scalingPolicy:(known after apply):autoScalingGroupName/{one['group']}:policyName/{one['name']}")


def labels(elb: Elb) -> Callable[[str, str], str]:
    """What AWS calls a target group of a load balancer, by their names; empty where one is not there."""

    def label(balancer: str, group: str) -> str:
        if balancer not in elb.load_balancers or group not in elb.target_groups:
            return ""
        return "/".join((elb.balancer_arn(balancer).partition(":loadbalancer/")[2], elb.group_arn(group).rpartition(":")[2]))

    return label


def described(aws: Aws) -> dict[str, dict[str, Any]]:
    found = aws.pages(SERVICE, "describe_policies", "ScalingPolicies")
    return {f"{one['AutoScalingGroupName']}/{one['PolicyName']}": one for one in found}


def read(found: Mapping[str, Mapping[str, Any]], names: Mapping[str, Any], elb: Elb) -> dict[str, State]:
    return {name: state_of(one, labels(elb)) for name, one in found.items() if name in names}


def calls(elb: Elb, arns: dict[str, str], change: Change) -> Calls:
    state = change.after or change.before or {}
    named = {"AutoScalingGroupName": state["group"], "PolicyName": change.name.removeprefix(f"{state['group']}/")}
    if change.after is None or (change.before and change.differs("type")):
        yield Call("delete_policy", named, missing=("ValidationError",))
    if change.after is not None:
        made = yield Call("put_scaling_policy", {**request(change.after, labels(elb)), **named})
        arns[change.name] = made.get("PolicyARN", "")


UNDO = Undo(
    SERVICE,
    lambda aws, known: read(described(aws), known, Elb(aws)),
    lambda module, change: calls(Elb(module.aws), {}, change),
)


def problems(policies: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("policy", map(name_of, policies))
    for one in policies:
        yield from (f"{name_of(one)}: {problem}" for problem in autoscaling_policies.problems(one))


def forbidden(aws: Aws, elb: Elb, changes: list[Change], planning: bool) -> Iterator[str]:
    """What only the account can tell is wrong. While it is only planned, groups and load balancers may yet be made."""
    if planning or not changes:
        return
    there = autoscaling.groups(aws, sorted({(change.after or {})["group"] for change in changes}))
    for change in changes:
        after = change.after or {}
        if after["group"] not in there:
            yield f"{change.name}: there is no Auto Scaling group {after['group']}: make it first (prodready.aws.autoscaling_groups)"
        if after.get("metric") != BY_LOAD:
            continue
        balancer, group = after["load_balancer"], after["target_group"]
        if not labels(elb)(balancer, group):
            yield f"{change.name}: there is no load balancer {balancer} or no target group {group}: make them first (role alb)"
        elif elb.balancer_arn(balancer) not in (elb.target_groups[group].get("LoadBalancerArns") or []):
            yield f"{change.name}: no listener of load balancer {balancer} sends requests to target group {group}: add a rule first"


def main() -> None:
    kinds = list(KINDS)
    rules = {"mutually_exclusive": [kinds], "required_one_of": [kinds]}
    module = AwsModule({"policies": {"type": "list", "elements": "dict", "required": True, "options": POLICY_SPEC, **rules}})
    policies, aws = module.params["policies"], module.aws
    if wrong := list(problems(policies)):
        module.fail("; ".join(wrong))
    elb, wanted = Elb(aws), {name_of(one): want(one) for one in policies}
    found = module.ask("scaling policies", described, aws)
    current = module.ask("load balancers", read, found, wanted, elb)
    arns = {name_of(one): found.get(name_of(one), {}).get("PolicyARN") or to_be_made(aws, one) for one in policies}
    module.ensure(
        SERVICE,
        wanted,
        lambda *_: current,
        lambda change: calls(elb, arns, change),
        check=lambda changes: module.ask("what they stand on", lambda: list(forbidden(aws, elb, changes, module.check_mode))),
        arns=arns,
    )


if __name__ == "__main__":
    main()
