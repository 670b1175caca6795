"""autoscaling_schedules: times in one form, the requests of a change, what is over, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, plan
from ansible_collections.prodready.aws.plugins.modules.autoscaling_schedules import (
    SCHEDULE_SPEC,
    UNDO,
    calls,
    forbidden,
    over,
    problems,
    read,
    want,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
NAMED = {"AutoScalingGroupName": "shop", "ScheduledActionName": "evening"}
CRON = "0 18 * * *"
BERLIN = {"recurrence": CRON, "time_zone": "Europe/Berlin"}


def item(**given):
    return {**dict.fromkeys(SCHEDULE_SPEC), "group": "shop", "name": "evening", **given}


def account(fake_aws, *actions, groups=("shop",)):
    return fake_aws(
        describe_scheduled_actions={"ScheduledUpdateGroupActions": [{**NAMED, **one} for one in actions]},
        describe_auto_scaling_groups={"AutoScalingGroups": [{"AutoScalingGroupName": name} for name in groups]},
    )


def planned(aws, **given):
    wanted = {"shop/evening": want(item(**given))}
    return plan(wanted, read(aws, wanted))


def test_what_recurs_is_put_with_its_time_zone(fake_aws, requests_of):
    (change,) = planned(account(fake_aws), **BERLIN, min_size=3)
    assert requests_of("autoscaling", calls(NOW, change)) == [
        Call("put_scheduled_update_group_action", {**NAMED, "MinSize": 3, "Recurrence": CRON, "TimeZone": "Europe/Berlin"})
    ]


def test_what_is_read_is_what_was_wanted_whatever_start_aws_has_set(fake_aws):
    there = {"MinSize": 3, "Recurrence": CRON, "TimeZone": "Europe/Berlin", "StartTime": NOW}
    assert planned(account(fake_aws, there), **BERLIN, min_size=3) == []
    assert planned(account(fake_aws, {**there, "TimeZone": "Etc/UTC"}), recurrence=CRON, min_size=3) == []


def test_times_are_the_same_in_any_zone_and_a_start_that_is_past_is_not_sent_again(fake_aws, requests_of):
    there = {"MinSize": 3, "Recurrence": CRON, "StartTime": datetime(2026, 11, 1, tzinfo=UTC), "EndTime": datetime(2026, 12, 1, tzinfo=UTC)}
    given = {"recurrence": CRON, "start": "2026-11-01T01:00:00+01:00", "end": "2026-12-01 00:00:00"}
    aws = account(fake_aws, there)
    assert planned(aws, **given, min_size=3) == []
    (change,) = planned(aws, **given, min_size=2)
    (call,) = requests_of("autoscaling", calls(NOW, change))
    assert call.params == {**NAMED, "MinSize": 2, "Recurrence": CRON, "EndTime": there["EndTime"]}


def test_what_is_not_given_is_none_and_undo_puts_it_back(fake_aws, requests_of):
    (change,) = planned(account(fake_aws, {"MinSize": 3, "MaxSize": 6, "Recurrence": CRON}), recurrence=CRON, min_size=3)
    (call,) = requests_of("autoscaling", calls(NOW, change))
    assert "MaxSize" not in call.params
    (call,) = requests_of("autoscaling", calls(NOW, Change("shop/evening", change.after, change.before)))
    assert call.params["MaxSize"] == 6
    assert requests_of("autoscaling", calls(NOW, Change("shop/evening", change.after, None))) == [
        Call("delete_scheduled_action", NAMED, missing=("ValidationError",))
    ]


def test_what_is_over_is_known():
    assert over(want(item(start="2026-11-26T11:00:00Z", min_size=1)), NOW)
    assert not over(want(item(start="2026-11-26T13:00:00Z", min_size=1)), NOW)
    assert not over(want(item(recurrence=CRON, start="2026-11-26T11:00:00Z", min_size=1)), NOW)
    past = want(item(recurrence=CRON, end="2001-01-01T00:00:00Z", min_size=1))
    assert "is over" in UNDO.kept(None, Change("shop/evening", None, past))
    assert UNDO.kept(None, Change("shop/evening", past, None)) is None


def test_a_group_that_is_not_there_is_named(fake_aws):
    aws = account(fake_aws, groups=())
    changes = planned(aws, **BERLIN, min_size=3)
    assert forbidden(aws, changes, planning=False) == [
        "shop/evening: there is no Auto Scaling group shop: make it first (autoscaling_groups)"
    ]
    assert forbidden(aws, changes, planning=True) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "a b"}, "without space and colon"),
        ({"recurrence": None}, "it needs recurrence or start"),
        ({"recurrence": "0 18 * *"}, "five fields of cron"),
        ({"recurrence": "@daily"}, "five fields of cron"),
        ({"recurrence": None, "start": "2026-12-24T18:00:00Z"}, "time_zone needs recurrence"),
        ({"time_zone": "CEST"}, "there is no time_zone CEST"),
        ({"start": "tomorrow"}, "start is 'tomorrow'"),
        ({"start": "2026-12-24", "end": "2026-12-23"}, "end must be after start"),
        ({"min_size": None}, "it changes nothing"),
        ({"min_size": 3, "max_size": 2}, "they must rise"),
        ({"min_size": -1}, "they must rise, from 0"),
    ],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([item(**{**BERLIN, "min_size": 3, **wrong})]))
    assert list(problems([item(**BERLIN, min_size=3)])) == []
