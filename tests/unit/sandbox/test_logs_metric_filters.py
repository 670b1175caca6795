"""Metric filters, and filter patterns where CloudWatch Logs takes them."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.waiting import eventually

PATTERN = '{ $.level = "error" }'
ERRORS = {"metricName": "Errors", "metricNamespace": "Shop", "metricValue": "1"}


@pytest.fixture
def logs(client):
    logs = client("logs")
    logs.create_log_group(logGroupName="/shop/app")
    logs.create_log_stream(logGroupName="/shop/app", logStreamName="app-1")
    return logs


@pytest.fixture
def cloudwatch(client):
    return client("cloudwatch")


def _log(logs, *events):
    now = int(time.time() * 1000)
    messages = [event if isinstance(event, str) else json.dumps(event) for event in events]
    logs.put_log_events(
        logGroupName="/shop/app",
        logStreamName="app-1",
        logEvents=[{"timestamp": now, "message": message} for message in messages],
    )


def _put(logs, name="errors", pattern=PATTERN, **transformation):
    logs.put_metric_filter(
        logGroupName="/shop/app",
        filterName=name,
        filterPattern=pattern,
        metricTransformations=[{**ERRORS, **transformation}],
    )


def _statistics(cloudwatch, name="Errors", **dimensions):
    now = datetime.now(UTC)
    found = cloudwatch.get_metric_statistics(
        Namespace="Shop",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=600,
        Statistics=["Sum", "SampleCount", "Maximum"],
    )["Datapoints"]
    return [(point["Sum"], point["SampleCount"]) for point in found]


def test_every_event_that_matches_counts(logs, cloudwatch):
    _put(logs)
    _log(logs, {"level": "error"}, {"level": "info"}, "no json", {"level": "error"})
    assert _statistics(cloudwatch) == [(2, 2)]


def test_the_value_and_the_dimensions_come_from_the_event(logs, cloudwatch):
    _put(
        logs,
        pattern="{ $.latency > 0 }",
        metricValue="$.latency",
        unit="Milliseconds",
        dimensions={"Route": "$.http.route"},
    )
    _log(logs, {"latency": 20, "http": {"route": "/"}}, {"latency": 30, "http": {"route": "/"}}, {"latency": 1})
    assert _statistics(cloudwatch, Route="/") == [(50, 2)]
    assert _statistics(cloudwatch) == []


def test_the_default_value_is_put_when_nothing_matches(logs, cloudwatch):
    _put(logs, defaultValue=0)
    _log(logs, {"level": "info"})
    assert _statistics(cloudwatch) == [(0, 1)]


def test_an_error_in_the_log_raises_the_alarm(logs, cloudwatch):
    _put(logs)
    cloudwatch.put_metric_alarm(
        AlarmName="errors",
        Namespace="Shop",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    _log(logs, {"level": "error"})
    eventually(lambda: cloudwatch.describe_alarms()["MetricAlarms"][0]["StateValue"], "ALARM")


def test_events_are_filtered_by_json_pattern(logs):
    _log(logs, {"level": "error", "id": 1}, {"level": "info", "id": 2})
    found = logs.filter_log_events(logGroupName="/shop/app", filterPattern=PATTERN)["events"]
    assert [json.loads(event["message"])["id"] for event in found] == [1]


def test_a_pattern_can_be_tested(logs):
    messages = [json.dumps({"level": "info"}), json.dumps({"level": "error", "n": 7})]
    [match] = logs.test_metric_filter(filterPattern=PATTERN, logEventMessages=messages)["matches"]
    assert (match["eventNumber"], match["extractedValues"]) == (2, {"$.level": "error"})


def test_a_filter_put_again_is_replaced_and_goes_with_its_group(logs):
    _put(logs)
    _put(logs, pattern="ERROR")
    [found] = logs.describe_metric_filters(logGroupName="/shop/app")["metricFilters"]
    assert found["filterPattern"] == "ERROR"
    assert logs.describe_log_groups()["logGroups"][0]["metricFilterCount"] == 1
    logs.delete_log_group(logGroupName="/shop/app")
    assert logs.describe_metric_filters()["metricFilters"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"pattern": "{ $.level = }"},
        {"metricValue": "many"},
        {"pattern": "ERROR", "metricValue": "$.latency"},
        {"dimensions": {"A": "$.a"}, "defaultValue": 0},
        {"dimensions": dict.fromkeys("ABCD", "$.a")},
    ],
    ids=str,
)
def test_what_aws_refuses_is_refused(logs, change):
    with pytest.raises(ClientError, match="InvalidParameterException"):
        _put(logs, **change)


def test_at_most_a_hundred_filters_per_group(logs):
    for number in range(100):
        _put(logs, name=f"filter-{number}")
    with pytest.raises(ClientError, match="LimitExceededException"):
        _put(logs, name="one-too-many")
    page = logs.describe_metric_filters(logGroupName="/shop/app")
    assert (len(page["metricFilters"]), "nextToken" in page) == (50, True)


def test_a_filter_needs_its_group(logs):
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.delete_metric_filter(logGroupName="/shop/app", filterName="nothing")
    logs.delete_log_group(logGroupName="/shop/app")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        _put(logs)
