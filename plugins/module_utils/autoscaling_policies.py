# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scaling policies in their normal form, as requests, and what is wrong with them. Pure functions.

A policy is put as a whole, so a desired one is exactly so.
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .autoscaling_groups import given
from .plan import State

NAME = re.compile(r"[!-9;-~]{1,255}")
NAME_ALLOWED = "name must have 1 to 255 characters of ASCII, without space and colon"
KINDS = {"target_tracking": "TargetTrackingScaling", "step": "StepScaling", "simple": "SimpleScaling"}
BY_LOAD = "alb_requests_per_target"
METRICS = {
    BY_LOAD: "ALBRequestCountPerTarget",
    "cpu": "ASGAverageCPUUtilization",
    "network_in": "ASGAverageNetworkIn",
    "network_out": "ASGAverageNetworkOut",
}
ADJUSTMENTS = {"change": "ChangeInCapacity", "exact": "ExactCapacity", "percent": "PercentChangeInCapacity"}
AGGREGATIONS = {"average": "Average", "minimum": "Minimum", "maximum": "Maximum"}
SCALED = {"warmup_seconds": "EstimatedInstanceWarmup", "min_adjustment": "MinAdjustmentMagnitude"}
SIMPLE = {"adjustment": "ScalingAdjustment", "cooldown_seconds": "Cooldown"}
STEP = {"from": "MetricIntervalLowerBound", "to": "MetricIntervalUpperBound", "adjustment": "ScalingAdjustment"}
# All that a policy may have; what one has not is none.
BLANK: dict[str, Any] = dict.fromkeys(
    (
        *("metric", "target", "disable_scale_in", "load_balancer", "target_group", "label", *SCALED),
        *("adjustment_type", "adjustment", "cooldown_seconds", "steps", "aggregation", "other"),
    )
)
# app/<load balancer>/<id>/targetgroup/<target group>/<id>
LABEL = re.compile(r"app/([^/]+)/[^/]+/targetgroup/([^/]+)/[^/]+")


def named(words: Mapping[str, str], word: str | None) -> str | None:
    """Our word for one of AWS's."""
    return next((ours for ours, theirs in words.items() if theirs == word), word)


def kind_of(one: Mapping[str, Any]) -> str:
    return next(kind for kind in KINDS if one[kind] is not None)


def want(one: Mapping[str, Any]) -> State:
    kind = kind_of(one)
    about = given(one[kind])
    if kind == "step":
        about["steps"] = sorted(map(given, about["steps"]), key=lower)
    return {**BLANK, "group": one["group"], "type": kind, "enabled": one["enabled"], **about}


def lower(step: Mapping[str, Any]) -> float:
    return step.get("from", float("-inf"))


def state_of(policy: Mapping[str, Any], label: Callable[[str, str], str]) -> State:
    """A policy of DescribePolicies' answer; `label` gives what AWS calls a target group of a load balancer now."""
    kind = named(KINDS, policy.get("PolicyType"))
    state = {**BLANK, "group": policy["AutoScalingGroupName"], "type": kind, "enabled": policy.get("Enabled", True)}
    if kind == "target_tracking":
        tracking = tracking_of(policy["TargetTrackingConfiguration"], label)
        return {**state, **tracking, "warmup_seconds": policy.get("EstimatedInstanceWarmup")}
    if kind not in KINDS:
        return {**state, "other": {key: policy[key] for key in policy if key.endswith("Configuration")}}
    found = {**state, **{key: policy.get(field) for key, field in SCALED.items()}}
    found["adjustment_type"] = named(ADJUSTMENTS, policy.get("AdjustmentType"))
    if kind == "simple":
        return {**found, **{key: policy.get(field) for key, field in SIMPLE.items()}}
    steps = [given({key: step.get(field) for key, field in STEP.items()}) for step in policy.get("StepAdjustments") or []]
    found["aggregation"] = named(AGGREGATIONS, policy.get("MetricAggregationType") or "Average")
    return {**found, "steps": sorted(steps, key=lower)}


def tracking_of(tracking: Mapping[str, Any], label: Callable[[str, str], str]) -> dict[str, Any]:
    state = {"target": float(tracking["TargetValue"]), "disable_scale_in": tracking.get("DisableScaleIn", False)}
    predefined = tracking.get("PredefinedMetricSpecification")
    if predefined is None:
        return {**state, "metric": "custom", "other": tracking.get("CustomizedMetricSpecification")}
    state["metric"] = named(METRICS, predefined["PredefinedMetricType"])
    if text := predefined.get("ResourceLabel"):
        names = LABEL.fullmatch(text)
        # One of a load balancer that is no more is not the one of that name.
        current = names and label(*names.groups()) == text
        state |= {"load_balancer": names[1], "target_group": names[2]} if names and current else {"label": text}
    return state


def request(state: State, label: Callable[[str, str], str]) -> dict[str, Any]:
    """The parameters of PutScalingPolicy that make it exactly so, but for its name."""
    params = {"AutoScalingGroupName": state["group"], "PolicyType": KINDS.get(state["type"], state["type"]), "Enabled": state["enabled"]}
    params |= given({field: state.get(key) for key, field in SCALED.items()})
    if state["type"] == "target_tracking":
        return {**params, "TargetTrackingConfiguration": tracking(state, label)}
    if state["type"] not in KINDS:
        return {**params, **state["other"]}
    params["AdjustmentType"] = ADJUSTMENTS[state["adjustment_type"]]
    if state["type"] == "simple":
        return {**params, **given({field: state.get(key) for key, field in SIMPLE.items()})}
    steps = [given({field: step.get(key) for key, field in STEP.items()}) for step in state["steps"]]
    return {**params, "StepAdjustments": steps, "MetricAggregationType": AGGREGATIONS[state["aggregation"]]}


def tracking(state: State, label: Callable[[str, str], str]) -> dict[str, Any]:
    about = {"TargetValue": state["target"], "DisableScaleIn": state["disable_scale_in"]}
    if state["metric"] == "custom":
        return {**about, "CustomizedMetricSpecification": state["other"]}
    metric = {"PredefinedMetricType": METRICS.get(state["metric"], state["metric"])}
    if state["metric"] == BY_LOAD:
        metric["ResourceLabel"] = state.get("label") or label(state["load_balancer"], state["target_group"])
    return {**about, "PredefinedMetricSpecification": metric}


def problems(one: Mapping[str, Any]) -> Iterator[str]:
    if not NAME.fullmatch(one["name"]):
        yield NAME_ALLOWED
    about = one[kind_of(one)]
    for key in ("warmup_seconds", "cooldown_seconds"):
        if about.get(key) is not None and not 0 <= about[key] <= 86400:
            yield f"{key} is {about[key]}, allowed are 0 to 86400"
    if about.get("min_adjustment") is not None and about["adjustment_type"] != "percent":
        yield "min_adjustment is for adjustment_type percent"
    if one["target_tracking"]:
        if about["target"] <= 0:
            yield f"target is {about['target']}, it must be more than 0"
        if (about["metric"] == BY_LOAD) != bool(about["load_balancer"] and about["target_group"]):
            yield f"load_balancer and target_group are given with metric {BY_LOAD}, and with it only"
    if one["step"]:
        yield from step_problems(sorted(map(given, about["steps"]), key=lower))


def step_problems(steps: list[dict[str, Any]]) -> Iterator[str]:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-scaling-steps"""
    if not steps:
        yield "steps must be at least one"
        return
    if any("from" not in step and "to" not in step for step in steps) and len(steps) > 1:
        yield "a step without from and to is the only one"
    for one, other in zip(steps, steps[1:], strict=False):
        if one.get("to") != other.get("from"):
            yield f"a step ends at {one.get('to')}, and the next begins at {other.get('from')}: they must neither overlap nor leave a gap"
    if steps[0].get("from", 0) < 0:
        yield f"below {steps[0]['from']} there is no step: leave out from of the lowest"
    if steps[-1].get("to", 0) > 0:
        yield f"above {steps[-1]['to']} there is no step: leave out to of the highest"
