from __future__ import annotations

import pytest

from sandbox.plane.health import CHECKING, HEALTHY
from sandbox.repairs import elbv2_targets
from tests.unit.sandbox.elb import Elb
from tests.unit.sandbox.scaling import Scaling, refused

NAME = {"AutoScalingGroupName": "shop"}


@pytest.fixture
def scaling(clock, client):
    made = Scaling(client)
    made.clock = clock
    made.make(DefaultInstanceWarmup=60)
    return made


def to(scaling, version, **preferences):
    desired = {"LaunchTemplate": {"LaunchTemplateId": scaling.template, "Version": version}}
    return scaling.start_instance_refresh(**NAME, DesiredConfiguration=desired, Preferences=preferences)["InstanceRefreshId"]


def refresh(scaling):
    return scaling.describe_instance_refreshes(**NAME)["InstanceRefreshes"][0]


def told(scaling):
    found = refresh(scaling)
    return found["Status"], found["PercentageComplete"], found["InstancesToUpdate"]


def versions(scaling):
    return sorted(one["LaunchTemplate"]["Version"] for one in scaling.group()["Instances"])


def test_instances_are_replaced_one_after_the_other_and_the_group_takes_over_the_configuration(scaling):
    to(scaling, scaling.version(InstanceType="t3.small"))
    assert told(scaling) == ("InProgress", 0, 2) and versions(scaling) == ["1", "2"]
    assert scaling.group()["LaunchTemplate"]["Version"] == "1"
    scaling.clock.shift(61)
    assert told(scaling) == ("InProgress", 50, 1) and versions(scaling) == ["2", "2"]
    scaling.clock.shift(61)
    assert told(scaling) == ("Successful", 100, 0)
    assert scaling.group()["LaunchTemplate"]["Version"] == "2"
    assert "in response to an instance refresh" in scaling.causes()


def test_above_a_hundred_percent_new_instances_come_first(scaling):
    to(scaling, scaling.version(), MinHealthyPercentage=100, MaxHealthyPercentage=150)
    assert versions(scaling) == ["1", "1", "2"]
    scaling.clock.shift(61)
    assert versions(scaling) == ["1", "2", "2"]
    scaling.clock.shift(61)
    assert versions(scaling) == ["2", "2"] and told(scaling)[0] == "Successful"


def test_what_matches_is_skipped_when_asked(scaling):
    to(scaling, "1", SkipMatching=True)
    assert told(scaling) == ("Successful", 100, 0)
    before = scaling.ids()
    to(scaling, "1")
    scaling.clock.shift(61)
    assert not set(before) & set(scaling.ids())


def test_a_checkpoint_is_waited_at(scaling):
    to(scaling, scaling.version(), CheckpointPercentages=[50, 100], CheckpointDelay=600)
    scaling.clock.shift(61)
    assert told(scaling) == ("InProgress", 50, 1) and "checkpoint of 50 percent" in refresh(scaling)["StatusReason"]
    scaling.clock.shift(500)
    assert versions(scaling) == ["1", "2"]
    scaling.clock.shift(101)
    assert versions(scaling) == ["2", "2"]


def test_when_all_is_replaced_it_bakes(scaling):
    to(scaling, scaling.version(), MinHealthyPercentage=0, BakeTime=300)
    assert versions(scaling) == ["2", "2"]
    scaling.clock.shift(61)
    assert told(scaling)[0] == "Baking"
    scaling.clock.shift(301)
    assert told(scaling)[0] == "Successful"


def never_ready(scaling, **preferences):
    """New instances wait for a hook that nobody completes."""
    hook = {"LifecycleHookName": "h", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING", "HeartbeatTimeout": 7200}
    scaling.put_lifecycle_hook(**NAME, **hook)
    to(scaling, scaling.version(), **preferences)
    assert told(scaling) == ("InProgress", 0, 2)


def test_what_is_not_ready_in_an_hour_fails(scaling):
    never_ready(scaling)
    scaling.clock.shift(3601)
    assert told(scaling)[0] == "Failed" and "No instance has become healthy" in refresh(scaling)["StatusReason"]
    assert scaling.group()["LaunchTemplate"]["Version"] == "1"


def test_or_is_rolled_back_when_asked(scaling):
    never_ready(scaling, AutoRollback=True)
    scaling.clock.shift(3601)
    assert told(scaling)[0] == "RollbackInProgress"
    assert refresh(scaling)["RollbackDetails"]["InstancesToUpdateOnRollback"] == 2
    scaling.delete_lifecycle_hook(**NAME, LifecycleHookName="h")
    assert versions(scaling) == ["1", "1"]
    scaling.clock.shift(61)
    assert told(scaling)[0] == "RollbackSuccessful"
    assert scaling.group()["LaunchTemplate"]["Version"] == "1"


def test_an_alarm_rolls_it_back(scaling):
    watch = scaling.client("cloudwatch")
    metric = {"Namespace": "shop", "MetricName": "errors", "Statistic": "Sum", "Period": 60}
    rule = {"EvaluationPeriods": 1, "Threshold": 10, "ComparisonOperator": "GreaterThanThreshold"}
    watch.put_metric_alarm(AlarmName="errors", **metric, **rule)
    to(scaling, scaling.version(), AutoRollback=True, AlarmSpecification={"Alarms": ["errors"]})
    watch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="by hand")
    assert told(scaling)[0] == "RollbackInProgress" and "alarm errors" in refresh(scaling)["StatusReason"]
    scaling.clock.shift(61)
    assert told(scaling)[0] == "RollbackSuccessful" and versions(scaling) == ["1", "1"]


def test_it_can_be_cancelled_and_rolled_back_by_hand(scaling):
    to(scaling, scaling.version())
    scaling.rollback_instance_refresh(**NAME)
    assert told(scaling)[0] == "RollbackInProgress" and versions(scaling) == ["1", "1"]
    scaling.clock.shift(61)
    assert told(scaling)[0] == "RollbackSuccessful" and versions(scaling) == ["1", "1"]
    to(scaling, "2")
    scaling.cancel_instance_refresh(**NAME)
    assert told(scaling)[0] == "Cancelling"
    scaling.clock.shift(61)
    assert told(scaling)[0] == "Cancelled" and versions(scaling) == ["1", "2"]
    assert refused(scaling.cancel_instance_refresh, **NAME).startswith("ActiveInstanceRefreshNotFound")


def test_one_at_a_time_and_never_without_a_way_back_that_is_asked_for(scaling):
    assert "DesiredConfiguration" in refused(scaling.start_instance_refresh, **NAME, Preferences={"AutoRollback": True})
    to(scaling, scaling.version())
    assert refused(scaling.start_instance_refresh, **NAME).startswith("InstanceRefreshInProgress")
    scaling.cancel_instance_refresh(**NAME, WaitForTransitioningInstances=False)
    moving = {"LaunchTemplateId": scaling.template, "Version": "$Latest"}
    scaling.update_auto_scaling_group(**NAME, LaunchTemplate=moving)
    assert "$Latest or $Default" in refused(lambda: to(scaling, "1", AutoRollback=True))
    to(scaling, "1")
    assert refused(scaling.rollback_instance_refresh, **NAME).startswith("IrreversibleInstanceRefresh")


def test_protected_instances_are_waited_for_or_left(scaling):
    one = scaling.ids()[0]
    scaling.set_instance_protection(**NAME, InstanceIds=[one], ProtectedFromScaleIn=True)
    to(scaling, scaling.version(), ScaleInProtectedInstances="Ignore")
    scaling.clock.shift(61)
    assert told(scaling) == ("Successful", 100, 0) and one in scaling.ids()
    to(scaling, scaling.version(), ScaleInProtectedInstances="Refresh")
    scaling.clock.shift(61)
    scaling.group()
    scaling.clock.shift(61)
    assert told(scaling)[0] == "Successful" and one not in scaling.ids()


@pytest.mark.parametrize(
    ("preferences", "message"),
    [
        ({"MinHealthyPercentage": 0, "MaxHealthyPercentage": 200}, "cannot be greater than 100"),
        ({"CheckpointPercentages": [50, 20]}, "ascending"),
        ({"CheckpointDelay": 60}, "with CheckpointPercentages"),
        ({"AlarmSpecification": {"Alarms": ["none"]}}, "alarm none of AlarmSpecification does not exist"),
    ],
)
def test_preferences_that_do_not_fit_are_refused(scaling, preferences, message):
    assert message in refused(scaling.start_instance_refresh, **NAME, Preferences=preferences)


def test_an_instance_that_its_load_balancer_does_not_find_healthy_is_not_ready(scaling, monkeypatch):
    elb = Elb(scaling.client)
    arn = elb.group(TargetType="instance")
    scaling.attach_load_balancer_target_groups(**NAME, TargetGroupARNs=[arn])
    scaling.update_auto_scaling_group(**NAME, HealthCheckType="ELB", HealthCheckGracePeriod=7200)
    old = scaling.ids()
    health = lambda group: {key: HEALTHY if key.rpartition(":")[0] in old else CHECKING for key in group.targets}  # noqa: E731
    monkeypatch.setattr(elbv2_targets, "observers", [health])
    to(scaling, scaling.version(), AutoRollback=True)
    for _ in range(3):
        scaling.clock.shift(600)
        assert told(scaling) == ("InProgress", 0, 2) and versions(scaling) == ["1", "2"]
    scaling.clock.shift(1801)
    assert told(scaling)[0] == "RollbackInProgress"
