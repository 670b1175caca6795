"""MetricDataQueries, of GetMetricData and of alarms, over the known metrics between two times."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sandbox.watch.expression import Node, names, parse
from sandbox.watch.metric_math import evaluate
from sandbox.watch.metrics import Metric, points
from sandbox.watch.search import search
from sandbox.watch.statistics import Datum
from sandbox.watch.tokens import Malformed
from sandbox.watch.values import Scope, Series, Value, array, times_between

TRAINING = timedelta(days=14)
FEWEST_TRAINING_POINTS = 3


class Source(Protocol):
    def __iter__(self) -> Any: ...
    def between(self, metric: Metric, start: datetime, end: datetime) -> list[Datum]: ...


@dataclass
class Queries:
    source: Source
    queries: list[dict[str, Any]]
    start: datetime
    end: datetime
    _values: dict[str, Value] = field(default_factory=dict)
    _underway: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.by_id = {query["Id"]: query for query in self.queries}

    def value(self, query_id: str) -> Value:
        if query_id not in self._values:
            if query_id not in self.by_id:
                raise Malformed(f"unknown id {query_id!r}")
            if query_id in self._underway:
                raise Malformed(f"{query_id!r} refers to itself")
            self._underway.add(query_id)
            self._values[query_id] = self._evaluate(self.by_id[query_id])
        return self._values[query_id]

    def all_series(self, query_id: str) -> list[Series]:
        """What a query returns: its label, or that of each member of an array."""
        value, label = self.value(query_id), self.by_id[query_id].get("Label")
        found = array(value)
        named = self._is_metric(query_id) or len(found) > 1
        return [Series(label or (one.label if named else "") or query_id, one.points) for one in found]

    def period(self, query_id: str, above: frozenset[str] = frozenset()) -> int:
        """The longest period that an expression works on, when it gives none itself."""
        query, above = self.by_id[query_id], above | {query_id}
        given = query.get("MetricStat", query).get("Period")
        if given:
            return int(given)
        used = (names(parse(query["Expression"])) & self.by_id.keys()) - above
        metrics = [known for known in self.by_id if self._is_metric(known)]
        return max((self.period(name, above) for name in used or metrics), default=300)

    def _is_metric(self, query_id: str) -> bool:
        return "MetricStat" in self.by_id[query_id]

    def _evaluate(self, query: dict[str, Any]) -> Value:
        if stat := query.get("MetricStat"):
            metric = Metric.of(stat["Metric"])
            return self._series(metric, stat["Stat"], int(stat["Period"]), stat.get("Unit"), query.get("Label"))
        scope = Scope(
            lookup=self.value,
            metrics=self._metrics,
            search=lambda text, stat, period: self._search(text, stat, period or self.period(query["Id"])),
            band=self._band,
            start=self.start,
            end=self.end,
            period=self.period(query["Id"]),
        )
        return evaluate(parse(query["Expression"]), scope)

    def _series(self, metric: Metric, stat: str, period: int, unit: str | None, label: str | None) -> Series:
        data = self.source.between(metric, self.start, self.end)
        return Series(label or metric.name, points(data, self.start, period, stat, unit))

    def _metrics(self, part: str) -> list[Series]:
        return [s for name in self.by_id if self._is_metric(name) and part in name for s in self.all_series(name)]

    def _search(self, text: str, stat: str | None, period: int) -> list[Series]:
        found: Iterable[Metric] = search(text, self.source)
        labels = {metric: " ".join([*sorted(value for _, value in metric.dimensions), metric.name]) for metric in found}
        return [self._series(metric, stat or "Average", period, None, label) for metric, label in labels.items()]

    def _band(self, node: Node, width: float) -> list[Series]:
        """Upper and lower bound: mean and standard deviation of the two weeks before.

        AWS trains a model that knows hours and week days; here a metric is expected to stay as it was.
        """
        if node.kind != "name":
            raise Malformed("ANOMALY_DETECTION_BAND takes the id of a metric")
        period = self.period(node.value)
        before = self.start - TRAINING // timedelta(seconds=period) * timedelta(seconds=period)
        past = Queries(self.source, self.queries, before, self.start).value(node.value)
        known = list(past.points.values()) if isinstance(past, Series) else []
        if len(known) < FEWEST_TRAINING_POINTS:
            return [Series("upper", {}), Series("lower", {})]
        mean, spread = statistics.fmean(known), width * statistics.pstdev(known)
        times = times_between(self.start, self.end, period)
        return [
            Series(f"{node.value} (expected upper)", dict.fromkeys(times, mean + spread)),
            Series(f"{node.value} (expected lower)", dict.fromkeys(times, mean - spread)),
        ]
