"""SNS subscriptions and deliveries."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def sns(client):
    return client("sns")


@pytest.fixture
def topic(sns):
    return sns.create_topic(Name="alerts")["TopicArn"]


@pytest.fixture
def subscriber() -> Iterator[tuple[str, queue.Queue]]:
    """The address of a real HTTP server, and what was posted to it."""
    posted: queue.Queue = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.put((self.headers["x-amz-sns-message-type"], json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", posted
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [("email", "ops@example.com"), ("https", "https://example.com/alerts"), ("https", "https://127.0.0.1:9/alerts")],
)
def test_a_subscriber_who_must_confirm_is_pending_and_does_not_fail_a_publish(sns, topic, protocol, endpoint):
    answer = sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
    assert answer["SubscriptionArn"] == "pending confirmation"
    [listed] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (listed["SubscriptionArn"], listed["Endpoint"]) == ("PendingConfirmation", endpoint)
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsPending"] == "1"
    assert sns.publish(TopicArn=topic, Message="hello")["MessageId"]


def test_the_arn_of_a_pending_subscription_is_returned_when_asked_for(sns, topic):
    arn = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com", ReturnSubscriptionArn=True)
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn["SubscriptionArn"])["Attributes"]
    assert attributes["PendingConfirmation"] == "true"


def test_a_subscriber_on_this_machine_confirms_and_is_notified(sns, topic, subscriber):
    endpoint, posted = subscriber
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint)
    kind, confirmation = posted.get(timeout=10)
    assert kind == confirmation["Type"] == "SubscriptionConfirmation"
    sns.publish(TopicArn=topic, Message="too early")
    sns.confirm_subscription(TopicArn=topic, Token=confirmation["Token"])
    sns.publish(TopicArn=topic, Message="in time", Subject="hello")
    kind, notification = posted.get(timeout=10)
    assert (kind, notification["Message"], notification["Subject"]) == ("Notification", "in time", "hello")


def test_a_wrong_token_confirms_nothing(sns, topic):
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")
    with pytest.raises(ClientError, match="InvalidParameter"):
        sns.confirm_subscription(TopicArn=topic, Token="guessed")


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [("email", "ops.example.com"), ("https", "http://example.com"), ("sqs", "queue"), ("pigeon", "coo")],
)
def test_a_wrong_endpoint_is_refused(sns, topic, protocol, endpoint):
    with pytest.raises(ClientError, match="InvalidParameter"):
        sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)


def test_a_queue_is_confirmed_at_once_and_a_missing_one_fails_no_publish(client, sns, topic):
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    for name in ("missing", "inbox"):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:eu-central-1:123456789012:{name}")
    sns.publish(TopicArn=topic, Message="hello")
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["Message"] == "hello"
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsConfirmed"] == "2"
