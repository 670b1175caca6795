"""From data points to states: AWS's own tables.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import pytest

from sandbox.watch.evaluation import breaches, is_final, state

_POINTS = {"0": False, "X": True, "-": None}


def _states(points: str, periods: int, needed: int) -> list[str]:
    known = [_POINTS[point] for point in points.split()]
    return [state(known, periods, needed, m, "KEPT") for m in ("missing", "ignore", "breaching", "notBreaching")]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("0 - X - X", ["OK", "OK", "OK", "OK"]),
        ("0 - - - -", ["OK", "OK", "OK", "OK"]),
        ("- - - - -", ["INSUFFICIENT_DATA", "KEPT", "ALARM", "OK"]),
        ("0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("- - X - -", ["ALARM", "KEPT", "ALARM", "OK"]),
        ("- - - - X", ["KEPT", "KEPT", "ALARM", "OK"]),
    ],
)
def test_three_of_three(points, expected):
    assert _states(points, 3, 3) == expected


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0 - X - -", ["OK", "OK", "ALARM", "OK"]),
        ("- - - - 0", ["OK", "OK", "ALARM", "OK"]),
        ("- - - X -", ["ALARM", "KEPT", "ALARM", "OK"]),
    ],
)
def test_two_of_three(points, expected):
    assert _states(points, 3, 2) == expected


@pytest.mark.parametrize(("value", "expected"), [(0, True), (1, False), (3, False), (4, True)])
def test_a_value_outside_of_the_band_breaches(value, expected):
    assert breaches(value, "LessThanLowerOrGreaterThanUpperThreshold", 1, 3) is expected


@pytest.mark.parametrize(
    ("breaching", "comparison", "statistic", "expected"),
    [
        (True, "GreaterThanThreshold", "Sum", True),
        (False, "GreaterThanThreshold", "Sum", False),
        (True, "LessThanThreshold", "SampleCount", False),
        (True, "LessThanThreshold", "Minimum", True),
        (False, "LessThanThreshold", "Average", True),
    ],
)
def test_a_running_period_counts_when_it_can_no_longer_change(breaching, comparison, statistic, expected):
    assert is_final(breaching, comparison, statistic) is expected
