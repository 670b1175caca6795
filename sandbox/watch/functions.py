"""Metric math: what an expression evaluates to: a number, a time series, or an array of time series.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import math
import operator
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
        step = timedelta(seconds=self.period)
        return [self.start + index * step for index in range(max(0, math.ceil((self.end - self.start) / step)))]


def evaluate(node: Node, scope: Scope) -> Value:
    match node.kind:
        case "number" | "string":
            return node.value
        case "name":
            return scope.lookup(node.value)
        case "list":
            return [item for part in node.arguments for item in _flat(evaluate(part, scope))]
        case "negative":
            return _each(evaluate(node.arguments[0], scope), lambda value: -value)
        case "operator":
            left, right = (evaluate(part, scope) for part in node.arguments)
            return _combine(left, right, _OPERATORS[node.value])
    name = node.value
    if name == "ANOMALY_DETECTION_BAND":
        width = evaluate(node.arguments[1], scope) if len(node.arguments) > 1 else 2.0
        return scope.band(node.arguments[0], _number(width))
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if name in _SCALAR:
        return _each(arguments[0], _SCALAR[name])
    if name in _SUMMARY:
        return _summary(arguments[0], _SUMMARY[name])
    if name in _SERIES:
        function = _SERIES[name]
        if isinstance(arguments[0], list):
            return [function(scope, series, *arguments[1:]) for series in arguments[0]]
        return function(scope, _series(arguments[0], scope), *arguments[1:])
    if name in _OTHER:
        return _OTHER[name](scope, *arguments)
    raise Malformed(f"unsupported function {name}")


def _divide(left: float, right: float) -> float | None:
    return left / right if right else None


_OPERATORS: dict[str, Callable[[float, float], float | None]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "^": operator.pow,
    "==": lambda left, right: float(left == right),
    "!=": lambda left, right: float(left != right),
    "<=": lambda left, right: float(left <= right),
    ">=": lambda left, right: float(left >= right),
    "<": lambda left, right: float(left < right),
    ">": lambda left, right: float(left > right),
    "&&": lambda left, right: float(bool(left) and bool(right)),
    "||": lambda left, right: float(bool(left) or bool(right)),
}


def _flat(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def _number(value: Value) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    raise Malformed("a number is expected")


def _series(value: Value, scope: Scope) -> Series:
    if isinstance(value, Series):
        return value
    return Series("", dict.fromkeys(scope.times(), _number(value)))


def _each(value: Value, function: Callable[[float], float | None]) -> Value:
    if isinstance(value, list):
        return [_each(item, function) for item in value]
    if isinstance(value, Series):
        found = {at: function(point) for at, point in value.points.items()}
        return Series(value.label, {at: point for at, point in found.items() if point is not None})
    result = function(_number(value))
    return math.nan if result is None else result


def _combine(left: Value, right: Value, function: Callable[[float, float], float | None]) -> Value:
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            raise Malformed("arrays of different length")
        return [_combine(one, other, function) for one, other in zip(left, right, strict=True)]
    if isinstance(left, list):
        return [_combine(item, right, function) for item in left]
    if isinstance(right, list):
        return [_combine(left, item, function) for item in right]
    if isinstance(left, Series) and isinstance(right, Series):
        common = {at: function(point, right.points[at]) for at, point in left.points.items() if at in right.points}
        return Series(left.label, {at: point for at, point in common.items() if point is not None})
    if isinstance(left, Series):
        return _each(left, lambda point: function(point, _number(right)))
    return _each(right, lambda point: function(_number(left), point))


def _summary(value: Value, function: Callable[[list[float]], float]) -> Value:
    """Of one series a number, of an array a series."""
    if isinstance(value, Series):
        return function(list(value.points.values())) if value.points else math.nan
    items = _flat(value)
    times = sorted({at for item in items if isinstance(item, Series) for at in item.points})
    columns = {at: [p for item in items if (p := _at(item, at)) is not None] for at in times}
    return Series("", {at: function(column) for at, column in columns.items()})


def _at(value: Value, at: datetime) -> float | None:
    return value.points.get(at) if isinstance(value, Series) else _number(value)


_SCALAR: dict[str, Callable[[float], float | None]] = {
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "LOG": lambda value: math.log(value) if value > 0 else None,
    "LOG10": lambda value: math.log10(value) if value > 0 else None,
}
_SUMMARY: dict[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "AVG": statistics.fmean,
    "MIN": min,
    "MAX": max,
    "STDDEV": statistics.pstdev,
    "DATAPOINT_COUNT": len,
}


def _ordered(series: Series) -> list[tuple[datetime, float]]:
    return sorted(series.points.items())


def _steps(series: Series) -> Iterable[tuple[datetime, float, float]]:
    """Every point but the first: time, change of the value, seconds since the point before."""
    known = _ordered(series)
    for (before, old), (at, new) in zip(known, known[1:], strict=False):
        yield at, new - old, (at - before).total_seconds()


def _diff(_: Scope, series: Series) -> Series:
    return Series(series.label, {at: change for at, change, _seconds in _steps(series)})


def _diff_time(_: Scope, series: Series) -> Series:
    return Series(series.label, {at: seconds for at, _change, seconds in _steps(series)})


def _rate(_: Scope, series: Series) -> Series:
    return Series(series.label, {at: change / seconds for at, change, seconds in _steps(series)})


def _running_sum(_: Scope, series: Series) -> Series:
    total, sums = 0.0, {}
    for at, point in _ordered(series):
        sums[at] = total = total + point
    return Series(series.label, sums)


def _period(scope: Scope, series: Series) -> float:
    return float(scope.period)


def _fill(scope: Scope, series: Series, filler: Value) -> Series:
    if filler == "REPEAT":
        filled, last = {}, None
        for at in scope.times():
            last = series.points.get(at, last)
            if last is not None:
                filled[at] = last
        return Series(series.label, filled)
    if filler == "LINEAR":
        return Series(series.label, _interpolated(_ordered(series), scope.times()))
    filling = _series(filler, scope).points
    return Series(series.label, {**{at: filling[at] for at in scope.times() if at in filling}, **series.points})


def _interpolated(known: list[tuple[datetime, float]], times: list[datetime]) -> Points:
    filled = dict(known)
    for (before, old), (after, new) in zip(known, known[1:], strict=False):
        for at in times:
            if before < at < after:
                filled[at] = old + (new - old) * ((at - before) / (after - before))
    return filled


def _calendar(part: Callable[[datetime], float]) -> Callable[[Scope, Series], Series]:
    return lambda _, series: Series(series.label, {at: float(part(at)) for at in series.points})


_SERIES: dict[str, Callable[..., Value]] = {
    "DIFF": _diff,
    "DIFF_TIME": _diff_time,
    "RATE": _rate,
    "RUNNING_SUM": _running_sum,
    "PERIOD": _period,
    "FILL": _fill,
    "MINUTE": _calendar(lambda at: at.minute),
    "HOUR": _calendar(lambda at: at.hour),
    "DAY": _calendar(lambda at: at.isoweekday()),
    "DATE": _calendar(lambda at: at.day),
    "MONTH": _calendar(lambda at: at.month),
    "YEAR": _calendar(lambda at: at.year),
    "EPOCH": _calendar(lambda at: at.replace(tzinfo=UTC).timestamp()),
}


def _if(scope: Scope, condition: Value, then: Value, otherwise: Value | None = None) -> Value:
    """Where the chosen side has no point, the result has none."""
    if not isinstance(condition, Series):
        chosen = then if _number(condition) else otherwise
        return Series("", {}) if chosen is None else chosen
    chosen_points = {at: _at_or_none(then if met else otherwise, at) for at, met in condition.points.items()}
    return Series(condition.label, {at: point for at, point in chosen_points.items() if point is not None})


def _at_or_none(value: Value | None, at: datetime) -> float | None:
    return None if value is None else _at(value, at)


def _sort(scope: Scope, array: Value, function: str = "AVG", order: str = "DESC", limit: float | None = None) -> Value:
    measure = _SUMMARY[str(function)] if function in _SUMMARY else statistics.fmean
    ranked = sorted(
        (series for series in _flat(array) if series.points),
        key=lambda series: measure(list(series.points.values())),
        reverse=order == "DESC",
    )
    return ranked[: int(limit)] if limit else ranked


def _slice(scope: Scope, array: Value, start: float, end: float | None = None) -> Value:
    items = _flat(array)
    return items[int(start)] if end is None else items[int(start) : int(end)]


def _search(scope: Scope, query: str, stat: str | None = None, period: float | None = None) -> Value:
    return scope.search(query, stat, int(period) if period else None)


_OTHER: dict[str, Callable[..., Value]] = {
    "IF": _if,
    "METRICS": lambda scope, part="": scope.metrics(part),
    "METRIC_COUNT": lambda scope, array: float(len(_flat(array))),
    "FIRST": lambda scope, array: _flat(array)[0],
    "LAST": lambda scope, array: _flat(array)[-1],
    "SLICE": _slice,
    "SORT": _sort,
    "TIME_SERIES": lambda scope, value: _series(value, scope),
    "REMOVE_EMPTY": lambda scope, array: [series for series in _flat(array) if series.points],
    "SEARCH": _search,
}
