"""An alarm whose minutes are shorter than AWS's: those of target tracking, as many times as short as health checks are fast.

Sums of a short period are multiplied by what it lacks to AWS's, so that a threshold means the same; what is told once a minute holds for
that minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.watch.alarm import Alarm
from sandbox.watch.metrics import Metric
from sandbox.watch.queries import Source
from sandbox.watch.statistics import Datum

SUMS = ("Sum", "SampleCount")
MINUTE = timedelta(seconds=60)


def shortened(alarm: Alarm) -> Alarm:
    if alarm.pace == 1:
        return alarm
    given = alarm.definition
    found = given.get("Metrics")
    if not found:
        metric = {name: given[name] for name in ("Namespace", "MetricName", "Dimensions")}
        stat = {"Metric": metric, "Period": given["Period"], "Stat": given["Statistic"], "Unit": given.get("Unit")}
        found = [{"Id": "m1", "MetricStat": stat, "ReturnData": True}]
    queries = [short for query in found for short in _shortened(query, alarm.pace)]
    return replace(alarm, definition={**given, "Metrics": queries})


def _shortened(query: dict[str, Any], pace: float) -> Iterator[dict[str, Any]]:
    stat = query.get("MetricStat")
    if not stat:
        yield query
        return
    short = {**query, "MetricStat": {**stat, "Period": period(stat["Period"], pace)}}
    if stat["Stat"] not in SUMS:
        yield short
        return
    part = f"{query['Id']}_part"
    yield {**short, "Id": part, "ReturnData": False}
    factor = stat["Period"] / period(stat["Period"], pace)
    yield {"Id": query["Id"], "Expression": f"{part} * {factor:g}", "ReturnData": query.get("ReturnData", True)}


def period(seconds: int, pace: float) -> int:
    return max(1, round(seconds / pace))


class Held:
    """Data that hold until the next ones, for a minute at most."""

    def __init__(self, source: Source, step: timedelta) -> None:
        self._source, self._step = source, step

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._source)

    def between(self, metric: Metric, start: datetime, end: datetime) -> list[Datum]:
        data = self._source.between(metric, start - MINUTE, end)
        held: list[Datum] = []
        for datum, following in zip(data, [*data[1:], None], strict=True):
            until = min(datum.timestamp + MINUTE, following.timestamp if following else end)
            at = datum.timestamp
            while at < until:
                held.append(datum._replace(timestamp=at))
                at += self._step
        return [datum for datum in held if start <= datum.timestamp < end]


def source(alarm: Alarm, given: Source) -> Source:
    """`given`, for the metrics of a shortened alarm."""
    stats = [query["MetricStat"] for query in alarm.definition.get("Metrics") or () if query.get("MetricStat")]
    if alarm.pace == 1 or any(stat["Stat"] in SUMS for stat in stats):
        return given
    return Held(given, timedelta(seconds=min(stat["Period"] for stat in stats)))
