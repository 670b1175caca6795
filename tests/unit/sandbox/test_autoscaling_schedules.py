from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.autoscaling import schedule
from tests.unit.sandbox.scaling import Scaling, refused


@pytest.fixture
def scaling(client):
    made = Scaling(client)
    made.make()
    return made


def put(scaling, **more):
    scaling.put_scheduled_update_group_action(AutoScalingGroupName="shop", ScheduledActionName="s", **more)


def test_a_recurrence_is_in_the_time_zone_with_its_summer_and_winter():
    def at(month, day):
        return schedule.following("0 9 * * MON-FRI", "Europe/Berlin", datetime(2026, month, day, 12))

    assert (at(7, 1), at(12, 1)) == (datetime(2026, 7, 2, 7), datetime(2026, 12, 2, 8))
    assert schedule.following("*/30 * * * *", "", datetime(2026, 1, 1, 0, 1)) == datetime(2026, 1, 1, 0, 30)


def test_a_recurrence_begins_at_its_start_and_not_before():
    start = datetime(2026, 1, 5, 12)
    assert schedule.first("0 12 * * *", "", start, datetime(2026, 1, 1)) == start


def test_one_action_is_done_once_at_its_time(clock, scaling):
    put(scaling, StartTime=datetime.now(UTC) + timedelta(hours=1), MinSize=3, DesiredCapacity=3)
    assert scaling.group()["DesiredCapacity"] == 2
    clock.shift(3601)
    found = scaling.group()
    assert (found["MinSize"], found["DesiredCapacity"], len(found["Instances"])) == (3, 3, 3)
    assert "the scheduled action s executed" in scaling.causes()
    assert scaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"] == []


def test_a_recurrent_action_is_due_again_until_its_end(clock, scaling):
    clock.move_to(datetime(2026, 11, 26, 8, 30, tzinfo=UTC))
    put(scaling, Recurrence="0 9 * * *", EndTime=datetime(2026, 11, 27, 9, 30, tzinfo=UTC), DesiredCapacity=3)
    [found] = scaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"]
    assert (found["StartTime"], found["TimeZone"]) == (datetime(2026, 11, 26, 9, tzinfo=UTC), "UTC")
    for day in (26, 27):
        scaling.set_desired_capacity(AutoScalingGroupName="shop", DesiredCapacity=1)
        clock.move_to(datetime(2026, 11, day, 9, 0, 1, tzinfo=UTC))
        assert scaling.group()["DesiredCapacity"] == 3
    assert scaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"] == []


def test_a_suspended_process_lets_an_action_pass(clock, scaling):
    put(scaling, StartTime=datetime.now(UTC) + timedelta(hours=1), DesiredCapacity=3)
    scaling.suspend_processes(AutoScalingGroupName="shop", ScalingProcesses=["ScheduledActions"])
    clock.shift(3601)
    assert scaling.group()["DesiredCapacity"] == 2


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"DesiredCapacity": 1}, "Either StartTime or Recurrence must be specified"),
        ({"Recurrence": "0 9 * * *"}, "At least one of MinSize, MaxSize and DesiredCapacity"),
        ({"Recurrence": "at nine", "DesiredCapacity": 1}, "Given recurrence string or time zone is invalid"),
        ({"Recurrence": "0 9 * * *", "TimeZone": "Mars/Olympus", "DesiredCapacity": 1}, "Given recurrence string or time zone is invalid"),
        ({"StartTime": datetime(2020, 1, 1, tzinfo=UTC), "DesiredCapacity": 1}, "Given start time is in the past"),
        ({"Recurrence": "0 9 * * *", "MinSize": 3, "MaxSize": 2}, "Min size must be less than or equal to max size"),
    ],
)
def test_what_cannot_be_done_is_refused(scaling, asked, message):
    what = {"AutoScalingGroupName": "shop", "ScheduledActionName": "s", **asked}
    assert message in refused(scaling.put_scheduled_update_group_action, **what)


def test_of_many_those_that_fail_are_told(scaling):
    many = [{"ScheduledActionName": "good", "Recurrence": "0 9 * * *", "MinSize": 1}, {"ScheduledActionName": "bad", "MinSize": 1}]
    asked = {"AutoScalingGroupName": "shop", "ScheduledUpdateGroupActions": many}
    failed = scaling.batch_put_scheduled_update_group_action(**asked)["FailedScheduledUpdateGroupActions"]
    assert [(one["ScheduledActionName"], one["ErrorCode"]) for one in failed] == [("bad", "ValidationError")]
    asked = {"AutoScalingGroupName": "shop", "ScheduledActionNames": ["good", "none"]}
    failed = scaling.batch_delete_scheduled_action(**asked)["FailedScheduledActions"]
    assert [one["ScheduledActionName"] for one in failed] == ["none"]
