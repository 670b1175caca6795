from __future__ import annotations

from datetime import datetime

import pytest

from sandbox.autoscaling.schedule import Malformed
from sandbox.scalable.schedule import following

NOW = datetime(2030, 1, 2, 12, 0)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("at(2030-01-02T13:00:00)", "UTC", datetime(2030, 1, 2, 13)),
        ("at(2030-01-02T14:00:00)", "Europe/Berlin", datetime(2030, 1, 2, 13)),
        ("at(2030-01-02T11:00:00)", "UTC", None),
        ("rate(1 hour)", "UTC", datetime(2030, 1, 2, 12, 30)),
        ("rate(5 minutes)", "UTC", datetime(2030, 1, 2, 12, 5)),
        ("cron(0 8 ? * MON-FRI *)", "UTC", datetime(2030, 1, 3, 8)),
        ("cron(0 8 ? * 1 *)", "UTC", datetime(2030, 1, 6, 8)),
        ("cron(0 8 ? * MON-FRI *)", "Europe/Berlin", datetime(2030, 1, 3, 7)),
        ("cron(15 10 1 * ? 2031)", "UTC", datetime(2031, 1, 1, 10, 15)),
        ("cron(15 10 1 * ? 2029)", "UTC", None),
    ],
)
def test_the_next_time(text, zone, expected):
    assert following(text, zone, datetime(2030, 1, 2, 11, 30), NOW) == expected


@pytest.mark.parametrize(
    "text", ["cron(0 8 * * *)", "cron(0 8 * * * *)", "rate(1 hours)", "rate(0 minutes)", "at(tomorrow)", "every day", "cron(61 8 ? * * *)"]
)
def test_what_is_no_schedule_is_told(text):
    with pytest.raises(Malformed):
        following(text, "UTC", NOW, NOW)
