"""Alarms whose minutes are shorter than AWS's."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sandbox.watch.alarm import Alarm
from sandbox.watch.assessment import assess
from sandbox.watch.metrics import Metric, Metrics
from sandbox.watch.statistics import Datum

NOW = datetime(2026, 11, 26, 12, 0, 40)
METRIC = Metric("AWS/ApplicationELB", "RequestCountPerTarget", frozenset({("TargetGroup", "g")}))


def alarm(statistic: str, pace: float = 10, periods: int = 3) -> Alarm:
    definition = {
        "Namespace": METRIC.namespace,
        "MetricName": METRIC.name,
        "Dimensions": [{"Name": "TargetGroup", "Value": "g"}],
        "Statistic": statistic,
        "Period": 60,
        "EvaluationPeriods": periods,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 600,
    }
    return Alarm("a", "arn", definition, NOW, NOW, NOW, pace=pace)


def data(value: float, seconds: int, step: int = 6) -> Metrics:
    """One datum every so often, the newest one just now."""
    made = Metrics()
    for ago in range(seconds, -1, -step):
        made.put(METRIC, Datum.of(NOW - timedelta(seconds=ago), "Count", value))
    return made


@pytest.mark.parametrize(("requests", "state"), [(61, "ALARM"), (60, "OK")])
def test_a_sum_of_six_seconds_stands_for_that_of_a_minute(requests, state):
    assert assess(alarm("Sum"), data(requests, 60), NOW).state == state


def test_three_minutes_are_eighteen_seconds():
    assert assess(alarm("Sum"), data(99, 24), NOW).state == "ALARM"
    assert assess(alarm("Sum", pace=1), data(99, 24), NOW).state != "ALARM"


def test_what_is_told_once_a_minute_holds_for_that_minute():
    made = Metrics()
    made.put(METRIC, Datum.of(NOW.replace(second=0), "Count", 700))
    assert assess(alarm("Average"), made, NOW).state == "ALARM"


def test_it_tells_of_itself_in_aws_terms():
    reason = assess(alarm("Sum"), data(61, 60), NOW).reason_data
    assert '"period": 60' in reason and '"threshold": 600' in reason and "610.0" in reason
