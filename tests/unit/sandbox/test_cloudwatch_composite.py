"""Composite alarms."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

RULE = 'ALARM("errors") AND NOT ALARM("deploying")'


@pytest.fixture
def cloudwatch(client):
    cloudwatch = client("cloudwatch")
    for name in ("errors", "deploying"):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="Shop",
            MetricName=name,
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="ignore",
        )
    return cloudwatch


def _set(cloudwatch, name, state):
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a drill")


def _state(cloudwatch, name="down"):
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    return alarm["StateValue"]


def test_a_composite_alarm_follows_its_children_at_once(cloudwatch):
    cloudwatch.put_composite_alarm(AlarmName="down", AlarmRule=RULE)
    cloudwatch.put_composite_alarm(AlarmName="page", AlarmRule="ALARM(down)")
    _set(cloudwatch, "errors", "ALARM")
    assert (_state(cloudwatch), _state(cloudwatch, "page")) == ("ALARM", "ALARM")
    _set(cloudwatch, "deploying", "ALARM")
    assert (_state(cloudwatch), _state(cloudwatch, "page")) == ("OK", "OK")


def test_a_composite_alarm_notifies_with_its_rule_and_children(cloudwatch, client):
    topic, sqs = client("sns").create_topic(Name="alerts")["TopicArn"], client("sqs")
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-central-1:123456789012:inbox")
    cloudwatch.put_composite_alarm(AlarmName="down", AlarmRule=RULE, AlarmActions=[topic])
    _set(cloudwatch, "errors", "ALARM")
    [received] = sqs.receive_message(QueueUrl=queue)["Messages"]
    message = json.loads(json.loads(received["Body"])["Message"])
    assert message["AlarmRule"] == RULE
    assert [child["Arn"].split(":")[-1] for child in message["TriggeringChildren"]] == ["errors"]


def test_a_suppressor_in_alarm_suppresses_actions(cloudwatch):
    cloudwatch.put_composite_alarm(
        AlarmName="down",
        AlarmRule="ALARM(errors)",
        AlarmActions=["arn:aws:sns:eu-central-1:123456789012:alerts"],
        ActionsSuppressor="deploying",
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=60,
    )
    _set(cloudwatch, "deploying", "ALARM")
    _set(cloudwatch, "errors", "ALARM")
    [alarm] = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert (alarm["StateValue"], alarm["ActionsSuppressedBy"]) == ("ALARM", "Alarm")
    assert not cloudwatch.describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]


@pytest.mark.parametrize("rule", ["ALARM(nobody)", "ALARM(errors) XOR TRUE", "ALARM(down)"])
def test_a_rule_must_be_well_formed_and_name_alarms_that_exist(cloudwatch, rule):
    with pytest.raises(ClientError, match="ValidationError"):
        cloudwatch.put_composite_alarm(AlarmName="down", AlarmRule=rule)


def test_a_cycle_is_taken_and_ends_evaluation(cloudwatch):
    cloudwatch.put_composite_alarm(AlarmName="down", AlarmRule="ALARM(errors)")
    cloudwatch.put_composite_alarm(AlarmName="page", AlarmRule="ALARM(down)")
    cloudwatch.put_composite_alarm(AlarmName="down", AlarmRule="ALARM(errors) OR ALARM(page)")
    _set(cloudwatch, "errors", "ALARM")
    assert (_state(cloudwatch), _state(cloudwatch, "page")) == ("ALARM", "ALARM")


def test_an_alarm_in_use_cannot_be_deleted(cloudwatch):
    cloudwatch.put_composite_alarm(AlarmName="down", AlarmRule=RULE)
    with pytest.raises(ClientError, match="ValidationError"):
        cloudwatch.delete_alarms(AlarmNames=["errors"])
    cloudwatch.delete_alarms(AlarmNames=["down"])
    cloudwatch.delete_alarms(AlarmNames=["errors"])
    assert [alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]] == ["deploying"]


def test_parents_and_children_are_found(cloudwatch):
    cloudwatch.put_composite_alarm(AlarmName="down", AlarmRule=RULE)
    children = cloudwatch.describe_alarms(ChildrenOfAlarmName="down")["MetricAlarms"]
    parents = cloudwatch.describe_alarms(ParentsOfAlarmName="errors")["CompositeAlarms"]
    assert [alarm["AlarmName"] for alarm in children + parents] == ["deploying", "errors", "down"]
    assert not cloudwatch.describe_alarms()["CompositeAlarms"]
