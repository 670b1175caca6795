"""PutMetricData and ListMetrics.

moto keeps all data of all metrics in one list, drops counts below one and knows no RecentlyActive.
AWS takes data up to two weeks old and two hours ahead; a metric is listed while it had data in the last two weeks, or
with RecentlyActive in the last three hours, 500 a page.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from sandbox.watch import evaluator
from sandbox.watch.backend import Source, stored
from sandbox.watch.metrics import Metric
from sandbox.watch.paging import page
from sandbox.watch.statistics import Datum

LISTED, RECENT = timedelta(days=14), timedelta(hours=3)
AHEAD = timedelta(hours=2)
PAGE = 500


def put_metric_data(self: CloudWatchBackend, namespace: str, metric_data: list[dict[str, Any]]) -> None:
    now = utcnow()
    for number, member in enumerate(metric_data, 1):
        self._validate_parameters_put_metric_data(member, number)
        if not now - LISTED <= member.get("Timestamp", now) <= now + AHEAD:
            raise InvalidParameterValue(
                f"The parameter MetricData.member.{number}.Timestamp must specify a time within the past two weeks and the next two hours."
            )
    for member in metric_data:
        metric = Metric.of({**member, "Namespace": namespace})
        for datum in _data(member, now):
            stored(self).put(metric, datum)
        evaluator.changed(self, metric)


def _data(member: dict[str, Any], now: datetime) -> list[Datum]:
    at, unit = member.get("Timestamp", now), member.get("Unit") or "None"
    if known := member.get("StatisticValues"):
        numbers = (float(known[name]) for name in ("SampleCount", "Sum", "Minimum", "Maximum"))
        return [Datum(at, unit, *numbers)]
    if not member.get("Values"):
        return [Datum.of(at, unit, float(member.get("Value", 0)))]
    counts = member.get("Counts") or [1] * len(member["Values"])
    pairs = zip(member["Values"], counts, strict=True)
    return [Datum.of(at, unit, float(value), float(count)) for value, count in pairs]


def list_metrics(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    source, now = Source(self.cloudwatch_backend), utcnow()
    since = now - (RECENT if asked.get("RecentlyActive") else LISTED)
    found = [
        metric
        for metric in source
        if asked.get("Namespace") in (None, metric.namespace)
        and asked.get("MetricName") in (None, metric.name)
        and all(_has(metric, wanted) for wanted in asked.get("Dimensions") or ())
        and source.last_seen(metric) >= since
    ]
    found.sort(key=lambda metric: (metric.namespace, metric.name, sorted(metric.dimensions)))
    metrics, token = page(found, PAGE, asked.get("NextToken"), InvalidParameterValue)
    return ActionResult({"Metrics": [metric.describe() for metric in metrics], "NextToken": token})


def _has(metric: Metric, wanted: dict[str, str]) -> bool:
    return any(name == wanted["Name"] and wanted.get("Value") in (None, value) for name, value in metric.dimensions)


def apply() -> None:
    CloudWatchBackend.put_metric_data = put_metric_data
    CloudWatchResponse.list_metrics = list_metrics
