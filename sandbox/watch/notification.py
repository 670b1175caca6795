"""The message that an alarm's action publishes to an SNS topic.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

from __future__ import annotations

import functools
import json
from typing import Any

import botocore.session

from sandbox.watch.alarm import Alarm, timestamp
from sandbox.watch.assessment import treat_missing


@functools.cache
def region_name(region: str) -> str:
    for partition in botocore.session.get_session().get_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            return partition["regions"][region]["description"]
    return region


def subject(alarm: Alarm, region: str) -> str:
    return f'{alarm.state}: "{alarm.name}" in {region_name(region)}'[:100]


def message(alarm: Alarm, before: str, account: str, region: str, children: list[Alarm]) -> str:
    definition = alarm.definition
    content = {
        "AlarmName": alarm.name,
        "AlarmDescription": definition.get("AlarmDescription"),
        "AWSAccountId": account,
        "AlarmConfigurationUpdatedTimestamp": timestamp(alarm.updated),
        "NewStateValue": alarm.state,
        "NewStateReason": alarm.reason,
        "StateChangeTime": timestamp(alarm.state_updated),
        "Region": region_name(region),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "OKActions": definition["OKActions"],
        "AlarmActions": definition["AlarmActions"],
        "InsufficientDataActions": definition["InsufficientDataActions"],
    }
    if alarm.type == "CompositeAlarm":
        content["AlarmRule"] = definition["AlarmRule"]
        content["TriggeringChildren"] = [
            {"Arn": child.alarm_arn, "State": {"Value": child.state, "Timestamp": timestamp(child.state_updated)}} for child in children
        ]
    else:
        content["Trigger"] = _trigger(definition)
    return json.dumps(content)


def _trigger(definition: dict[str, Any]) -> dict[str, Any]:
    rule = {
        "Period": definition.get("Period"),
        "EvaluationPeriods": definition["EvaluationPeriods"],
        "DatapointsToAlarm": definition.get("DatapointsToAlarm"),
        "ComparisonOperator": definition["ComparisonOperator"],
        "Threshold": definition.get("Threshold", 0.0),
        "TreatMissingData": treat_missing(definition),
        "EvaluateLowSampleCountPercentile": definition.get("EvaluateLowSampleCountPercentile", ""),
    }
    if definition.get("Metrics"):
        return {**rule, "ThresholdMetricId": definition.get("ThresholdMetricId"), "Metrics": definition["Metrics"]}
    statistic = definition.get("Statistic")
    kind = (
        {"StatisticType": "Statistic", "Statistic": statistic.upper()}
        if statistic
        else {
            "StatisticType": "ExtendedStatistic",
            "ExtendedStatistic": definition["ExtendedStatistic"],
        }
    )
    dimensions = [{"value": pair["Value"], "name": pair["Name"]} for pair in definition.get("Dimensions", ())]
    return {
        "MetricName": definition["MetricName"],
        "Namespace": definition["Namespace"],
        **kind,
        "Unit": definition.get("Unit"),
        "Dimensions": dimensions,
        **rule,
    }
