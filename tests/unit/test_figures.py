"""Figures over a window: what CloudWatch is asked, and what its answer says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.figures import figure, metric_problems, queries, span

BASE = {"part": None, "whole": None, "percentile": None, "scale": 1.0, "window_seconds": 3600, "period_seconds": 300, "region": None}


def one(name: str, statistic: str = "Sum") -> dict:
    return {"namespace": "Shop", "metric_name": name, "dimensions": {"Service": "shop"}, "statistic": statistic}


ERRORS = {**BASE, "name": "errors", "part": [one("Errors"), one("Refused")], "whole": [one("Requests")]}
LATENCY = {**BASE, "name": "response_time", "percentile": one("Latency", "p95"), "scale": 1000.0}


def answer(name: str, **values: float) -> dict:
    at = [datetime.fromtimestamp(int(key[1:]), UTC) for key in values]
    return {"Id": name, "Timestamps": at, "Values": list(values.values())}


def test_a_share_is_of_sums_over_the_whole_window_not_the_mean_of_shares():
    found = figure(
        ERRORS,
        [answer("part0", t300=1, t600=1), answer("part1", t600=1), answer("whole0", t300=1, t600=100), answer("whole0", t900=99)],
        0,
        1200,
    )
    assert (found["value"], found["samples"]) == (1.5, 200)
    assert found["course"] == [[300, 100.0, 1], [600, 2.0, 100], [900, 0.0, 99]]
    assert (
        found["source"] == "100 * (Shop Errors {Service=shop} Sum + Shop Refused {Service=shop} Sum) / (Shop Requests {Service=shop} Sum)"
    )


def test_failures_that_nobody_reported_are_none():
    assert figure(ERRORS, [answer("whole0", t300=50)], 0, 1200)["value"] == 0


@pytest.mark.parametrize("metric", [ERRORS, LATENCY])
def test_without_data_there_is_no_figure(metric):
    found = figure(metric, [], 0, 1200)
    assert (found["value"], found["samples"], found["course"]) == (None, 0, [])


def test_of_a_percentile_the_worse_of_two_periods_counts_and_it_is_scaled():
    found = figure(LATENCY, [answer("window", t0=0.2, t3600=0.45), answer("course", t300=0.1), answer("samples", t300=12)], 0, 3600)
    assert (found["value"], found["samples"], found["course"]) == (450.0, 12, [[300, 100.0, 12]])


def test_cloudwatch_is_asked_for_the_window_in_whole_periods():
    assert span(ERRORS, 10_000) == (6300, 10_200)
    assert [(one["Id"], one["MetricStat"]["Period"], one["MetricStat"]["Stat"]) for one in queries(LATENCY)] == [
        ("window", 3600, "p95"),
        ("course", 300, "p95"),
        ("samples", 300, "SampleCount"),
    ]
    assert [one["Id"] for one in queries(ERRORS)] == ["part0", "part1", "whole0"]
    assert queries(ERRORS)[0]["MetricStat"]["Metric"]["Dimensions"] == [{"Name": "Service", "Value": "shop"}]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"percentile": one("Latency", "p95")}, "exactly one of part (with whole) and percentile"),
        ({"part": None, "whole": None}, "exactly one of part (with whole) and percentile"),
        ({"period_seconds": 90}, "period_seconds is 90, must be a multiple of 60 and at most window_seconds, which is 3600"),
        ({"period_seconds": 7200}, "period_seconds is 7200"),
        ({"window_seconds": 30 * 86400, "period_seconds": 60}, "must be a multiple of 300"),
        ({"window_seconds": 900 * 86400}, "CloudWatch keeps data for 39312000"),
        ({"part": [one("Errors", "p101")]}, "p101 is no statistic of CloudWatch"),
    ],
)
def test_what_cannot_be_measured_is_said_before_anything_is_asked(more, says):
    (problem,) = metric_problems([{**ERRORS, **more}])
    assert says in problem


def test_a_percentile_is_of_a_day_at_most_and_names_are_used_once():
    assert metric_problems([ERRORS, LATENCY]) == []
    assert metric_problems([ERRORS, ERRORS]) == ["metrics: errors is there twice"]
    (problem,) = metric_problems([{**LATENCY, "window_seconds": 2 * 86400}])
    assert "a percentile's is 60 to 86400" in problem
