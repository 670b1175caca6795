"""The metrics of one account and region: every series with its data in order of time."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sandbox.watch.statistics import Datum, statistic

Points = dict[datetime, float]


class Metric(NamedTuple):
    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, request: dict[str, Any]) -> Metric:
        """From the Namespace, MetricName and Dimensions of a request."""
        pairs = frozenset((pair["Name"], pair["Value"]) for pair in request.get("Dimensions") or ())
        return cls(request["Namespace"], request["MetricName"], pairs)

    def describe(self) -> dict[str, Any]:
        dimensions = [{"Name": name, "Value": value} for name, value in sorted(self.dimensions)]
        return {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions}


class Metrics:
    def __init__(self) -> None:
        self._series: dict[Metric, list[Datum]] = {}

    def __iter__(self) -> Iterator[Metric]:
        return iter(list(self._series))

    def put(self, metric: Metric, datum: Datum) -> None:
        series = self._series.setdefault(metric, [])
        if not series or series[-1].timestamp <= datum.timestamp:
            series.append(datum)
        else:
            insort(series, datum, key=lambda known: known.timestamp)

    def replace(self, metric: Metric, datum: Datum) -> None:
        """In the place of the newest one, when that is of the same time."""
        series = self._series.get(metric)
        if series and series[-1].timestamp == datum.timestamp:
            series[-1] = datum
        else:
            self.put(metric, datum)

    def between(self, metric: Metric, start: datetime, end: datetime) -> list[Datum]:
        series = self._series.get(metric, [])
        first = bisect_left(series, start, key=lambda datum: datum.timestamp)
        return series[first : bisect_left(series, end, key=lambda datum: datum.timestamp)]

    def last_seen(self, metric: Metric) -> datetime:
        return self._series[metric][-1].timestamp


def by_period(data: Iterable[Datum], start: datetime, period: int, unit: str | None = None) -> dict[datetime, list[Datum]]:
    """The data of each period that has any; the first period begins at `start`."""
    step = timedelta(seconds=period)
    periods: dict[datetime, list[Datum]] = defaultdict(list)
    for datum in data:
        if unit is None or datum.unit == unit:
            periods[start + (datum.timestamp - start) // step * step].append(datum)
    return periods


def points(data: Iterable[Datum], start: datetime, period: int, stat: str, unit: str | None = None) -> Points:
    values = {at: statistic(found, stat) for at, found in by_period(data, start, period, unit).items()}
    return {at: value for at, value in values.items() if value is not None}
