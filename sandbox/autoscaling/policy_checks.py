"""What is refused of a scaling policy.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html
"""

from __future__ import annotations

from typing import Any

from sandbox.autoscaling import scaling, tracking
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.errors import invalid

ADJUSTMENTS = ("ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity")
TYPES = ("SimpleScaling", "StepScaling", "TargetTrackingScaling", "PredictiveScaling")
# What only the policies of a type have.
OWN = {
    "SimpleScaling": ("ScalingAdjustment", "Cooldown"),
    "StepScaling": ("StepAdjustments", "MetricAggregationType"),
    "TargetTrackingScaling": ("TargetTrackingConfiguration",),
}
AGGREGATIONS = ("Minimum", "Maximum", "Average")


def check(account: Account, group: Group, kind: str, asked: dict[str, Any]) -> None:
    if kind not in TYPES:
        raise invalid(f"{kind} is not a valid policy type. Valid policy types are: {', '.join(TYPES)}")
    if kind == "PredictiveScaling":
        raise NotImplementedError("predictive scaling")
    for other, names in OWN.items():
        if other != kind and (wrong := next((name for name in names if asked.get(name) is not None), None)):
            raise invalid(f"{wrong} is not supported by policy type {kind}")
    if kind == "TargetTrackingScaling":
        if not asked.get("TargetTrackingConfiguration"):
            raise invalid("TargetTrackingConfiguration must be specified for policy type TargetTrackingScaling")
        if asked.get("AdjustmentType"):
            raise invalid("AdjustmentType is not supported by policy type TargetTrackingScaling")
        tracking.check(account, group, asked["TargetTrackingConfiguration"])
        return
    _check_adjustment(kind, asked)


def _check_adjustment(kind: str, asked: dict[str, Any]) -> None:
    if asked.get("AdjustmentType") not in ADJUSTMENTS:
        raise invalid(f"AdjustmentType must be specified for policy type {kind}, and be one of {', '.join(ADJUSTMENTS)}")
    least = asked.get("MinAdjustmentMagnitude", asked.get("MinAdjustmentStep"))
    if least is not None and asked["AdjustmentType"] != "PercentChangeInCapacity":
        raise invalid("MinAdjustmentMagnitude is only supported with the adjustment type PercentChangeInCapacity")
    if kind == "SimpleScaling":
        if asked.get("ScalingAdjustment") is None:
            raise invalid("ScalingAdjustment must be specified for policy type SimpleScaling")
        return
    if not asked.get("StepAdjustments"):
        raise invalid("StepAdjustments must be specified for policy type StepScaling")
    if wrong := scaling.gap(asked["StepAdjustments"]):
        raise invalid(wrong)
    if asked.get("MetricAggregationType", "Average") not in AGGREGATIONS:
        raise invalid(f"MetricAggregationType must be one of {', '.join(AGGREGATIONS)}")
