"""The functions of metric math.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from sandbox.watch.metrics import Points
from sandbox.watch.values import Scope, Series, Value, array, as_series, number, point_at

SCALAR: dict[str, Callable[[float], float | None]] = {
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "LOG": lambda value: math.log(value) if value > 0 else None,
    "LOG10": lambda value: math.log10(value) if value > 0 else None,
}
SUMMARY: dict[str, Callable[[list[float]], float]] = {
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
    filling = as_series(filler, scope).points
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


SERIES: dict[str, Callable[..., Value]] = {
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
        chosen = then if number(condition) else otherwise
        return Series("", {}) if chosen is None else chosen
    chosen_points = {at: _at_or_none(then if met else otherwise, at) for at, met in condition.points.items()}
    return Series(condition.label, {at: point for at, point in chosen_points.items() if point is not None})


def _at_or_none(value: Value | None, at: datetime) -> float | None:
    return None if value is None else point_at(value, at)


def _sort(scope: Scope, value: Value, function: str = "AVG", order: str = "DESC", limit: float | None = None) -> Value:
    measure = SUMMARY[str(function)] if function in SUMMARY else statistics.fmean
    ranked = sorted(
        (one for one in array(value) if one.points),
        key=lambda one: measure(list(one.points.values())),
        reverse=order == "DESC",
    )
    return ranked[: int(limit)] if limit else ranked


def _slice(scope: Scope, value: Value, start: float, end: float | None = None) -> Value:
    found = array(value)
    return found[int(start)] if end is None else found[int(start) : int(end)]


def _search(scope: Scope, query: str, stat: str | None = None, period: float | None = None) -> Value:
    return scope.search(query, stat, int(period) if period else None)


OTHER: dict[str, Callable[..., Value]] = {
    "IF": _if,
    "METRICS": lambda scope, part="": scope.metrics(part),
    "METRIC_COUNT": lambda scope, value: float(len(array(value))),
    "FIRST": lambda scope, value: array(value)[0],
    "LAST": lambda scope, value: array(value)[-1],
    "SLICE": _slice,
    "SORT": _sort,
    "TIME_SERIES": lambda scope, value: as_series(value, scope),
    "REMOVE_EMPTY": lambda scope, value: [one for one in array(value) if one.points],
    "SEARCH": _search,
}
