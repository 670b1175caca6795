"""GetMetricStatistics and GetMetricData: percentiles, trimmed means, metric math, exact dimensions, aligned periods.

moto crashes on percentiles, returns nothing for metric math, lets a query without dimensions see every metric of the
name, and starts periods where the data starts. AWS rounds the start time down by the age of the data and starts
periods there.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
Metrics Insights (SELECT ...) is not emulated.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from sandbox.watch.backend import Source
from sandbox.watch.metrics import Metric, by_period
from sandbox.watch.paging import page
from sandbox.watch.queries import Queries
from sandbox.watch.query_validation import check_period, check_queries
from sandbox.watch.statistics import is_extended, statistic
from sandbox.watch.tokens import Malformed
from sandbox.watch.values import Series

MOST_POINTS = 1440
PAGE = 100_800
_GRANULARITY = ((timedelta(days=15), 60), (timedelta(days=63), 300))


def _start(start: datetime, period: int) -> datetime:
    age = utcnow() - start
    seconds = next((seconds for limit, seconds in _GRANULARITY if age < limit), 3600)
    return start - (start - datetime.min) % timedelta(seconds=min(seconds, period))


def get_metric_statistics(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    basic, extended = asked.get("Statistics") or [], asked.get("ExtendedStatistics") or []
    if not basic and not extended:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    for name in extended:
        if not is_extended(name):
            raise InvalidParameterValue(f"The value {name} for parameter ExtendedStatistics is not supported.")
    if asked["StartTime"] >= asked["EndTime"]:
        raise InvalidParameterValue("The parameter StartTime must be less than the parameter EndTime.")
    period = int(asked["Period"])
    check_period(period, InvalidParameterValue)
    start = _start(asked["StartTime"], period)
    if (asked["EndTime"] - start) / timedelta(seconds=period) > MOST_POINTS:
        raise InvalidParameterCombination(
            f"You have requested up to {int((asked['EndTime'] - start).total_seconds() // period)} datapoints, which "
            f"exceeds the limit of {MOST_POINTS}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range."
        )
    data = Source(self.cloudwatch_backend).between(Metric.of(asked), start, asked["EndTime"])
    datapoints = []
    for at, found in sorted(by_period(data, start, period, asked.get("Unit")).items()):
        point: dict[str, Any] = {"Timestamp": at, "Unit": found[0].unit}
        point |= {name: statistic(found, name) for name in basic}
        percentiles = {name: value for name in extended if (value := statistic(found, name)) is not None}
        datapoints.append(point | ({"ExtendedStatistics": percentiles} if percentiles else {}))
    return ActionResult({"Label": asked["MetricName"], "Datapoints": datapoints})


def get_metric_data(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    queries = asked["MetricDataQueries"]
    check_queries(queries)
    if asked["StartTime"] > asked["EndTime"]:
        raise ValidationError("The parameter EndTime must be greater than StartTime.")
    if asked["StartTime"] == asked["EndTime"]:
        raise ValidationError("The parameter StartTime must not equal parameter EndTime.")
    finest = min((q["MetricStat"]["Period"] for q in queries if q.get("MetricStat")), default=60)
    start = _start(asked["StartTime"], int(finest))
    known = Queries(Source(self.cloudwatch_backend), queries, start, asked["EndTime"])
    try:
        returned = [q["Id"] for q in queries if q.get("ReturnData", True)]
        results = [(query_id, series) for query_id in returned for series in known.all_series(query_id)]
    except Malformed as error:
        raise ValidationError(f"Error in expression: {error}") from error
    return ActionResult(_page(results, asked))


def _page(results: list[tuple[str, Series]], asked: dict[str, Any]) -> dict[str, Any]:
    ascending = asked.get("ScanBy") == "TimestampAscending"
    points = [
        (index, at, value)
        for index, (_, series) in enumerate(results)
        for at, value in sorted(series.points.items(), reverse=not ascending)
    ]
    size = min(asked.get("MaxDatapoints") or PAGE, PAGE)
    shown, token = page(points, size, asked.get("NextToken"), InvalidParameterValue)
    cut = shown[-1][0] if token else None
    described = [
        {
            "Id": query_id,
            "Label": series.label,
            "Timestamps": [at for number, at, _ in shown if number == index],
            "Values": [value for number, _, value in shown if number == index],
            "StatusCode": "PartialData" if cut is not None and index >= cut else "Complete",
        }
        for index, (query_id, series) in enumerate(results)
    ]
    return {"MetricDataResults": described, "NextToken": token, "Messages": []}


def apply() -> None:
    CloudWatchResponse.get_metric_statistics = get_metric_statistics
    CloudWatchResponse.get_metric_data = get_metric_data
