"""Alarms follow their metrics, and notify."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests

from sandbox.watch import evaluator
from tests.unit.sandbox.waiting import eventually

ALARM = {
    "AlarmName": "errors",
    "Namespace": "Shop",
    "MetricName": "Errors",
    "Dimensions": [{"Name": "Host", "Value": "app-1"}],
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 3,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
}
STAT = {"Metric": {"Namespace": "Shop", "MetricName": "Latency"}, "Period": 60, "Stat": "Average"}


@pytest.fixture
def cloudwatch(client):
    return client("cloudwatch")


@pytest.fixture
def inbox(client):
    """A topic, and a function that takes the notifications which it got."""
    topic = client("sns").create_topic(Name="alerts")["TopicArn"]
    sqs = client("sqs")
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def take():
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    return topic, take


def _put(cloudwatch, name, *values, dimensions=(), minutes_ago=0, now=None):
    at = (now or datetime.now(UTC)) - timedelta(minutes=minutes_ago)
    data = [{"MetricName": name, "Dimensions": list(dimensions), "Value": value, "Timestamp": at} for value in values]
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)


def _state(cloudwatch, name="errors"):
    found = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return (found["MetricAlarms"] + found["CompositeAlarms"])[0]["StateValue"]


def test_an_alarm_whose_metric_breaches_notifies(cloudwatch, inbox):
    topic, take = inbox
    cloudwatch.put_metric_alarm(**ALARM, AlarmActions=[topic], AlarmDescription="too many errors")
    _put(cloudwatch, "Errors", 1, 2, dimensions=ALARM["Dimensions"])
    [notification] = take()
    assert notification["Subject"] == 'ALARM: "errors" in Europe (Frankfurt)'
    message = json.loads(notification["Message"])
    assert (message["OldStateValue"], message["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert "1 out of the last 1 datapoints [3.0 (" in message["NewStateReason"]
    assert message["AlarmDescription"] == "too many errors"
    assert message["Trigger"]["Dimensions"] == [{"name": "Host", "value": "app-1"}]
    assert message["Trigger"]["Statistic"] == "SUM"
    summaries = [item["HistorySummary"] for item in cloudwatch.describe_alarm_history()["AlarmHistoryItems"]]
    assert summaries[:2] == [f"Successfully executed action {topic}", "Alarm updated from INSUFFICIENT_DATA to ALARM"]


def test_data_of_other_dimensions_does_not_count(cloudwatch):
    cloudwatch.put_metric_alarm(**ALARM, TreatMissingData="notBreaching")
    _put(cloudwatch, "Errors", 100)
    eventually(lambda: _state(cloudwatch), "OK")


def test_disabled_actions_do_not_notify(cloudwatch, client):
    topic = client("sns").create_topic(Name="alerts")["TopicArn"]
    cloudwatch.put_metric_alarm(**ALARM, AlarmActions=[topic], ActionsEnabled=False)
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
    assert not cloudwatch.describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]


def test_a_missing_topic_is_a_failed_action(cloudwatch):
    topic = "arn:aws:sns:eu-central-1:123456789012:nowhere"
    cloudwatch.put_metric_alarm(**ALARM, OKActions=[topic])
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="OK", StateReason="a drill")
    [item] = cloudwatch.describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]
    assert item["HistorySummary"].startswith(f"Failed to execute action {topic}")


def test_a_state_that_was_set_notifies_and_does_not_last(cloudwatch, inbox, monkeypatch):
    monkeypatch.setattr(evaluator, "EVERY", timedelta(seconds=1))
    topic, take = inbox
    cloudwatch.put_metric_alarm(**ALARM, AlarmActions=[topic], OKActions=[topic], TreatMissingData="notBreaching")
    eventually(lambda: _state(cloudwatch), "OK")
    assert [json.loads(one["Message"])["NewStateValue"] for one in take()] == ["OK"]
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
    assert [json.loads(one["Message"])["NewStateReason"] for one in take()] == ["a drill"]
    eventually(lambda: _state(cloudwatch), "OK")


def test_alarms_follow_the_time_of_the_emulator(cloudwatch, endpoint_url):
    cloudwatch.put_metric_alarm(**ALARM, TreatMissingData="notBreaching")
    _put(cloudwatch, "Errors", 5, dimensions=ALARM["Dimensions"])
    eventually(lambda: _state(cloudwatch), "ALARM")
    requests.put(f"{endpoint_url}/_sandbox/clock", json={"offset_seconds": 3600}, timeout=10)
    eventually(lambda: _state(cloudwatch), "OK")


def test_three_out_of_four_periods(cloudwatch):
    asked = {**ALARM, "EvaluationPeriods": 4, "DatapointsToAlarm": 3, "TreatMissingData": "notBreaching"}
    cloudwatch.put_metric_alarm(**asked)
    now = datetime.now(UTC)
    for minutes_ago in (1, 3):
        _put(cloudwatch, "Errors", 5, dimensions=ALARM["Dimensions"], minutes_ago=minutes_ago, now=now)
    eventually(lambda: _state(cloudwatch), "OK")
    _put(cloudwatch, "Errors", 5, dimensions=ALARM["Dimensions"], minutes_ago=2, now=now)
    eventually(lambda: _state(cloudwatch), "ALARM")


def test_an_alarm_on_metric_math(cloudwatch):
    errors, total = ({**STAT, "Stat": "Sum", "Metric": {**STAT["Metric"], "MetricName": m}} for m in ("Bad", "All"))
    cloudwatch.put_metric_alarm(
        AlarmName="errors",
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
        Metrics=[
            {"Id": "bad", "MetricStat": errors, "ReturnData": False},
            {"Id": "all", "MetricStat": total, "ReturnData": False},
            {"Id": "rate", "Expression": "100 * bad / all", "Label": "Error rate"},
        ],
    )
    now = datetime.now(UTC)
    _put(cloudwatch, "All", 100, now=now)
    _put(cloudwatch, "Bad", 6, now=now)
    eventually(lambda: _state(cloudwatch), "ALARM")


def test_an_alarm_on_an_anomaly_band(cloudwatch):
    cloudwatch.put_metric_alarm(
        AlarmName="errors",
        EvaluationPeriods=1,
        ComparisonOperator="LessThanLowerOrGreaterThanUpperThreshold",
        ThresholdMetricId="band",
        Metrics=[{"Id": "m1", "MetricStat": STAT}, {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}],
    )
    for minutes_ago in range(10, 60, 5):
        _put(cloudwatch, "Latency", 95 + minutes_ago % 10, minutes_ago=minutes_ago)
    _put(cloudwatch, "Latency", 99)
    eventually(lambda: _state(cloudwatch), "OK")
    _put(cloudwatch, "Latency", 1000)
    eventually(lambda: _state(cloudwatch), "ALARM")


def test_a_percentile_of_too_few_samples_is_ignored_when_asked(cloudwatch):
    asked = {**ALARM, "ExtendedStatistic": "p90", "TreatMissingData": "notBreaching"}
    del asked["Statistic"]
    cloudwatch.put_metric_alarm(**asked, EvaluateLowSampleCountPercentile="ignore")
    _put(cloudwatch, "Errors", *[9] * 99, dimensions=ALARM["Dimensions"])
    eventually(lambda: _state(cloudwatch), "OK")
    _put(cloudwatch, "Errors", *[9] * 100, dimensions=ALARM["Dimensions"])
    eventually(lambda: _state(cloudwatch), "ALARM")


def test_each_region_has_its_own_alarms(client):
    here, there = client("cloudwatch"), client("cloudwatch", region_name="us-east-1")
    for cloudwatch in (here, there):
        cloudwatch.put_metric_alarm(**ALARM, TreatMissingData="notBreaching")
    _put(there, "Errors", 5, dimensions=ALARM["Dimensions"])
    eventually(lambda: (_state(here), _state(there)), ("OK", "ALARM"))
