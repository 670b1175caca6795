from __future__ import annotations

import datetime

import pytest

from tests.unit.sandbox.ecs import SCALED, Ecs
from tests.unit.sandbox.elasticache import refused
from tests.unit.sandbox.waiting import eventually

CPU = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}, "TargetValue": 50.0}


@pytest.fixture
def ecs(client):
    made = Ecs(client)
    made.create()
    client("application-autoscaling").register_scalable_target(**SCALED, MinCapacity=1, MaxCapacity=5)
    return made


@pytest.fixture
def api(client, ecs):
    return client("application-autoscaling")


def track(api, name="p", **more):
    return api.put_scaling_policy(
        **SCALED, PolicyName=name, PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration={**CPU, **more}
    )


def load(client, values):
    """A minute each, the last one now."""
    now = datetime.datetime.now(datetime.UTC)
    where = [{"Name": "ClusterName", "Value": "shop"}, {"Name": "ServiceName", "Value": "shop"}]
    data = [
        {
            "MetricName": "CPUUtilization",
            "Dimensions": where,
            "Value": value,
            "Timestamp": now - datetime.timedelta(minutes=len(values) - 1 - index),
        }
        for index, value in enumerate(values)
    ]
    client("cloudwatch").put_metric_data(Namespace="AWS/ECS", MetricData=data)


def activities(api):
    return api.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]


def test_target_tracking_watches_the_services_metric_as_aws_does(client, api):
    made = track(api)
    names = [one["AlarmName"] for one in made["Alarms"]]
    high, low = sorted(client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"], key=lambda one: one["AlarmName"])
    told = [(one["Threshold"], one["EvaluationPeriods"], one["Period"], one["MetricName"], one["Namespace"]) for one in (high, low)]
    assert told == [(50, 3, 60, "CPUUtilization", "AWS/ECS"), (45, 15, 60, "CPUUtilization", "AWS/ECS")]
    assert high["AlarmActions"] == [made["PolicyARN"]]
    assert track(api)["PolicyARN"] == made["PolicyARN"]
    assert len(client("cloudwatch").describe_alarms()["MetricAlarms"]) == 2
    api.delete_scaling_policy(**SCALED, PolicyName="p")
    assert client("cloudwatch").describe_alarms()["MetricAlarms"] == []


def test_load_above_the_target_raises_the_desired_count_in_proportion_and_is_told(client, ecs, api):
    track(api)
    load(client, [80, 80, 80])
    eventually(lambda: ecs.service()["desiredCount"], 4)
    [activity] = activities(api)
    assert activity["Description"] == "Setting desired count to 4."
    assert "-AlarmHigh-" in activity["Cause"] and activity["Cause"].endswith("in state ALARM triggered policy p")
    assert activity["StatusCode"] == "Successful"
    [item] = [
        one
        for one in client("cloudwatch").describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]
        if "High" in one["AlarmName"]
    ]
    assert item["HistorySummary"].startswith("Successfully executed action arn:aws:autoscaling:")


def test_silence_lowers_it_gradually_and_never_below_the_minimum(client, ecs, api):
    ecs.ecs.update_service(cluster="shop", service="shop", desiredCount=3)
    track(api, ScaleInCooldown=0)
    load(client, [1] * 15)
    eventually(lambda: ecs.service()["desiredCount"], 2)


def test_what_is_suspended_is_not_done(client, ecs, api):
    api.register_scalable_target(**SCALED, SuspendedState={"DynamicScalingOutSuspended": True})
    track(api)
    load(client, [80, 80, 80])
    watch = client("cloudwatch")
    eventually(lambda: [one["StateValue"] for one in watch.describe_alarms()["MetricAlarms"] if "High" in one["AlarmName"]], ["ALARM"])
    assert ecs.service()["desiredCount"] == 2


def test_a_step_policy_adds_what_its_step_says(client, ecs, api):
    config = {
        "AdjustmentType": "ChangeInCapacity",
        "Cooldown": 60,
        "StepAdjustments": [
            {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 1},
            {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 3},
        ],
    }
    arn = api.put_scaling_policy(**SCALED, PolicyName="s", PolicyType="StepScaling", StepScalingPolicyConfiguration=config)["PolicyARN"]
    client("cloudwatch").put_metric_alarm(
        AlarmName="busy",
        Namespace="AWS/ECS",
        MetricName="CPUUtilization",
        Dimensions=[{"Name": "ClusterName", "Value": "shop"}, {"Name": "ServiceName", "Value": "shop"}],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=50,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[arn],
    )
    load(client, [60])
    eventually(lambda: ecs.service()["desiredCount"], 3)


def test_bounds_hold_at_once(ecs, api):
    api.register_scalable_target(**SCALED, MinCapacity=3)
    assert ecs.service()["desiredCount"] == 3
    assert activities(api)[0]["Cause"] == "minimum capacity was set to 3"


def test_a_scheduled_action_sets_the_bounds_when_it_is_due(client, ecs, api, endpoint_url):
    import requests

    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    api.put_scheduled_action(
        **SCALED, ScheduledActionName="morning", Schedule=f"at({soon:%Y-%m-%dT%H:%M:%S})", ScalableTargetAction={"MinCapacity": 4}
    )
    assert ecs.service()["desiredCount"] == 2
    requests.put(f"{endpoint_url}/_sandbox/clock", json={"offset_seconds": 3700}, timeout=10).raise_for_status()
    assert ecs.service()["desiredCount"] == 4
    assert [one["Cause"] for one in activities(api)][-1] == "scheduled action name morning was triggered"
    assert api.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"] == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"TargetValue": 0}, "TargetValue"),
        ({"PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget"}}, "ResourceLabel"),
        ({"PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}}, "not supported"),
    ],
)
def test_what_a_service_cannot_track_is_refused(api, more, words):
    assert words in refused(track, api=api, **more)


def test_schedules_that_are_none_are_refused(api):
    asked = {**SCALED, "ScheduledActionName": "x", "ScalableTargetAction": {"MinCapacity": 1}}
    assert "Invalid schedule" in refused(api.put_scheduled_action, **asked, Schedule="cron(0 8 * * *)")
    assert refused(api.delete_scheduled_action, **SCALED, ScheduledActionName="x").startswith("ObjectNotFoundException")
