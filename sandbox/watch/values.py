"""The values of metric math: a number, a time series, or an array of time series."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.watch.expression import Node
from sandbox.watch.metrics import Points
from sandbox.watch.tokens import Malformed


@dataclass(frozen=True)
class Series:
    label: str
    points: Points


Value = float | str | Series | list[Any]


@dataclass
class Scope:
    """What the names of an expression mean, and the times that it is evaluated at."""

    lookup: Callable[[str], Value]
    metrics: Callable[[str], list[Series]]
    search: Callable[[str, str | None, int | None], list[Series]]
    band: Callable[[Node, float], list[Series]]
    start: datetime
    end: datetime
    period: int

    def times(self) -> list[datetime]:
        return times_between(self.start, self.end, self.period)


def times_between(start: datetime, end: datetime, period: int) -> list[datetime]:
    step = timedelta(seconds=period)
    return [start + index * step for index in range(max(0, math.ceil((end - start) / step)))]


def members(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def number(value: Value) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    raise Malformed("a number is expected")


def array(value: Value) -> list[Series]:
    """The series of an array; one series is an array too."""
    found = members(value)
    if not all(isinstance(item, Series) for item in found):
        raise Malformed("a time series or an array of time series is expected")
    return found  # type: ignore[return-value]


def as_series(value: Value, scope: Scope) -> Series:
    if isinstance(value, Series):
        return value
    return Series("", dict.fromkeys(scope.times(), number(value)))


def each(value: Value, function: Callable[[float], float | None]) -> Value:
    if isinstance(value, list):
        return [each(item, function) for item in value]
    if isinstance(value, Series):
        found = {at: function(point) for at, point in value.points.items()}
        return Series(value.label, {at: point for at, point in found.items() if point is not None})
    result = function(number(value))
    return math.nan if result is None else result


def combine(left: Value, right: Value, function: Callable[[float, float], float | None]) -> Value:
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            raise Malformed("arrays of different length")
        return [combine(one, other, function) for one, other in zip(left, right, strict=True)]
    if isinstance(left, list):
        return [combine(item, right, function) for item in left]
    if isinstance(right, list):
        return [combine(left, item, function) for item in right]
    if isinstance(left, Series) and isinstance(right, Series):
        common = {at: function(point, right.points[at]) for at, point in left.points.items() if at in right.points}
        return Series(left.label, {at: point for at, point in common.items() if point is not None})
    if isinstance(left, Series):
        return each(left, lambda point: function(point, number(right)))
    return each(right, lambda point: function(number(left), point))


def summary(value: Value, function: Callable[[list[float]], float]) -> Value:
    """Of one series a number, of an array a series."""
    if isinstance(value, Series):
        return function(list(value.points.values())) if value.points else math.nan
    items = members(value)
    times = sorted({at for item in items if isinstance(item, Series) for at in item.points})
    columns = {at: [p for item in items if (p := point_at(item, at)) is not None] for at in times}
    return Series("", {at: function(column) for at, column in columns.items()})


def point_at(value: Value, at: datetime) -> float | None:
    return value.points.get(at) if isinstance(value, Series) else number(value)
