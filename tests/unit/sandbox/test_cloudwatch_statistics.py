"""GetMetricStatistics and GetMetricData."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
SPAN = {"StartTime": HOUR, "EndTime": HOUR + timedelta(hours=1)}
METRIC = {"Namespace": "Shop", "MetricName": "Latency"}
STAT = {"Metric": METRIC, "Period": 300, "Stat": "Average"}


@pytest.fixture
def cloudwatch(client):
    cloudwatch = client("cloudwatch")
    at = HOUR + timedelta(minutes=7)
    data = [
        {"MetricName": "Latency", "Timestamp": at, "Values": [100, 200], "Counts": [99, 1], "Unit": "Milliseconds"},
        {"MetricName": "Latency", "Timestamp": at + timedelta(minutes=10), "Value": 50, "Unit": "Milliseconds"},
        {"MetricName": "Latency", "Timestamp": at, "Value": 9, "Dimensions": [{"Name": "Host", "Value": "a"}]},
    ]
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)
    return cloudwatch


def test_statistics_of_values_with_counts(cloudwatch):
    found = cloudwatch.get_metric_statistics(
        **METRIC, **SPAN, Period=300, Statistics=["Average", "SampleCount"], ExtendedStatistics=["p99", "p99.9"]
    )
    [first, second] = sorted(found["Datapoints"], key=lambda point: point["Timestamp"])
    assert first["Timestamp"] == HOUR + timedelta(minutes=5)
    assert (first["Average"], first["SampleCount"], first["Unit"]) == (101, 100, "Milliseconds")
    assert first["ExtendedStatistics"] == {"p99": 100, "p99.9": 200}
    assert second["Average"] == 50


def test_an_unknown_statistic_is_refused(cloudwatch):
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        cloudwatch.get_metric_statistics(**METRIC, **SPAN, Period=300, ExtendedStatistics=["p101"])


def test_metric_math_and_percentiles(cloudwatch):
    found = cloudwatch.get_metric_data(
        **SPAN,
        ScanBy="TimestampAscending",
        MetricDataQueries=[
            {"Id": "m1", "MetricStat": {**STAT, "Stat": "p50"}, "ReturnData": False},
            {"Id": "m2", "MetricStat": STAT},
            {"Id": "e1", "Expression": "m1 * 2", "Label": "twice"},
        ],
    )["MetricDataResults"]
    assert [(one["Id"], one["Label"], one["Values"], one["StatusCode"]) for one in found] == [
        ("m2", "Latency", [101, 50], "Complete"),
        ("e1", "twice", [200, 100], "Complete"),
    ]
    assert found[0]["Timestamps"] == [HOUR + timedelta(minutes=5), HOUR + timedelta(minutes=15)]


def test_results_come_newest_first_and_in_pages(cloudwatch):
    queries = [{"Id": "m1", "MetricStat": STAT}]
    first = cloudwatch.get_metric_data(**SPAN, MetricDataQueries=queries, MaxDatapoints=1)
    [result] = first["MetricDataResults"]
    assert (result["Values"], result["StatusCode"]) == ([50], "PartialData")
    second = cloudwatch.get_metric_data(**SPAN, MetricDataQueries=queries, MaxDatapoints=1, NextToken=first["NextToken"])
    [result] = second["MetricDataResults"]
    assert (result["Values"], result["StatusCode"]) == ([101], "Complete")
    assert "NextToken" not in second


def test_the_band_has_an_upper_and_a_lower_bound(cloudwatch):
    for minutes in range(10, 40, 10):
        at = HOUR - timedelta(minutes=minutes)
        cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Latency", "Timestamp": at, "Value": 70 + minutes}])
    queries = [
        {"Id": "m1", "MetricStat": STAT, "ReturnData": False},
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1, 1)"},
    ]
    upper, lower = cloudwatch.get_metric_data(**SPAN, MetricDataQueries=queries)["MetricDataResults"]
    assert (upper["Id"], lower["Id"], len(upper["Values"])) == ("band", "band", 12)
    assert upper["Values"][0] == pytest.approx(98.165, abs=0.001)
    assert lower["Values"][0] == pytest.approx(81.835, abs=0.001)


@pytest.mark.parametrize(
    "query",
    [
        {"Id": "e1", "Expression": "m1 +"},
        {"Id": "e1", "Expression": "m1"},
        {"Id": "E1", "MetricStat": STAT},
        {"Id": "e1"},
        {"Id": "e1", "MetricStat": {**STAT, "Period": 7}},
        {"Id": "e1", "Expression": "1 + 1"},
    ],
)
def test_a_query_that_means_nothing_is_refused(cloudwatch, query):
    with pytest.raises(ClientError, match="ValidationError"):
        cloudwatch.get_metric_data(**SPAN, MetricDataQueries=[query])
