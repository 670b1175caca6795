"""What a scaling policy makes of a capacity.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
"""

from __future__ import annotations

import math
from typing import Any

# The share of the capacity that target tracking takes away at once, one instance at least.
GRADUALLY = 0.1


def changed(capacity: int, adjustment: str, amount: int, least: int | None = None) -> int:
    """A percentage moves by one at least, and by whole instances below it otherwise."""
    if adjustment == "ExactCapacity":
        return amount
    if adjustment == "ChangeInCapacity":
        return capacity + amount
    exact = capacity * amount / 100
    moved = math.copysign(1, exact) if 0 < abs(exact) < 1 else math.trunc(exact)
    if exact and least:
        moved = math.copysign(max(abs(moved), least), exact)
    return capacity + int(moved)


def step(steps: list[dict[str, Any]], excess: float) -> int | None:
    """The adjustment for what lies so far above (or below) the threshold: above it from the lower bound on, below it to the upper one."""
    for one in steps:
        lower, upper = one.get("MetricIntervalLowerBound"), one.get("MetricIntervalUpperBound")
        low, high = -math.inf if lower is None else lower, math.inf if upper is None else upper
        if (low < excess <= high) if high <= 0 else (low <= excess < high):
            return int(one["ScalingAdjustment"])
    return None


def gap(steps: list[dict[str, Any]]) -> str:
    """What AWS refuses of step adjustments; nothing where they fit together."""
    bounds = [(one.get("MetricIntervalLowerBound"), one.get("MetricIntervalUpperBound")) for one in steps]
    if sum(low is None for low, _ in bounds) > 1 or sum(high is None for _, high in bounds) > 1:
        return "At most one StepAdjustment may have an unspecified lower bound, and one an unspecified upper bound"
    if any(low is None and high is None for low, high in bounds) and len(bounds) > 1:
        return "StepAdjustment intervals can't overlap"
    ordered = sorted((-math.inf if low is None else low, math.inf if high is None else high) for low, high in bounds)
    if any(low >= high for low, high in ordered):
        return "The lower bound of a StepAdjustment must be less than its upper bound"
    for (_, high), (low, _) in zip(ordered, ordered[1:], strict=False):
        if low != high:
            return "StepAdjustment intervals can't have gaps between them" if low > high else "StepAdjustment intervals can't overlap"
    if any(low < 0 < high for low, high in ordered):
        return "A StepAdjustment interval can't lie on both sides of zero"
    return ""


def out(capacity: int, metric: float, target: float) -> int:
    return math.ceil(capacity * metric / target - 1e-9)


def into(desired: int, metric: float, target: float) -> int:
    """Gradually: what is taken away too early is missed."""
    least = desired - max(1, math.floor(desired * GRADUALLY))
    return max(math.ceil(desired * metric / target - 1e-9), least)
