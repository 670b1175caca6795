"""What groups tell SNS topics, and lifecycle hooks their topic or queue.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-sns-notifications.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/prepare-for-lifecycle-notifications.html
"""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.utils import utcnow
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from sandbox.autoscaling.account import Account, Group, Hook
from sandbox.autoscaling.instance import Activity, Instance

log = logging.getLogger(__name__)

TYPES = (
    *("autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_LAUNCH_ERROR"),
    *("autoscaling:EC2_INSTANCE_TERMINATE", "autoscaling:EC2_INSTANCE_TERMINATE_ERROR", "autoscaling:TEST_NOTIFICATION"),
)


def _time(at: datetime | None) -> str | None:
    return f"{at.isoformat(timespec='milliseconds')}Z" if at else None


def activity(account: Account, group: Group, done: Activity, kind: str, instance: str) -> None:
    content = {
        "Progress": done.progress,
        "AccountId": account.number,
        "Description": done.description,
        "RequestId": done.uid,
        "EndTime": _time(done.end),
        "AutoScalingGroupARN": group.arn,
        "ActivityId": done.uid,
        "StartTime": _time(done.start),
        "Service": "AWS Auto Scaling",
        "Time": _time(utcnow()),
        "EC2InstanceId": instance,
        "StatusCode": "InProgress" if done.status == "Successful" else done.status,
        "StatusMessage": done.message,
        "Details": done.details,
        "AutoScalingGroupName": group.name,
        "Cause": done.cause,
        "Event": kind,
    }
    word = {"LAUNCH": "launch", "TERMINATE": "termination"}[kind.split("_")[2]]
    subject = f'Auto Scaling: {word}{" error" if kind.endswith("ERROR") else ""} for group "{group.name}"'
    for topic, kinds in group.notifications.items():
        if kind in kinds:
            publish(topic, content, subject)


def test(account: Account, group: Group, topic: str) -> None:
    content = {
        "AccountId": account.number,
        "RequestId": group.arn.split(":")[6],
        "AutoScalingGroupARN": group.arn,
        "AutoScalingGroupName": group.name,
        "Service": "AWS Auto Scaling",
        "Event": "autoscaling:TEST_NOTIFICATION",
        "Time": _time(utcnow()),
    }
    publish(topic, content, f'Auto Scaling: test notification for group "{group.name}"')


def hook(account: Account, group: Group, one: Instance, given: Hook, ends: tuple[str, str]) -> None:
    if not given.target:
        return
    content: dict[str, Any] = {
        "Origin": ends[0],
        "Destination": ends[1],
        "LifecycleHookName": given.name,
        "AccountId": account.number,
        "RequestId": one.token,
        "LifecycleTransition": given.transition,
        "AutoScalingGroupName": group.name,
        "Service": "AWS Auto Scaling",
        "Time": _time(utcnow()),
        "EC2InstanceId": one.uid,
        "LifecycleActionToken": one.token,
    }
    if given.metadata:
        content["NotificationMetadata"] = given.metadata
    kind = given.transition.rpartition(":")[2]
    publish(given.target, content, f"Auto Scaling:  Lifecycle action '{kind}' for instance {one.uid}"[:100])


def publish(arn: str, content: dict[str, Any], subject: str) -> None:
    _, _, service, region, number, name = arn.split(":", 5)
    try:
        if service == "sns":
            sns_backends[number][region].publish(json.dumps(content), arn, subject=subject)
        else:
            sqs_backends[number][region].send_message(name, json.dumps(content))
    except (ServiceException, KeyError) as error:  # a topic that is gone stops no instance
        log.warning("%s was not told: %s", arn, error)
