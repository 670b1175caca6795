"""Metric alarms: what is refused, kept and shown."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

ALARM = {
    "AlarmName": "errors",
    "Namespace": "Shop",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
}
STAT = {"Metric": {"Namespace": "Shop", "MetricName": "Errors"}, "Period": 60, "Stat": "Sum"}
MATH = {"AlarmName": "math", "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alerts"


@pytest.fixture
def cloudwatch(client):
    return client("cloudwatch")


@pytest.mark.parametrize(
    "change",
    [
        {"MetricName": None},
        {"Period": 7},
        {"Period": 90},
        {"Period": 5},
        {"DatapointsToAlarm": 2},
        {"Statistic": None},
        {"ExtendedStatistic": "p95"},
        {"Statistic": None, "ExtendedStatistic": "p101"},
        {"AlarmActions": ["alerts"]},
        {"AlarmActions": ["arn:aws:sns:us-east-1:123456789012:alerts"]},
        {"Period": 300, "EvaluationPeriods": 289},
        {"Period": 3600, "EvaluationPeriods": 169},
        {"TreatMissingData": "sometimes"},
        {"Threshold": None},
        {"ComparisonOperator": "GreaterThanUpperThreshold"},
        {"EvaluateLowSampleCountPercentile": "never"},
    ],
    ids=str,
)
def test_what_aws_refuses_is_refused(cloudwatch, change):
    asked = {name: value for name, value in {**ALARM, **change}.items() if value is not None}
    with pytest.raises(ClientError, match="ValidationError"):
        cloudwatch.put_metric_alarm(**asked)
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


@pytest.mark.parametrize(
    "metrics",
    [
        [{"Id": "m1", "MetricStat": STAT}, {"Id": "e1", "Expression": "m1 * 2"}],
        [{"Id": "m1", "MetricStat": STAT, "ReturnData": False}],
        [{"Id": "M1", "MetricStat": STAT}],
        [{"Id": "m1", "MetricStat": STAT, "ReturnData": False}, {"Id": "e1", "Expression": "m1 *"}],
        [{"Id": "m1", "MetricStat": STAT, "ReturnData": False}, {"Id": "e1", "Expression": "m2"}],
        [{"Id": "m1", "MetricStat": {**STAT, "Stat": "p"}}],
        [{"Id": "e1", "Expression": "TIME_SERIES(1)", "Period": 60}],
    ],
)
def test_metric_math_that_aws_refuses_is_refused(cloudwatch, metrics):
    with pytest.raises(ClientError, match="ValidationError"):
        cloudwatch.put_metric_alarm(**MATH, Metrics=metrics)


@pytest.mark.parametrize("change", [{"Period": 3600, "EvaluationPeriods": 168}, {"Period": 10}, {"AlarmActions": [TOPIC]}])
def test_what_aws_takes_is_taken(cloudwatch, change):
    cloudwatch.put_metric_alarm(**{**ALARM, **change})
    [alarm] = cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"]
    assert {name: alarm[name] for name in change} == change


def test_a_new_alarm_has_insufficient_data_and_acts(cloudwatch):
    cloudwatch.put_metric_alarm(**ALARM, Tags=[{"Key": "env", "Value": "test"}])
    [alarm] = cloudwatch.describe_alarms()["MetricAlarms"]
    assert (alarm["StateValue"], alarm["ActionsEnabled"]) == ("INSUFFICIENT_DATA", True)
    assert cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "env", "Value": "test"}]


def test_an_updated_alarm_keeps_its_state(cloudwatch):
    cloudwatch.put_metric_alarm(**ALARM, TreatMissingData="ignore")
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
    cloudwatch.put_metric_alarm(**{**ALARM, "Threshold": 5}, TreatMissingData="ignore")
    [alarm] = cloudwatch.describe_alarms()["MetricAlarms"]
    assert (alarm["StateValue"], alarm["Threshold"]) == ("ALARM", 5)


def test_alarms_come_in_pages_of_fifty(cloudwatch):
    for number in range(51):
        cloudwatch.put_metric_alarm(**{**ALARM, "AlarmName": f"alarm-{number:02}"})
    first = cloudwatch.describe_alarms()
    second = cloudwatch.describe_alarms(NextToken=first["NextToken"])
    names = [alarm["AlarmName"] for page in (first, second) for alarm in page["MetricAlarms"]]
    assert (len(first["MetricAlarms"]), names) == (50, [f"alarm-{number:02}" for number in range(51)])
    assert "NextToken" not in second
    assert len(cloudwatch.describe_alarms(MaxRecords=7)["MetricAlarms"]) == 7


def test_a_wrong_token_is_refused(cloudwatch):
    with pytest.raises(ClientError, match="InvalidNextToken"):
        cloudwatch.describe_alarms(NextToken="nonsense!")


def test_alarms_are_filtered(cloudwatch):
    cloudwatch.put_metric_alarm(**ALARM, AlarmActions=[TOPIC])
    cloudwatch.put_metric_alarm(**{**ALARM, "AlarmName": "other"})

    def names(**wanted):
        return [alarm["AlarmName"] for alarm in cloudwatch.describe_alarms(**wanted)["MetricAlarms"]]

    assert names(ActionPrefix="arn:aws:sns") == ["errors"]
    assert names(AlarmNamePrefix="oth") == ["other"]
    assert names(StateValue="OK") == []
    assert names(AlarmTypes=["CompositeAlarm"]) == []
    assert [a["AlarmName"] for a in cloudwatch.describe_alarms_for_metric(Namespace="Shop", MetricName="Errors")["MetricAlarms"]] == [
        "errors",
        "other",
    ]


def test_the_history_tells_what_was_done(cloudwatch):
    cloudwatch.put_metric_alarm(**ALARM, TreatMissingData="ignore")
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="OK", StateReason="seen to be well")
    cloudwatch.delete_alarms(AlarmNames=["errors"])
    items = cloudwatch.describe_alarm_history(AlarmName="errors", ScanBy="TimestampAscending")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in items] == [
        'Alarm "errors" created',
        "Alarm updated from INSUFFICIENT_DATA to OK",
        'Alarm "errors" deleted',
    ]
    updates = cloudwatch.describe_alarm_history(HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert '"stateReason": "seen to be well"' in updates[0]["HistoryData"]


def test_an_alarm_made_by_another_service_is_an_alarm_like_others(client):
    scaling = client("application-autoscaling")
    client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )
    target = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/orders",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=5)
    scaling.put_scaling_policy(
        **target,
        PolicyName="reads",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
        },
    )
    alarms = client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {(alarm["Namespace"], alarm["StateValue"]) for alarm in alarms} == {("AWS/DynamoDB", "INSUFFICIENT_DATA")}
