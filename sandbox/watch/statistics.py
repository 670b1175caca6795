"""CloudWatch's statistics of the samples in one period.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
A percentile is the nearest rank; CloudWatch itself works on a sketch and differs a little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Datum(NamedTuple):
    """One value with its count (minimum == maximum), or a statistic set."""

    timestamp: datetime
    unit: str
    samples: float
    total: float
    minimum: float
    maximum: float

    @classmethod
    def of(cls, timestamp: datetime, unit: str, value: float, count: float = 1) -> Datum:
        return cls(timestamp, unit, count, value * count, value, value)


Samples = list[tuple[float, float]]

_NUMBER = r"\d+(?:\.\d*)?"
_PERCENTILE = re.compile(rf"p({_NUMBER})$")
_SHORT = re.compile(rf"(tm|tc|ts|wm)({_NUMBER})$")
_RANGE = re.compile(rf"(TM|TC|TS|WM|PR)\(({_NUMBER})?(%)?:({_NUMBER})?(%)?\)$")
_BASIC = {"SampleCount", "Sum", "Average", "Minimum", "Maximum"}


def is_statistic(name: str) -> bool:
    percents = [name[1:]] if _PERCENTILE.match(name) else [name[2:]] if _SHORT.match(name) else []
    return name in _BASIC | {"IQM"} or (bool(percents) and float(percents[0]) <= 100) or bool(_RANGE.match(name))


def is_extended(name: str) -> bool:
    return is_statistic(name) and name not in _BASIC


def statistic(data: Iterable[Datum], name: str) -> float | None:
    """None when the samples do not tell: no data, or a statistic set where a distribution is asked for."""
    data = list(data)
    count = sum(datum.samples for datum in data)
    if not count:
        return None
    match name:
        case "SampleCount":
            return count
        case "Sum":
            return sum(datum.total for datum in data)
        case "Average":
            return sum(datum.total for datum in data) / count
        case "Minimum":
            return min(datum.minimum for datum in data)
        case "Maximum":
            return max(datum.maximum for datum in data)
    if any(datum.minimum != datum.maximum for datum in data):
        return None
    return _of_distribution(sorted((datum.minimum, datum.samples) for datum in data), name)


def _of_distribution(samples: Samples, name: str) -> float | None:
    if match := _PERCENTILE.match(name):
        return _percentile(samples, float(match[1]))
    if name == "IQM":
        return _mean(_between_ranks(samples, 25, 75))
    if match := _SHORT.match(name):
        kind, low, high, percent = match[1].upper(), 0.0, float(match[2]), True
    elif match := _RANGE.match(name):
        percent = bool(match[3] or match[5])
        kind = match[1]
        low = float(match[2]) if match[2] else 0.0 if percent else float("-inf")
        high = float(match[4]) if match[4] else 100.0 if percent else float("inf")
    else:
        raise ValueError(f"{name} is not a statistic")
    if kind == "WM":
        if percent:
            low, high = _percentile(samples, low), _percentile(samples, high)
        return _mean([(min(max(value, low), high), count) for value, count in samples])
    kept = _between_ranks(samples, low, high) if percent else _between_values(samples, low, high)
    counted = sum(count for _, count in kept)
    match kind:
        case "TC":
            return counted
        case "TS":
            return sum(value * count for value, count in kept)
        case "PR":
            return 100 * counted / sum(count for _, count in samples)
    return _mean(kept)


def _mean(samples: Samples) -> float | None:
    count = sum(count for _, count in samples)
    return sum(value * count for value, count in samples) / count if count else None


def _percentile(samples: Samples, percent: float) -> float:
    rank = sum(count for _, count in samples) * percent / 100
    reached = 0.0
    for value, count in samples:
        reached += count
        if reached >= rank - 1e-9:
            return value
    return samples[-1][0]


def _between_ranks(samples: Samples, low: float, high: float) -> Samples:
    total = sum(count for _, count in samples)
    start, end, reached, kept = total * low / 100, total * high / 100, 0.0, []
    for value, count in samples:
        inside = min(end, reached + count) - max(start, reached)
        if inside > 0:
            kept.append((value, inside))
        reached += count
    return kept


def _between_values(samples: Samples, low: float, high: float) -> Samples:
    """The lower bound is exclusive, the upper one inclusive, as AWS documents."""
    return [(value, count) for value, count in samples if low < value <= high]
