# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Policies and scheduled actions of Application Auto Scaling: their options, their normal form, their requests, what is wrong with them.

https://docs.aws.amazon.com/autoscaling/application/APIReference/Welcome.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import elb

REQUESTS = "ALBRequestCountPerTarget"
STATISTICS = ["Average", "Minimum", "Maximum", "SampleCount", "Sum"]
ADJUSTMENTS = ["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"]
SCHEDULE = re.compile(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?\)|rate\(\d+ (minute|hour|day)s?\)|cron\(\S+( \S+){5}\)")
NAME = re.compile(r"[^\x00-\x1f|]{1,256}")

POLICY_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "target_tracking": {
        "type": "dict",
        "options": {
            "metric": {"type": "str"},
            "label": {
                "type": "dict",
                "options": {"load_balancer": {"type": "str", "required": True}, "target_group": {"type": "str", "required": True}},
            },
            "customized": {
                "type": "dict",
                "options": {
                    "namespace": {"type": "str", "required": True},
                    "metric": {"type": "str", "required": True},
                    "statistic": {"type": "str", "choices": STATISTICS, "default": "Average"},
                    "unit": {"type": "str"},
                    "dimensions": {"type": "dict", "default": {}},
                },
            },
            "target": {"type": "float", "required": True},
            "scale_in_cooldown_seconds": {"type": "int"},
            "scale_out_cooldown_seconds": {"type": "int"},
            "disable_scale_in": {"type": "bool", "default": False},
        },
    },
    "step": {
        "type": "dict",
        "options": {
            "adjustment_type": {"type": "str", "choices": ADJUSTMENTS, "default": "ChangeInCapacity"},
            "min_adjustment_magnitude": {"type": "int"},
            "cooldown_seconds": {"type": "int"},
            "aggregation": {"type": "str", "choices": ["Average", "Minimum", "Maximum"], "default": "Average"},
            "steps": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {"lower": {"type": "float"}, "upper": {"type": "float"}, "adjustment": {"type": "int", "required": True}},
            },
        },
    },
}
SCHEDULE_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "schedule": {"type": "str", "required": True},
    "time_zone": {"type": "str", "default": "UTC"},
    "min": {"type": "int"},
    "max": {"type": "int"},
}


def policy_state(described: Mapping[str, Any]) -> dict[str, Any]:
    """A policy of DescribeScalingPolicies' answer."""
    if step := described.get("StepScalingPolicyConfiguration"):
        steps = [
            {
                "lower": one.get("MetricIntervalLowerBound"),
                "upper": one.get("MetricIntervalUpperBound"),
                "adjustment": one["ScalingAdjustment"],
            }
            for one in step.get("StepAdjustments", [])
        ]
        return {
            "step": {
                "adjustment_type": step.get("AdjustmentType"),
                "min_adjustment_magnitude": step.get("MinAdjustmentMagnitude"),
                "cooldown_seconds": step.get("Cooldown"),
                "aggregation": step.get("MetricAggregationType", "Average"),
                "steps": steps,
            }
        }
    given = described.get("TargetTrackingScalingPolicyConfiguration")
    if not given:
        return {"type": described["PolicyType"]}
    predefined = given.get("PredefinedMetricSpecification", {})
    return {
        "target_tracking": {
            "metric": predefined.get("PredefinedMetricType"),
            "label": label_state(predefined.get("ResourceLabel")),
            "customized": customized_state(given.get("CustomizedMetricSpecification")),
            "target": float(given["TargetValue"]),
            "scale_in_cooldown_seconds": given.get("ScaleInCooldown"),
            "scale_out_cooldown_seconds": given.get("ScaleOutCooldown"),
            "disable_scale_in": given.get("DisableScaleIn", False),
        }
    }


def label_state(label: str | None) -> dict[str, str] | None:
    """app/<load balancer>/<id>/targetgroup/<target group>/<id>"""
    if not label:
        return None
    parts = label.split("/")
    return {"load_balancer": parts[1], "target_group": parts[4]}


def customized_state(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not given:
        return None
    if given.get("Metrics"):
        return {"metrics": given["Metrics"]}
    return {
        "namespace": given["Namespace"],
        "metric": given["MetricName"],
        "statistic": given["Statistic"],
        "unit": given.get("Unit"),
        "dimensions": {one["Name"]: one["Value"] for one in given.get("Dimensions", [])},
    }


def policy_wanted(policy: Mapping[str, Any]) -> dict[str, Any]:
    if tracking := policy["target_tracking"]:
        customized = tracking["customized"]
        if customized:
            dimensions = {str(key): str(value) for key, value in customized["dimensions"].items()}
            customized = {**customized, "dimensions": dimensions}
        return {"target_tracking": {**tracking, "customized": customized}}
    return {"step": dict(policy["step"])}


def policy_params(policy: Mapping[str, Any], balancing: elb.Elb) -> dict[str, Any]:
    """What PutScalingPolicy is asked with, beside the policy's name and its target."""
    if step := policy.get("step"):
        steps = [
            {"MetricIntervalLowerBound": one["lower"], "MetricIntervalUpperBound": one["upper"], "ScalingAdjustment": one["adjustment"]}
            for one in step["steps"]
        ]
        config = {
            "AdjustmentType": step["adjustment_type"],
            "StepAdjustments": [without_none(one) for one in steps],
            "MinAdjustmentMagnitude": step["min_adjustment_magnitude"],
            "Cooldown": step["cooldown_seconds"],
            "MetricAggregationType": step["aggregation"],
        }
        return {"PolicyType": "StepScaling", "StepScalingPolicyConfiguration": without_none(config)}
    given = policy["target_tracking"]
    config = {
        "TargetValue": given["target"],
        "ScaleInCooldown": given["scale_in_cooldown_seconds"],
        "ScaleOutCooldown": given["scale_out_cooldown_seconds"],
        "DisableScaleIn": given["disable_scale_in"],
    }
    if custom := given["customized"]:
        config["CustomizedMetricSpecification"] = customized_params(custom)
    else:
        label = label_of(given["label"], balancing) if given["label"] else None
        config["PredefinedMetricSpecification"] = without_none({"PredefinedMetricType": given["metric"], "ResourceLabel": label})
    return {"PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": without_none(config)}


def customized_params(custom: Mapping[str, Any]) -> dict[str, Any]:
    if "metrics" in custom:
        return {"Metrics": custom["metrics"]}
    dimensions = [{"Name": key, "Value": value} for key, value in sorted(custom["dimensions"].items())]
    named = {"Namespace": custom["namespace"], "MetricName": custom["metric"], "Statistic": custom["statistic"], "Unit": custom["unit"]}
    return without_none({**named, "Dimensions": dimensions or None})


def label_of(label: Mapping[str, str], balancing: elb.Elb) -> str:
    balancer = balancing.balancer_arn(label["load_balancer"]).partition(":loadbalancer/")[2]
    return f"{balancer}/{balancing.group_arn(label['target_group']).rpartition(':')[2]}"


def schedule_state(described: Mapping[str, Any]) -> dict[str, Any]:
    action = described.get("ScalableTargetAction") or {}
    return {
        "schedule": described["Schedule"],
        "time_zone": described.get("Timezone") or "UTC",
        "min": action.get("MinCapacity"),
        "max": action.get("MaxCapacity"),
    }


def schedule_params(state: Mapping[str, Any]) -> dict[str, Any]:
    sizes = without_none({"MinCapacity": state["min"], "MaxCapacity": state["max"]})
    return {"Schedule": state["schedule"], "Timezone": state["time_zone"], "ScalableTargetAction": sizes}


def without_none(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value is not None}


def policy_problems(policy: Mapping[str, Any]) -> Iterator[str]:
    if not NAME.fullmatch(policy["name"]):
        yield "name must have 1 to 256 characters, and no |"
    if bool(policy["target_tracking"]) == bool(policy["step"]):
        yield "one of target_tracking and step is given"
    if tracking := policy["target_tracking"]:
        if bool(tracking["metric"]) == bool(tracking["customized"]):
            yield "one of metric and customized is given"
        if bool(tracking["label"]) != (tracking["metric"] == REQUESTS):
            yield f"label is given with the metric {REQUESTS}, and with it only"
        if tracking["target"] <= 0:
            yield f"target is {tracking['target']:g}, it must be more than 0"
        for key in ("scale_in_cooldown_seconds", "scale_out_cooldown_seconds"):
            if (tracking[key] or 0) < 0:
                yield f"{key} is {tracking[key]}, it must not be negative"
    if step := policy["step"]:
        if not step["steps"]:
            yield "steps is empty"
        for one in step["steps"]:
            if one["lower"] is not None and one["upper"] is not None and one["lower"] >= one["upper"]:
                yield f"steps: lower {one['lower']:g} is not less than upper {one['upper']:g}"
        if step["min_adjustment_magnitude"] is not None and step["adjustment_type"] != "PercentChangeInCapacity":
            yield "min_adjustment_magnitude is for the adjustment type PercentChangeInCapacity"


def schedule_problems(schedule: Mapping[str, Any]) -> Iterator[str]:
    if not SCHEDULE.fullmatch(schedule["schedule"]):
        yield (
            f"schedule is {schedule['schedule']!r}, allowed are at(2030-12-24T18:00:00), rate(1 day) and cron(0 8 ? * MON-FRI *), "
            "which has six fields"
        )
    try:
        ZoneInfo(schedule["time_zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"time_zone is {schedule['time_zone']!r}, allowed are names such as Europe/Berlin"
    if schedule["min"] is None and schedule["max"] is None:
        yield "min or max is needed"
    elif None not in (schedule["min"], schedule["max"]) and schedule["min"] > schedule["max"]:
        yield f"min {schedule['min']} is more than max {schedule['max']}"
