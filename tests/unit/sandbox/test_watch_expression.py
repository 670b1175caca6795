"""Metric math over series that are known."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sandbox.watch.expression import parse
from sandbox.watch.metrics import Metric, Metrics
from sandbox.watch.queries import Queries
from sandbox.watch.statistics import Datum
from sandbox.watch.tokens import Malformed

START = datetime(2026, 1, 1)
NAMES = {"m1": [1, 2, 3, None], "m2": [10, 0, 30, 40], "errors": [-1.5, 4, None, 5]}


def _queries(expression: str) -> Queries:
    metrics, queries = Metrics(), [{"Id": "e", "Expression": expression}]
    for name, values in NAMES.items():
        metric = {"Namespace": "n", "MetricName": name, "Dimensions": [{"Name": "Host", "Value": name}]}
        queries.append({"Id": name, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}})
        for minute, value in enumerate(values):
            if value is not None:
                metrics.put(Metric.of(metric), Datum.of(START + timedelta(minutes=minute), "None", value))
    return Queries(metrics, queries, START, START + timedelta(minutes=4))


def _values(expression: str) -> list[float]:
    [series] = _queries(expression).all_series("e")
    return [value for _, value in sorted(series.points.items())]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("m1 + m2 * 2", [21, 2, 63]),
        ("(m1 + m2) * 2", [22, 4, 66]),
        ("-m1 ^ 2", [-1, -4, -9]),
        ("m1 / m2", [0.1, 0.1]),
        ("100 * (1 - m1 / 4)", [75, 50, 25]),
        ("m1 >= 2", [0, 1, 1]),
        ("m1 > 1 AND m2 > 0", [0, 0, 1]),
        ("m1 > 2 || m2 == 10", [1, 0, 1]),
        ("SUM([m1, m2])", [11, 2, 33, 40]),
        ("AVG(METRICS('m'))", [5.5, 1, 16.5, 40]),
        ("m2 - MIN(m2)", [10, 0, 30, 40]),
        ("MAX([m1, m2])", [10, 2, 30, 40]),
        ("STDDEV([m1, m2])", [4.5, 1, 13.5, 0]),
        ("FILL(m1, 0)", [1, 2, 3, 0]),
        ("FILL(m1, REPEAT)", [1, 2, 3, 3]),
        ("FILL(errors, LINEAR)", [-1.5, 4, 4.5, 5]),
        ("IF(m1 > 1, m2, 0)", [0, 0, 30]),
        ("IF(m1 > 1, m2)", [0, 30]),
        ("DIFF(m2)", [-10, 30, 10]),
        ("RATE(m2) * PERIOD(m2)", [-10, 30, 10]),
        ("ABS(CEIL(errors))", [1, 4, 5]),
        ("FLOOR(errors)", [-2, 4, 5]),
        ("RUNNING_SUM(m1)", [1, 3, 6]),
        ("LAST(METRICS('m')) + FIRST(METRICS('m'))", [11, 2, 33]),
        ("SLICE(SORT(METRICS('m'), SUM, DESC), 0)", [10, 0, 30, 40]),
        ("SUM(SEARCH('{n,Host} MetricName=\"m1\" OR Host=m2', 'Sum', 60))", [11, 2, 33, 40]),
        ("TIME_SERIES(7)", [7, 7, 7, 7]),
    ],
)
def test_expressions(expression, expected):
    assert _values(expression) == pytest.approx(expected)


@pytest.mark.parametrize("expression", ["m1 +", "SUM(m1", "m1 m2", "m1 ? 2", ""])
def test_what_is_no_expression_is_malformed(expression):
    with pytest.raises(Malformed):
        parse(expression)


@pytest.mark.parametrize(
    ("expression", "message"),
    [("e + 1", "refers to itself"), ("NOPE(m1)", "unsupported"), ("FILL(m1)", "wrong arguments"), ("SUM(m1)", "time series")],
)
def test_what_cannot_be_evaluated_says_why(expression, message):
    with pytest.raises(Malformed, match=message):
        _values(expression)


def test_expressions_that_refer_to_each_other_are_malformed():
    queries = [{"Id": "a", "Expression": "b"}, {"Id": "b", "Expression": "a"}]
    with pytest.raises(Malformed, match="refers to itself"):
        Queries(Metrics(), queries, START, START + timedelta(minutes=1)).value("a")
