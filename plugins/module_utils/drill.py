# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A drill of alarms: a subscriber of its own that hears what topics are told, and the alarms that are set off.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .alarms import children
from .topics import GONE, NO_QUEUE, queue_policy

if TYPE_CHECKING:
    from .aws import Aws

PREFIX = "prodready-drill-"
LONGEST_POLL = 20  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html

# The alarms of DescribeAlarms' answer, by name.
Alarms = Mapping[str, Mapping[str, Any]]


def why_not(alarm: Mapping[str, Any], topics: list[str]) -> str | None:
    """Why an alarm is not driven."""
    if not alarm.get("ActionsEnabled", True):
        return "muted"
    return None if topics else "notifies no topic of this account and region"


def order(alarms: Alarms) -> list[list[str]]:
    """Metric alarms first, then composite alarms after the ones that they name, in waves."""

    def depth(name: str, above: tuple[str, ...] = ()) -> int:
        rule = alarms.get(name, {}).get("AlarmRule")
        if rule is None or name in above:
            return 0
        return 1 + max((depth(child, (*above, name)) for child in children(rule)), default=0)

    depths = {name: depth(name) for name in alarms}
    return [[name for name in alarms if depths[name] == level] for level in sorted(set(depths.values()))]


def told(message: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """The alarm, its new state and the topic of one message; None when it is not of an alarm."""
    try:
        envelope = json.loads(message["Body"])
        notification = json.loads(envelope["Message"])
        return notification["AlarmName"], notification["NewStateValue"], envelope["TopicArn"]
    except (ValueError, KeyError, TypeError):
        return None


class Subscriber:
    """A queue that hears topics while a drill lasts. One that a killed drill left behind is found by its name and used again."""

    def __init__(self, aws: Aws, app: str, run: str, topics: list[str], tags: Mapping[str, str]) -> None:
        self.aws, self.topics, self.tags = aws, sorted(topics), dict(tags)
        self.prefix = f"{PREFIX}{app}-"
        # A queue's name is free again only a minute after its deletion, so each drill has its own.
        self.name = self.prefix + run
        self.url = ""
        self.subscriptions: list[str] = []

    def __enter__(self) -> Subscriber:
        try:
            self.open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        left = self.aws.pages("sqs", "list_queues", "QueueUrls", QueueNamePrefix=self.prefix)
        if left:
            self.url, self.name = left[0], left[0].rpartition("/")[2]
        arn = self.aws.arn("sqs", self.name)
        policy = {"Policy": queue_policy(arn, self.topics)}
        if left:
            known = self.aws.pages("sns", "list_subscriptions", "Subscriptions")
            self.subscriptions = [one["SubscriptionArn"] for one in known if one["Endpoint"] == arn]
            self.aws.call("sqs", "set_queue_attributes", QueueUrl=self.url, Attributes=policy)
        else:
            self.url = self.aws.call("sqs", "create_queue", QueueName=self.name, Attributes=policy, tags=self.tags)["QueueUrl"]
        self.aws.each(self._subscribe, self.topics)
        while left and self.receive(0):
            pass

    def _subscribe(self, topic: str) -> None:
        params: dict[str, Any] = {
            "TopicArn": topic,
            "Protocol": "sqs",
            "Endpoint": self.aws.arn("sqs", self.name),
            "ReturnSubscriptionArn": True,
        }
        self.subscriptions.append(self.aws.call("sns", "subscribe", **params)["SubscriptionArn"])

    def receive(self, seconds: int) -> list[dict[str, Any]]:
        """What has come, after waiting for it; taken from the queue."""
        params: dict[str, Any] = {"QueueUrl": self.url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": seconds}
        found = self.aws.call("sqs", "receive_message", **params).get("Messages", [])
        if found:
            entries = [{"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]} for number, one in enumerate(found)]
            self.aws.call("sqs", "delete_message_batch", QueueUrl=self.url, Entries=entries)
        return found

    def close(self) -> None:
        if self.url:
            self.aws.each(
                lambda arn: self.aws.call("sns", "unsubscribe", missing=GONE, SubscriptionArn=arn), sorted(set(self.subscriptions))
            )
            self.aws.call("sqs", "delete_queue", missing=NO_QUEUE, QueueUrl=self.url)


class Drill:
    """Sets alarms off, wave after wave, waits for what their topics are told, and sets them back."""

    def __init__(self, aws: Aws, alarms: Alarms, topics: Mapping[str, list[str]], reason: str, deadline_seconds: float) -> None:
        self.aws, self.alarms, self.topics = aws, alarms, topics
        self.reason = reason[:1023]
        self.until = time.monotonic() + deadline_seconds
        self.sent: dict[str, float] = {}
        self.heard: dict[tuple[str, str], float] = {}

    def run(self, subscriber: Subscriber) -> None:
        for wave in order(self.alarms):
            self.aws.each(self.fire, wave)
            self.listen(subscriber, {one for name in wave for one in self.expected(name)})

    def expected(self, name: str) -> set[tuple[str, str]]:
        return {(name, topic) for topic in self.topics[name]}

    def put(self, name: str, state: str) -> None:
        self.aws.call("cloudwatch", "set_alarm_state", AlarmName=name, StateValue=state, StateReason=self.reason)

    def fire(self, name: str) -> None:
        was = self.alarms[name]["StateValue"]
        below = [self.sent[child] for child in children(self.alarms[name].get("AlarmRule", "")) if child in self.sent]
        self.sent[name] = min(below, default=time.monotonic())
        if below and was != "ALARM" and self.state(name) == "ALARM":
            return
        # Only a transition notifies, so an alarm that is in ALARM already has to leave it first.
        if was == "ALARM":
            self.put(name, "OK")
        self.put(name, "ALARM")

    def state(self, name: str) -> str:
        found = self.aws.call("cloudwatch", "describe_alarms", AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
        return found[0]["StateValue"] if found else ""

    def listen(self, subscriber: Subscriber, wanted: set[tuple[str, str]]) -> None:
        """Hear until all that is wanted has come, or the drill's time is over."""
        while wanted - set(self.heard) and (left := self.until - time.monotonic()) > 0:
            for message in subscriber.receive(min(LONGEST_POLL, int(left) + 1)):
                heard = told(message)
                if heard and heard[1] == "ALARM":
                    self.heard.setdefault((heard[0], heard[2]), time.monotonic())

    def restore(self) -> None:
        """Composite alarms first: when their children go back, they find their own state again."""
        for wave in reversed(order({name: self.alarms[name] for name in self.sent})):
            self.aws.each(lambda name: self.put(name, self.alarms[name]["StateValue"]), wave)

    def seconds(self, name: str) -> float | None:
        """How long the last of its topics took; None when one was never told."""
        times = [self.heard[one] for one in self.expected(name) if one in self.heard]
        return round(max(0.0, max(times) - self.sent[name]), 3) if len(times) == len(self.topics[name]) else None
