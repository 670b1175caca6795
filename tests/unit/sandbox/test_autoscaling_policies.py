from __future__ import annotations

import pytest

from sandbox.autoscaling import scaling as decided
from tests.unit.sandbox.scaling import Scaling, refused
from tests.unit.sandbox.waiting import eventually

CPU = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}, "TargetValue": 50.0}
STEPS = [
    {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 1},
    {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 2},
]


@pytest.fixture
def scaling(client):
    made = Scaling(client)
    made.make(DefaultCooldown=300, DefaultInstanceWarmup=0)
    return made


def put(scaling, kind, name="p", **more):
    return scaling.put_scaling_policy(AutoScalingGroupName="shop", PolicyName=name, PolicyType=kind, **more)


def track(scaling, name="p", **more):
    return put(scaling, "TargetTrackingScaling", name, TargetTrackingConfiguration={**CPU, **more})


def alarm(scaling, names, state="ALARM"):
    watch = scaling.client("cloudwatch")
    for name in names:
        watch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="by hand")


def load(scaling, values, metric="CPUUtilization", name="AutoScalingGroupName", value="shop", namespace="AWS/EC2"):
    """A minute each, the last one now."""
    import datetime

    now = datetime.datetime.now(datetime.UTC)
    data = [
        {
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value}],
            "Value": one,
            "Timestamp": now - datetime.timedelta(minutes=len(values) - 1 - index),
        }
        for index, one in enumerate(values)
    ]
    scaling.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


@pytest.mark.parametrize(
    ("adjustment", "amount", "least", "expected"),
    [
        ("ExactCapacity", 4, None, 4),
        ("ChangeInCapacity", -2, None, 8),
        ("PercentChangeInCapacity", 25, None, 12),
        ("PercentChangeInCapacity", -25, None, 8),
        ("PercentChangeInCapacity", 5, None, 11),
        ("PercentChangeInCapacity", -5, None, 9),
        ("PercentChangeInCapacity", 25, 4, 14),
    ],
)
def test_a_capacity_of_ten_changes_as_the_adjustment_says(adjustment, amount, least, expected):
    assert decided.changed(10, adjustment, amount, least) == expected


def test_the_step_is_that_of_the_excess_above_or_below_the_threshold():
    assert [decided.step(STEPS, excess) for excess in (-1, 0, 19.9, 20, 500)] == [None, 1, 1, 2, 2]
    down = [{"MetricIntervalUpperBound": 0, "MetricIntervalLowerBound": -10, "ScalingAdjustment": -1}]
    assert [decided.step(down, excess) for excess in (0, -9, -10)] == [-1, -1, None]


def test_target_tracking_is_in_proportion_outwards_and_gradual_inwards():
    assert (decided.out(2, 90, 50), decided.out(2, 50, 50), decided.out(10, 51, 50)) == (4, 2, 11)
    assert (decided.into(2, 20, 50), decided.into(40, 10, 50), decided.into(2, 45, 50)) == (1, 36, 2)


def test_target_tracking_has_two_alarms_as_aws_makes_them(scaling):
    made = track(scaling)
    names = [one["AlarmName"] for one in made["Alarms"]]
    assert [name.rsplit("-", 5)[0] for name in names] == ["TargetTracking-shop-AlarmHigh", "TargetTracking-shop-AlarmLow"]
    high, low = scaling.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    told = [(one["Threshold"], one["ComparisonOperator"], one["EvaluationPeriods"], one["Period"]) for one in (high, low)]
    assert told == [(50, "GreaterThanThreshold", 3, 60), (45, "LessThanThreshold", 15, 60)]
    assert high["AlarmActions"] == [made["PolicyARN"]] and high["Dimensions"] == [{"Name": "AutoScalingGroupName", "Value": "shop"}]
    assert [one["Alarms"] for one in scaling.describe_policies()["ScalingPolicies"]] == [made["Alarms"]]
    scaling.delete_policy(AutoScalingGroupName="shop", PolicyName="p")
    assert scaling.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"] == []


def test_without_scaling_in_there_is_no_low_alarm(scaling):
    track(scaling)
    [name] = [one["AlarmName"] for one in track(scaling, DisableScaleIn=True)["Alarms"]]
    assert "-AlarmHigh-" in name
    assert len(scaling.client("cloudwatch").describe_alarms()["MetricAlarms"]) == 1


def test_load_above_the_target_scales_out_in_proportion(scaling):
    track(scaling)
    load(scaling, [80, 80, 80])
    eventually(lambda: scaling.group()["DesiredCapacity"], 4)
    told = scaling.causes()
    assert "a monitor alarm TargetTracking-shop-AlarmHigh-" in told
    assert "in state ALARM triggered policy p changing the desired capacity from 2 to 4." in told


def test_load_below_scales_in_one_by_one_when_every_policy_wants_it(scaling):
    names = [one["AlarmName"] for one in track(scaling)["Alarms"]]
    track(scaling, "other", PredefinedMetricSpecification={"PredefinedMetricType": "ASGAverageNetworkIn"})
    load(scaling, [5] * 16)
    low = [name for name in names if "Low" in name]
    watch = scaling.client("cloudwatch")
    eventually(lambda: watch.describe_alarms(AlarmNames=low)["MetricAlarms"][0]["StateValue"], "ALARM")
    assert scaling.group()["DesiredCapacity"] == 2
    scaling.delete_policy(AutoScalingGroupName="shop", PolicyName="other")
    alarm(scaling, low, "OK")
    eventually(lambda: scaling.group()["DesiredCapacity"], 1)


def test_an_alarm_runs_a_step_policy_by_its_breach_and_says_so_in_its_history(scaling):
    arn = put(scaling, "StepScaling", AdjustmentType="ChangeInCapacity", StepAdjustments=STEPS)["PolicyARN"]
    watch = scaling.client("cloudwatch")
    metric = {"Namespace": "shop", "MetricName": "queue", "Statistic": "Maximum", "Period": 60, "Dimensions": [{"Name": "n", "Value": "v"}]}
    rule = {"EvaluationPeriods": 1, "Threshold": 10, "ComparisonOperator": "GreaterThanThreshold"}
    watch.put_metric_alarm(AlarmName="full", AlarmActions=[arn], **metric, **rule)
    load(scaling, [35], "queue", "n", "v", "shop")
    eventually(lambda: scaling.group()["DesiredCapacity"], 4)
    items = watch.describe_alarm_history(AlarmName="full", HistoryItemType="Action")["AlarmHistoryItems"]
    assert f"Successfully executed action {arn}" in [one["HistorySummary"] for one in items]


def test_a_simple_policy_waits_for_its_cooldown(scaling):
    put(scaling, "SimpleScaling", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1, Cooldown=600)
    asked = {"AutoScalingGroupName": "shop", "PolicyName": "p", "HonorCooldown": True}
    scaling.execute_policy(**asked)
    assert scaling.group()["DesiredCapacity"] == 3
    assert refused(scaling.execute_policy, **asked).startswith("ScalingActivityInProgress")
    scaling.execute_policy(**asked | {"HonorCooldown": False})
    assert scaling.group()["DesiredCapacity"] == 4


def test_a_step_policy_is_executed_with_the_values_that_it_needs(scaling):
    put(scaling, "StepScaling", AdjustmentType="ChangeInCapacity", StepAdjustments=STEPS)
    asked = {"AutoScalingGroupName": "shop", "PolicyName": "p"}
    assert "MetricValue and BreachThreshold must be specified" in refused(scaling.execute_policy, **asked)
    scaling.execute_policy(**asked, MetricValue=15, BreachThreshold=10)
    assert scaling.group()["DesiredCapacity"] == 3


def test_requests_per_target_need_a_target_group_of_the_group_behind_the_load_balancer(client):
    from tests.unit.sandbox.elb import Elb, forward

    elb = Elb(client)
    scaling = Scaling(client)
    arn = elb.group(TargetType="instance")
    balancer = elb.balancer()
    label = f"{balancer.partition(':loadbalancer/')[2]}/{arn.rpartition(':')[2]}"
    spec = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
    scaling.make(TargetGroupARNs=[arn])
    assert "does not route traffic" in _refused_tracking(scaling, spec)
    elb.listener(balancer, action=forward(arn))
    assert "is not valid" in _refused_tracking(scaling, {**spec, "ResourceLabel": "app/a/1/targetgroup/b/2"})
    assert "ResourceLabel must be specified" in _refused_tracking(scaling, {"PredefinedMetricType": "ALBRequestCountPerTarget"})
    made = track(scaling, PredefinedMetricSpecification=spec)
    high = client("cloudwatch").describe_alarms(AlarmNames=[made["Alarms"][0]["AlarmName"]])["MetricAlarms"][0]
    assert (high["MetricName"], high["Statistic"]) == ("RequestCountPerTarget", "Sum")


def _refused_tracking(scaling, spec):
    asked = {"AutoScalingGroupName": "shop", "PolicyName": "p", "PolicyType": "TargetTrackingScaling"}
    configuration = {**CPU, "PredefinedMetricSpecification": spec}
    return refused(scaling.put_scaling_policy, **asked, TargetTrackingConfiguration=configuration)


@pytest.mark.parametrize(
    ("kind", "more", "message"),
    [
        ("SimpleScaling", {"AdjustmentType": "ChangeInCapacity"}, "ScalingAdjustment must be specified"),
        ("SimpleScaling", {"ScalingAdjustment": 1}, "AdjustmentType must be specified"),
        ("StepScaling", {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": STEPS, "Cooldown": 3}, "Cooldown is not supported"),
        ("StepScaling", {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": [STEPS[0], STEPS[0]]}, "overlap"),
        ("TargetTrackingScaling", {}, "TargetTrackingConfiguration must be specified"),
        ("TargetTrackingScaling", {"TargetTrackingConfiguration": {"TargetValue": 5.0}}, "Exactly one of"),
        ("PredictiveScaling", {}, "NotImplemented"),
        ("Best", {}, "not a valid policy type"),
    ],
)
def test_what_does_not_go_together_is_refused(scaling, kind, more, message):
    asked = {"AutoScalingGroupName": "shop", "PolicyName": "p", "PolicyType": kind, **more}
    assert message in refused(scaling.put_scaling_policy, **asked)
