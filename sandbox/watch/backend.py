"""What the repairs keep on moto's CloudWatch backend, one per account and region; a reset empties it with the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend

from sandbox.watch.alarm import Alarm, HistoryItem
from sandbox.watch.metrics import Metric, Metrics
from sandbox.watch.statistics import Datum


def stored(backend: CloudWatchBackend) -> Metrics:
    return backend.__dict__.setdefault("metrics", Metrics())


def alarms(backend: CloudWatchBackend) -> dict[str, Alarm]:
    """In the place of moto's alarms, of which moto's other services read name and ARN."""
    return backend.alarms  # type: ignore[return-value]


def history(backend: CloudWatchBackend) -> list[HistoryItem]:
    return backend.__dict__.setdefault("history", [])


class Source:
    """The metrics that were put, and those that moto's services compute of themselves (bucket sizes)."""

    def __init__(self, backend: CloudWatchBackend) -> None:
        self._backend = backend

    def __iter__(self) -> Iterator[Metric]:
        yield from dict.fromkeys([*stored(self._backend), *(metric for metric, _ in self._provided())])

    def between(self, metric: Metric, start: datetime, end: datetime) -> list[Datum]:
        found = stored(self._backend).between(metric, start, end)
        if metric.namespace != "AWS/S3":
            return found
        return found + [datum for known, datum in self._provided() if known == metric and start <= datum.timestamp < end]

    def last_seen(self, metric: Metric) -> datetime:
        known = [datum.timestamp for provided, datum in self._provided() if provided == metric]
        return max(known) if known else stored(self._backend).last_seen(metric)

    def _provided(self) -> Iterator[tuple[Metric, Datum]]:
        for datum in self._backend.aws_metric_data:
            pairs: Any = frozenset((pair.name, pair.value) for pair in datum.dimensions)
            metric = Metric(datum.namespace, datum.name, pairs)
            yield metric, Datum.of(datum.timestamp, datum.unit or "None", float(datum.value))  # type: ignore[attr-defined]
