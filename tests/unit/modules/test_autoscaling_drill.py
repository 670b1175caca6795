"""The drill that lets a group grow under load, up to what AWS and the site answer."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import autoscaling
from ansible_collections.prodready.aws.plugins.modules import autoscaling_drill
from ansible_collections.prodready.aws.plugins.modules.autoscaling_drill import alarms_of, drill, problem

from tests.site import serving

ALARMS = ["TargetTracking-shop-AlarmHigh", "TargetTracking-shop-AlarmLow"]


def group(desired=2, there=None, least=2, most=4, **more):
    instances = [{"InstanceId": f"i-{n}", "LifecycleState": "InService", "HealthStatus": "Healthy"} for n in range(there or desired)]
    return {
        "AutoScalingGroupName": "shop",
        **{"MinSize": least, "MaxSize": most, "DesiredCapacity": desired, "Instances": instances, "TargetGroupARNs": []},
        **more,
    }


@pytest.mark.parametrize(
    ("found", "alarms", "says"),
    [
        (None, [], "there is no Auto Scaling group shop: make it first (role autoscaling)"),
        (group(most=2), ALARMS, "shop has 2 instances at least and at most"),
        (group(), [], "shop has no scaling policy with an alarm"),
        (group(SuspendedProcesses=[{"ProcessName": "Launch"}]), ALARMS, "shop has suspended processes"),
    ],
)
def test_a_group_that_cannot_grow_is_left_alone(found, alarms, says):
    assert problem(found, "shop", alarms).startswith(says)
    assert problem(group(), "shop", ALARMS) is None


@pytest.fixture
def url(monkeypatch):
    monkeypatch.setattr(autoscaling_drill, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(autoscaling, "LOOK_SECONDS", 0.02)
    with serving() as address:
        yield f"http://{address}/"


def account(fake_aws, seconds, *groups, alarms=()):
    """The group and the alarms that ring at each look; the last stays."""
    groups, alarms = list(groups), list(alarms)

    def described(**_):
        return {"AutoScalingGroups": [groups.pop(0) if len(groups) > 1 else groups[0]]}

    def rung(**_):
        names = alarms.pop(0) if len(alarms) > 1 else alarms[0]
        return {"MetricAlarms": [{"AlarmName": name, "StateValue": "ALARM" if name in names else "OK"} for name in ALARMS]}

    aws = fake_aws(
        describe_auto_scaling_groups=described,
        describe_alarms=rung,
        describe_target_groups={"TargetGroups": []},
        describe_policies={"ScalingPolicies": [{"Alarms": [{"AlarmName": name} for name in reversed(ALARMS)]}, {}]},
        set_desired_capacity={},
        update_auto_scaling_group={},
    )
    aws.params = {"deadline_seconds": seconds}
    return aws


def params(url, seconds):
    return {"group": "shop", "url": url, "rate": 50, "connect_to": {}, "ca_path": None, "deadline_seconds": seconds}


def writes(aws):
    return [(operation, params) for operation, params in aws.asked if not operation.startswith("describe")]


def test_the_alarms_of_a_group_are_those_of_its_policies(fake_aws):
    assert alarms_of(account(fake_aws, 1, group()), "shop") == ALARMS


def test_it_grows_under_load_and_shrinks_in_silence_and_nothing_needs_putting_back(fake_aws, url):
    rest, wanted, served = group(), group(3, 2), group(3)
    low, high = {ALARMS[1]}, {ALARMS[0]}
    aws = account(fake_aws, 30, rest, rest, rest, rest, wanted, served, served, rest, alarms=[low, low, high])

    found = drill(aws, params(url, 30), rest, ALARMS)

    assert (found["before"], found["after"], found["client"]["failed"], writes(aws)) == (2, 3, 0, [])
    assert 0 <= found["alarm_seconds"] <= found["desired_seconds"] <= found["healthy_seconds"] < 30
    assert 0 <= found["back_seconds"] < 30
    assert found["client"]["requests"] >= 1


def test_a_group_that_does_not_grow_is_nothing_observed(fake_aws, url):
    aws = account(fake_aws, 0.2, group(), alarms=[set()])
    found = drill(aws, params(url, 0.2), group(), ALARMS)
    moments = ("alarm_seconds", "desired_seconds", "healthy_seconds", "back_seconds")
    assert ([found[moment] for moment in moments], found["after"], writes(aws)) == ([None] * 4, 2, [])


def test_a_group_that_stays_large_is_put_back(fake_aws, url):
    rest, large = group(), group(3)
    aws = account(fake_aws, 0.3, rest, rest, large, alarms=[set()])
    found = drill(aws, params(url, 0.3), rest, ALARMS)
    assert found["back_seconds"] is None
    assert writes(aws) == [
        ("update_auto_scaling_group", {"AutoScalingGroupName": "shop", "MinSize": 2, "MaxSize": 4, "DesiredCapacity": 2})
    ]


def test_what_a_killed_drill_has_left_large_is_brought_to_rest_first_and_stays_there(fake_aws, url):
    left, rest = group(4), group()
    aws = account(fake_aws, 0.2, left, rest, alarms=[set()])
    assert drill(aws, params(url, 0.2), left, ALARMS)["before"] == 2
    assert writes(aws) == [("set_desired_capacity", {"AutoScalingGroupName": "shop", "DesiredCapacity": 2, "HonorCooldown": False})]


def test_an_error_in_between_leaves_the_group_as_it_was(fake_aws, url):
    rest = group()
    aws = account(fake_aws, 30, rest, rest, group(3, least=1), alarms=[set()])
    with pytest.raises(FileNotFoundError):
        drill(aws, {**params(url, 30), "ca_path": "/nowhere"}, rest, ALARMS)
    assert [operation for operation, _ in writes(aws)] == ["update_auto_scaling_group"]
