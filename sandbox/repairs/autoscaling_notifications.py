"""What a group tells SNS topics of its instances, which moto lacks.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-sns-notifications.html
"""

from __future__ import annotations

from typing import Any

from moto.sns.models import sns_backends

from sandbox.autoscaling import checks, notices
from sandbox.autoscaling.account import Account
from sandbox.autoscaling.errors import fault, invalid
from sandbox.autoscaling.serving import Asked, serve

MOST_TOPICS = 10


def put(account: Account, asked: Asked) -> dict[str, Any]:
    group, topic = checks.usable(account, asked["AutoScalingGroupName"]), asked["TopicARN"]
    kinds = asked["NotificationTypes"]
    if unknown := [kind for kind in kinds if kind not in notices.TYPES]:
        raise invalid(f"{unknown[0]} is not a valid notification type. Valid types are: {', '.join(notices.TYPES)}")
    if topic not in sns_backends[account.number][account.region].topics:
        raise invalid(f"Unable to publish test notification message to SNS topic {topic}. Please check your SNS topic configuration")
    if topic not in group.notifications and len(group.notifications) >= MOST_TOPICS:
        raise fault("LimitExceeded", f"An Auto Scaling group can have {MOST_TOPICS} topics.")
    group.notifications[topic] = list(dict.fromkeys(kinds))
    notices.test(account, group, topic)
    return {}


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.group(account, asked["AutoScalingGroupName"])
    if not group.notifications.pop(asked["TopicARN"], None):
        raise invalid(f"Auto Scaling group {group.name} has no notification configuration for {asked['TopicARN']}")
    return {}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    names = asked.get("AutoScalingGroupNames") or []
    rows = [
        {"AutoScalingGroupName": group.name, "TopicARN": topic, "NotificationType": kind}
        for group in account.groups.values()
        for topic, kinds in group.notifications.items()
        for kind in kinds
        if not names or group.name in names
    ]
    return {"NotificationConfigurations": rows}


def apply() -> None:
    serve(put_notification_configuration=put, delete_notification_configuration=delete)
    serve(paged="NotificationConfigurations", describe_notification_configurations=describe)
    serve(describe_auto_scaling_notification_types=lambda *_: {"AutoScalingNotificationTypes": list(notices.TYPES)})
