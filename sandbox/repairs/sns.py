"""SNS subscriptions: confirmation, endpoints, and deliveries that fail.

moto confirms every subscription at once, takes any endpoint, and fails a Publish when a subscriber cannot be reached.
With AWS, http(s) and e-mail subscribers get nothing until ConfirmSubscription is called with the token that was sent
to them; a Publish succeeds whatever becomes of its deliveries.
https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html
E-mails are not sent, http(s) subscribers are reached on this machine only (outgoing.py), and nothing is retried.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import threading
from typing import Any

import requests
from moto.core.responses import ActionResult
from moto.sns.exceptions import SNSException, SNSInvalidParameter, SNSNotFoundError
from moto.sns.models import SNSBackend, Subscription
from moto.sns.responses import SNSResponse

log = logging.getLogger(__name__)

CONFIRMED_BY_TOKEN = ("http", "https", "email", "email-json")
TIMEOUT = 5
_ENDPOINTS = {
    "http": (re.compile(r"http://[^/\s]+.*"), "Endpoint must match the specified protocol"),
    "https": (re.compile(r"https://[^/\s]+.*"), "Endpoint must match the specified protocol"),
    "email": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"), "Email address"),
    "email-json": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"), "Email address"),
    "sqs": (re.compile(r"arn:aws[\w-]*:sqs:[\w-]+:\d{12}:.+"), "SQS endpoint ARN"),
    "lambda": (re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:.+"), "Lambda endpoint ARN"),
    "firehose": (re.compile(r"arn:aws[\w-]*:firehose:[\w-]+:\d{12}:.+"), "Firehose endpoint ARN"),
    "sms": (re.compile(r".+"), ""),
    "application": (re.compile(r".+"), ""),
}

_subscribe_backend = SNSBackend.subscribe
_subscribe = SNSResponse.subscribe
_get_topic_attributes = SNSResponse.get_topic_attributes
_deliver = Subscription.publish


def subscribe_backend(self: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Subscription:
    if protocol not in _ENDPOINTS:
        raise SNSInvalidParameter(f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}")
    pattern, wrong = _ENDPOINTS[protocol]
    if not pattern.fullmatch(endpoint or ""):
        raise SNSInvalidParameter(f"Invalid parameter: {wrong}")
    subscription: Any = _subscribe_backend(self, topic_arn, endpoint, protocol)
    if protocol in CONFIRMED_BY_TOKEN and not hasattr(subscription, "token"):
        subscription.token = secrets.token_hex(128)
        subscription.attributes |= {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
        _ask_to_confirm(subscription)
    return subscription


def _is_pending(subscription: Subscription) -> bool:
    return bool(subscription.attributes.get("PendingConfirmation"))


def _ask_to_confirm(subscription: Any) -> None:
    topic = subscription.topic.arn
    region = topic.split(":")[3]
    text = f"You have chosen to subscribe to the topic {topic}.\nTo confirm the subscription, visit the SubscribeURL."
    content = subscription.get_post_data(text, secrets.token_hex(16), None) | {
        "Type": "SubscriptionConfirmation",
        "Token": subscription.token,
        "SubscribeURL": f"https://sns.{region}.amazonaws.com/?Action=ConfirmSubscription&TopicArn={topic}&Token={subscription.token}",
    }
    content.pop("UnsubscribeURL")
    _post(subscription, "SubscriptionConfirmation", json.dumps(content))


def confirm_subscription(self: SNSResponse) -> ActionResult:
    topic, token = self._get_param("TopicArn"), self._get_param("Token")
    if topic not in self.backend.topics:
        raise SNSNotFoundError("Topic does not exist")
    for subscription in self.backend.subscriptions.values():
        if subscription.topic.arn == topic and getattr(subscription, "token", None) == token:
            subscription.attributes["PendingConfirmation"] = False
            return ActionResult({"SubscriptionArn": subscription.arn})
    raise SNSInvalidParameter("Invalid parameter: Token")


def subscribe(self: SNSResponse) -> ActionResult:
    result: Any = _subscribe(self)
    subscription = self.backend.subscriptions[result.result["SubscriptionArn"]]
    if _is_pending(subscription) and not self._get_bool_param("ReturnSubscriptionArn"):
        return ActionResult({"SubscriptionArn": "pending confirmation"})
    return result


def list_subscriptions(self: SNSResponse) -> ActionResult:
    found, token = self.backend.list_subscriptions(next_token=self._get_param("NextToken"))
    return ActionResult({"Subscriptions": [_described(one) for one in found], "NextToken": token})


def list_subscriptions_by_topic(self: SNSResponse) -> ActionResult:
    topic, token = self._get_param("TopicArn"), self._get_param("NextToken")
    found, token = self.backend.list_subscriptions_by_topic(topic, next_token=token)
    return ActionResult({"Subscriptions": [_described(one) for one in found], "NextToken": token})


def _described(subscription: Subscription) -> dict[str, str]:
    return {
        "SubscriptionArn": "PendingConfirmation" if _is_pending(subscription) else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic.arn,
    }


def get_topic_attributes(self: SNSResponse) -> ActionResult:
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    pending = [_is_pending(one) for one in self.backend.subscriptions.values() if one.topic == topic]
    topic.subscriptions_pending = sum(pending)
    topic.subscriptions_confimed = len(pending) - sum(pending)
    return _get_topic_attributes(self)


def deliver(self: Subscription, message: str, message_id: str, **given: Any) -> None:
    if _is_pending(self):
        return
    try:
        if self.protocol not in ("http", "https"):
            _deliver(self, message, message_id, **given)
            return
        _deliver_to_http(self, message, message_id, **given)
    except SNSException:
        raise
    except Exception as error:  # Whatever a delivery meets, the Publish was accepted.
        log.warning("message %s was not delivered to %s: %s", message_id, self.endpoint, error)


def _deliver_to_http(self: Subscription, message: str, message_id: str, **given: Any) -> None:
    attributes, matcher = given.get("message_attributes"), self._filter_policy_matcher
    if matcher is not None and not matcher.matches(attributes, message):
        return
    if given.get("message_structure") == "json":
        message = self._parse_message_structure(message, self.protocol)
    if not self.attributes.get("RawMessageDelivery"):
        message = json.dumps(self.get_post_data(message, message_id, given.get("subject"), attributes))
    _post(self, "Notification", message)


def _post(subscription: Subscription, kind: str, body: str) -> None:
    """In a thread of its own: AWS's Publish does not wait for deliveries."""
    if subscription.protocol not in ("http", "https"):
        return
    headers = {
        "Content-Type": "text/plain; charset=UTF-8",
        "User-Agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": kind,
        "x-amz-sns-topic-arn": subscription.topic.arn,
    }

    def post() -> None:
        try:
            requests.post(subscription.endpoint, data=body.encode(), headers=headers, timeout=TIMEOUT)
        except requests.RequestException as error:
            log.warning("%s was not delivered to %s: %s", kind, subscription.endpoint, error)

    threading.Thread(target=post, daemon=True).start()


def apply() -> None:
    SNSBackend.subscribe = subscribe_backend
    Subscription.publish = deliver
    for operation in (
        subscribe,
        confirm_subscription,
        list_subscriptions,
        list_subscriptions_by_topic,
        get_topic_attributes,
    ):
        setattr(SNSResponse, operation.__name__, operation)
