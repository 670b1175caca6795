#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scaling_targets
short_description: Keep a set of scalable targets of Application Auto Scaling as desired
version_added: 0.1.0
description:
  - Registers what is to be scaled, with its policies and scheduled actions, and sets what is given; what is not given stays as it is.
  - Policies and scheduled actions that are given are all that the target has; others are deleted, by V([]) all.
  - Never deregisters a target, which undo does. A step policy is run by alarms that name it, M(prodready.aws.cloudwatch_alarms).
  - Metric math is kept as it is, and not declared here.
  - Lists the targets of each service, 50 with a request, and asks for policies and for scheduled actions of each target that some are
    given of.
  - See U(https://docs.aws.amazon.com/autoscaling/application/userguide/what-is-application-auto-scaling.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  targets:
    description: The scalable targets.
    type: list
    elements: dict
    required: true
    suboptions:
      service:
        description: A service of ECS, as C(cluster/service), whose desired count is scaled. Instead of O(targets[].resource).
        type: str
      resource:
        description: What is scaled, such as C(table/shop-products), by AWS's name.
        type: str
      dimension:
        description: Which of its capacities, such as C(dynamodb:table:ReadCapacityUnits). Needed with O(targets[].resource).
        type: str
      min: {description: The smallest capacity. Needed for a new one., type: int}
      max: {description: The largest capacity. Needed for a new one., type: int}
      suspended:
        description: What of scaling is switched off.
        type: list
        elements: str
        choices: [in, out, scheduled]
      policies:
        description: The scaling policies.
        type: list
        elements: dict
        suboptions:
          name: {description: The name of the policy., type: str, required: true}
          target_tracking:
            description: Keep a metric near a value.
            type: dict
            suboptions:
              metric:
                description: A predefined metric, such as V(ECSServiceAverageCPUUtilization) or V(ALBRequestCountPerTarget).
                type: str
              label:
                description: Whose requests are counted, with V(ALBRequestCountPerTarget).
                type: dict
                suboptions:
                  load_balancer: {description: The name of the load balancer., type: str, required: true}
                  target_group: {description: The name of the target group., type: str, required: true}
              customized:
                description: Another metric.
                type: dict
                suboptions:
                  namespace: {description: The namespace., type: str, required: true}
                  metric: {description: The metric., type: str, required: true}
                  statistic:
                    description: The statistic.
                    type: str
                    choices: [Average, Minimum, Maximum, SampleCount, Sum]
                    default: Average
                  unit: {description: The unit., type: str}
                  dimensions: {description: The dimensions., type: dict, default: {}}
              target: {description: The value., type: float, required: true}
              scale_in_cooldown_seconds: {description: How long a scale-in is waited for before the next one., type: int}
              scale_out_cooldown_seconds: {description: How long a scale-out is waited for before the next one., type: int}
              disable_scale_in: {description: Whether the policy only scales out., type: bool, default: false}
          step:
            description: Change the capacity by how far an alarm's metric is from its threshold.
            type: dict
            suboptions:
              adjustment_type:
                description: What an adjustment is.
                type: str
                choices: [ChangeInCapacity, ExactCapacity, PercentChangeInCapacity]
                default: ChangeInCapacity
              min_adjustment_magnitude: {description: The least that a percentage changes., type: int}
              cooldown_seconds: {description: How long a change is waited for before the next one., type: int}
              aggregation:
                description: How the alarm's metric is aggregated.
                type: str
                choices: [Average, Minimum, Maximum]
                default: Average
              steps:
                description: The adjustments by distance from the threshold.
                type: list
                elements: dict
                required: true
                suboptions:
                  lower: {description: From this distance on., type: float}
                  upper: {description: To this distance., type: float}
                  adjustment: {description: The adjustment., type: int, required: true}
      schedules:
        description: The scheduled actions.
        type: list
        elements: dict
        suboptions:
          name: {description: The name of the action., type: str, required: true}
          schedule: {description: "C(at(…)), C(rate(…)) or C(cron(…)), which has six fields.", type: str, required: true}
          time_zone: {description: The time zone of the schedule., type: str, default: UTC}
          min: {description: The smallest capacity from then on., type: int}
          max: {description: The largest capacity from then on., type: int}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's service follows its requests, and is larger on working days
  prodready.aws.scaling_targets:
    targets:
      - service: shop/shop
        min: 2
        max: 6
        policies:
          - name: requests
            target_tracking:
              metric: ALBRequestCountPerTarget
              label: {load_balancer: shop, target_group: shop-containers}
              target: 600
              scale_in_cooldown_seconds: 300
        schedules:
          - {name: morning, schedule: "cron(0 8 ? * MON-FRI *)", time_zone: Europe/Berlin, min: 3}
          - {name: evening, schedule: "cron(0 19 ? * MON-FRI *)", time_zone: Europe/Berlin, min: 2}
"""

RETURN = r"""
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

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..module_utils import app_scaling, elb
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import batches, declared_twice
from ..module_utils.plan import Call, Calls, Change, State
from ..module_utils.undo import Undo

SERVICE = "application-autoscaling"
DESIRED_COUNT = "ecs:service:DesiredCount"
MOST_TARGETS = 50
MOST_SERVICES = 10
SUSPENDED = {"in": "DynamicScalingInSuspended", "out": "DynamicScalingOutSuspended", "scheduled": "ScheduledScalingSuspended"}
TARGET_SPEC: dict[str, Any] = {
    **{key: {"type": "str"} for key in ("service", "resource", "dimension")},
    **{key: {"type": "int"} for key in ("min", "max")},
    "suspended": {"type": "list", "elements": "str", "choices": [*SUSPENDED]},
    "policies": {"type": "list", "elements": "dict", "options": app_scaling.POLICY_SPEC},
    "schedules": {"type": "list", "elements": "dict", "options": app_scaling.SCHEDULE_SPEC},
}


def name_of(target: Mapping[str, Any]) -> str:
    """The resource and its dimension."""
    if target["service"]:
        return f"service/{target['service']} {DESIRED_COUNT}"
    return f"{target['resource']} {target['dimension']}"


def where(name: str) -> dict[str, str]:
    """How requests name a target."""
    resource, dimension = name.rsplit(" ", 1)
    return {"ServiceNamespace": dimension.partition(":")[0], "ResourceId": resource, "ScalableDimension": dimension}


def want(target: Mapping[str, Any]) -> State:
    state: dict[str, Any] = {key: target[key] for key in ("min", "max") if target[key] is not None}
    if target["suspended"] is not None:
        state["suspended"] = sorted(target["suspended"])
    if target["policies"] is not None:
        state["policies"] = {one["name"]: app_scaling.policy_wanted(one) for one in target["policies"]}
    if target["schedules"] is not None:
        keys = ("schedule", "time_zone", "min", "max")
        state["schedules"] = {one["name"]: {key: one[key] for key in keys} for one in target["schedules"]}
    return state


def read(aws: Aws, desired: Mapping[str, State | None]) -> dict[str, State]:
    found: dict[str, Any] = {name: dict(state) for name, state in targets(aws, desired).items()}
    asked = [
        (name, field, *kind)
        for name in found
        for field, kind in {"policies": POLICIES, "schedules": SCHEDULES}.items()
        if field in (desired[name] or {})
    ]
    for one, state in zip(asked, aws.each(lambda one: parts(aws, *one), asked), strict=True):
        name, field = one[:2]
        found[name][field] = state
    return found


POLICIES = ("describe_scaling_policies", "ScalingPolicies", "PolicyName", app_scaling.policy_state)
SCHEDULES = ("describe_scheduled_actions", "ScheduledActions", "ScheduledActionName", app_scaling.schedule_state)


def parts(aws: Aws, name: str, field: str, operation: str, answer: str, key: str, state: Any) -> dict[str, Any]:
    return {one[key]: state(one) for one in aws.pages(SERVICE, operation, answer, **where(name))}


def targets(aws: Aws, names: Iterable[str]) -> dict[str, State]:
    namespaces: dict[str, set[str]] = {}
    for name in names:
        namespaces.setdefault(where(name)["ServiceNamespace"], set()).add(where(name)["ResourceId"])
    asked = [(namespace, batch) for namespace, resources in namespaces.items() for batch in batches(sorted(resources), MOST_TARGETS)]
    answers = aws.each(
        lambda one: aws.pages(SERVICE, "describe_scalable_targets", "ScalableTargets", ServiceNamespace=one[0], ResourceIds=one[1]), asked
    )
    found = {f"{one['ResourceId']} {one['ScalableDimension']}": one for answer in answers for one in answer}
    return {name: target_state(found[name]) for name in names if name in found}


def target_state(described: Mapping[str, Any]) -> State:
    suspended = described.get("SuspendedState") or {}
    return {
        "min": described["MinCapacity"],
        "max": described["MaxCapacity"],
        "suspended": sorted(name for name, field in SUSPENDED.items() if suspended.get(field)),
    }


def calls(balancing: elb.Elb, change: Change) -> Calls:
    target, after = where(change.name), change.after
    if after is None:
        yield Call("deregister_scalable_target", target, missing=("ObjectNotFoundException",))
        return
    if change.differs("min", "max", "suspended"):
        state = {field: name in after["suspended"] for name, field in SUSPENDED.items()} if "suspended" in after else None
        sizes = {"MinCapacity": after["min"], "MaxCapacity": after["max"], "SuspendedState": state}
        yield Call("register_scalable_target", {**target, **app_scaling.without_none(sizes)})
    gone, new = differing(change, "policies")
    for name in gone:
        yield Call("delete_scaling_policy", {**target, "PolicyName": name}, missing=("ObjectNotFoundException",))
    for name, policy in new.items():
        yield Call("put_scaling_policy", {**target, "PolicyName": name, **app_scaling.policy_params(policy, balancing)})
    gone, new = differing(change, "schedules")
    for name in gone:
        yield Call("delete_scheduled_action", {**target, "ScheduledActionName": name}, missing=("ObjectNotFoundException",))
    for name, schedule in new.items():
        yield Call("put_scheduled_action", {**target, "ScheduledActionName": name, **app_scaling.schedule_params(schedule)})


def differing(change: Change, field: str) -> tuple[list[str], dict[str, Any]]:
    """The parts that go, and those that are new or different."""
    before, after = (change.before or {}).get(field, {}), (change.after or {}).get(field, {})
    return sorted(before.keys() - after.keys()), {name: one for name, one in after.items() if before.get(name) != one}


UNDO = Undo(SERVICE, read, lambda module, change: calls(elb.Elb(module.aws), change))


def problems(given: list[Mapping[str, Any]]) -> Iterator[str]:
    for target in given:
        if bool(target["service"]) == bool(target["resource"]) or bool(target["resource"]) != bool(target["dimension"]):
            yield f"{target['service'] or target['resource']}: either service is given, or resource and dimension"
    yield from declared_twice("scalable target", (name_of(target) for target in given))
    for target in given:
        yield from (f"{name_of(target)}: {problem}" for problem in target_problems(target))


def target_problems(target: Mapping[str, Any]) -> Iterator[str]:
    if target["service"] and not re.fullmatch(r"[A-Za-z0-9_-]{1,255}/[A-Za-z0-9_-]{1,255}", target["service"]):
        yield f"service is {target['service']!r}, it must be cluster/service"
    if target["dimension"] and not re.fullmatch(r"[a-z0-9-]+:[A-Za-z-]+:[A-Za-z]+", target["dimension"]):
        yield f"dimension is {target['dimension']!r}, allowed is a name such as dynamodb:table:ReadCapacityUnits"
    for key in ("min", "max"):
        if target[key] is not None and target[key] < 0:
            yield f"{key} is {target[key]}, it must not be negative"
    if target["min"] is not None and target["max"] is not None and target["min"] > target["max"]:
        yield f"min {target['min']} is more than max {target['max']}"
    for kind, check in (("policy", app_scaling.policy_problems), ("schedule", app_scaling.schedule_problems)):
        declared = target["policies" if kind == "policy" else "schedules"] or []
        yield from declared_twice(kind, (one["name"] for one in declared))
        yield from (f"{kind} {one['name']}: {problem}" for one in declared for problem in check(one))


def services(aws: Aws, names: Iterable[str]) -> set[str]:
    """Those services of ECS that there are, as cluster/service."""
    clusters: dict[str, list[str]] = {}
    for name in names:
        cluster, service = name.split("/", 1)
        clusters.setdefault(cluster, []).append(service)
    known = aws.call("ecs", "describe_clusters", clusters=sorted(clusters))["clusters"] if clusters else []
    there = {one["clusterName"] for one in known if one["status"] == "ACTIVE"}
    asked = [(cluster, batch) for cluster, all_of in clusters.items() if cluster in there for batch in batches(all_of, MOST_SERVICES)]
    answers = aws.each(lambda one: aws.call("ecs", "describe_services", cluster=one[0], services=one[1])["services"], asked)
    return {
        f"{cluster}/{one['serviceName']}"
        for (cluster, __), answer in zip(asked, answers, strict=True)
        for one in answer
        if one["status"] == "ACTIVE"
    }


def forbidden(changes: list[Change], aws: Aws, balancing: elb.Elb) -> Iterator[str]:
    """What only the account can tell is wrong."""
    new = [change.name for change in changes if change.before is None]
    wanted = {name: where(name)["ResourceId"].removeprefix("service/") for name in new if name.endswith(f" {DESIRED_COUNT}")}
    there = services(aws, wanted.values())
    for change in changes:
        after = change.after or {}
        if change.name in wanted and wanted[change.name] not in there:
            yield f"{change.name}: there is no active service {wanted[change.name]} in ECS; create it first"
        if change.before is None and not {"min", "max"} <= after.keys():
            yield f"{change.name}: it is not registered; a new one needs min and max"
        elif after["min"] > after["max"]:
            yield f"{change.name}: min {after['min']} would be more than max {after['max']}"
        for name, policy in differing(change, "policies")[1].items():
            label = (policy.get("target_tracking") or {}).get("label")
            if label and label["load_balancer"] not in balancing.load_balancers:
                yield f"{change.name}: policy {name}: there is no load balancer {label['load_balancer']}"
            if label and label["target_group"] not in balancing.target_groups:
                yield f"{change.name}: policy {name}: there is no target group {label['target_group']}"


def main() -> None:
    module = AwsModule({"targets": {"type": "list", "elements": "dict", "required": True, "options": TARGET_SPEC}})
    given, aws = module.params["targets"], module.aws
    if found := list(problems(given)):
        module.fail("; ".join(found))
    desired = {name_of(target): want(target) for target in given}
    current = module.ask(f"scalable targets {', '.join(desired)}", read, aws, desired)
    balancing = elb.Elb(aws)
    module.ensure(
        SERVICE,
        desired,
        lambda *_: current,
        lambda change: calls(balancing, change),
        check=lambda changes: forbidden(changes, aws, balancing),
    )


if __name__ == "__main__":
    main()
