"""From the newest data points of an alarm to its state.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

# CloudWatch looks at more points than the alarm's evaluation periods; AWS's tables show two more.
EXTRA_PERIODS = 2

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
    "GreaterThanUpperThreshold": operator.gt,
    "LessThanLowerThreshold": operator.lt,
}
WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to the threshold",
    "GreaterThanThreshold": "greater than the threshold",
    "LessThanThreshold": "less than the threshold",
    "LessThanOrEqualToThreshold": "less than or equal to the threshold",
    "GreaterThanUpperThreshold": "greater than the upper thresholds",
    "LessThanLowerThreshold": "less than the lower thresholds",
    "LessThanLowerOrGreaterThanUpperThreshold": "less than the lower thresholds or greater than the upper thresholds",
}
BAND_OPERATORS = frozenset(WORDS) - {
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
}


def breaches(value: float, comparison: str, lower: float, upper: float) -> bool:
    """Whether a value breaches; a plain threshold is a band whose bounds are equal."""
    if comparison == "LessThanLowerOrGreaterThanUpperThreshold":
        return value < lower or value > upper
    return _COMPARE[comparison](value, lower if comparison.startswith("Less") else upper)


def is_final(breaching: bool, comparison: str, statistic: str | None) -> bool:
    """Whether what a period that still runs says can no longer change.

    AWS waits for the period to end; here an alarm is to be seen as soon as it is certain.
    """
    if statistic not in ("Sum", "SampleCount", "Maximum", "Minimum") or comparison not in _COMPARE:
        return True
    rises = statistic != "Minimum"
    return breaching == (comparison.startswith("Greater") == rises)


def state(points: Sequence[bool | None], periods: int, needed: int, missing: str, current: str) -> str:
    """The state after the points of the evaluation range, oldest first, each breaching or not or missing."""
    real = [point for point in points if point is not None]
    if len(real) >= periods:
        return "ALARM" if sum(real[-periods:]) >= needed else "OK"
    breaching = sum(real)
    if breaching >= needed:
        return "ALARM"
    match missing:
        case "breaching":
            return "ALARM" if breaching + periods - len(real) >= needed else "OK"
        case "notBreaching":
            return "OK"
    if not all(real):
        return "OK"
    if missing == "ignore":
        return current
    if not real:
        return "INSUFFICIENT_DATA"
    recent = list(points)[-periods:]
    oldest = next((len(recent) - index for index, point in enumerate(recent) if point), 0)
    return "ALARM" if oldest >= needed else current
