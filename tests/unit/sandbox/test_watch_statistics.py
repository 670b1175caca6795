"""Statistics of the samples of one period."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sandbox.watch.metrics import Metric, Metrics
from sandbox.watch.statistics import Datum, is_statistic, statistic

AT = datetime(2026, 1, 1)
HUNDRED = [Datum.of(AT, "None", value) for value in range(1, 101)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SampleCount", 100),
        ("Sum", 5050),
        ("Average", 50.5),
        ("Minimum", 1),
        ("Maximum", 100),
        ("p95", 95),
        ("p99.5", 100),
        ("p0", 1),
        ("p100", 100),
        ("tm90", 45.5),
        ("TM(10%:90%)", 50.5),
        ("TM(10:20)", 15.5),
        ("IQM", 50.5),
        ("TC(10:20)", 10),
        ("TS(:2)", 3),
        ("WM(0%:50%)", 37.75),
        ("PR(:25)", 25),
    ],
)
def test_one_to_hundred(name, expected):
    assert statistic(HUNDRED, name) == pytest.approx(expected)


def test_counts_weigh():
    data = [Datum.of(AT, "None", 1, 99), Datum.of(AT, "None", 1000, 1)]
    assert statistic(data, "p99") == 1
    assert statistic(data, "p99.9") == 1000
    assert statistic(data, "Average") == pytest.approx(10.99)


def test_a_statistic_set_has_no_percentile():
    data = [Datum(AT, "None", 10, 55, 1, 10)]
    assert statistic(data, "Average") == 5.5
    assert statistic(data, "p50") is None


@pytest.mark.parametrize("name", ["p101", "q95", "P95", "TM(10%,90%)", ""])
def test_other_names_are_no_statistics(name):
    assert not is_statistic(name)


def test_the_datum_of_a_minute_that_still_runs_is_replaced():
    metric, at = Metric("AWS/ElastiCache", "CacheHits", frozenset()), datetime(2026, 1, 1)
    metrics = Metrics()
    for value, minute in ((1, 0), (5, 0), (7, 1)):
        metrics.replace(metric, Datum.of(at + timedelta(minutes=minute), "Count", value))
    assert [datum.total for datum in metrics.between(metric, at, at + timedelta(hours=1))] == [5, 7]
