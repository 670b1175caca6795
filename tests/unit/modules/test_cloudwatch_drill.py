"""cloudwatch_drill: which alarms are driven, in which order, and what counts as heard."""

from __future__ import annotations

import json

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.drill import Drill, Subscriber, order, told, why_not

TOPIC = "arn:aws:sns:eu-central-1:123456789012:shop-alerts"
METRIC, COMPOSITE = {"StateValue": "OK"}, {"StateValue": "OK", "AlarmRule": "ALARM(slow)"}


def message(alarm, state="ALARM"):
    notification = json.dumps({"AlarmName": alarm, "NewStateValue": state})
    return {"Body": json.dumps({"TopicArn": TOPIC, "Message": notification}), "ReceiptHandle": "r"}


def test_muted_alarms_and_those_without_a_topic_are_not_driven():
    assert why_not({"ActionsEnabled": False}, [TOPIC]) == "muted"
    assert why_not({"ActionsEnabled": True}, []) == "notifies no topic of this account and region"
    assert why_not({"ActionsEnabled": True}, [TOPIC]) is None


def test_metric_alarms_are_driven_before_the_composite_alarms_above_them():
    alarms = {"top": {"AlarmRule": "ALARM(mid)"}, "mid": {"AlarmRule": "ALARM(slow) OR ALARM(elsewhere)"}, "slow": {}}
    assert order(alarms) == [["slow"], ["mid"], ["top"]]


def test_composite_alarms_in_a_circle_are_ordered_too():
    assert sorted(sum(order({"a": {"AlarmRule": "ALARM(b)"}, "b": {"AlarmRule": "ALARM(a)"}}), [])) == ["a", "b"]


@pytest.mark.parametrize("body", ["hello", "{}", '{"Message": "hello", "TopicArn": "t"}', '{"Message": "{}", "TopicArn": "t"}', "[]"])
def test_what_is_no_notification_of_an_alarm_is_ignored(body):
    assert told({"Body": body}) is None


class Heard:
    """A subscriber that is sent these batches."""

    def __init__(self, *batches):
        self.batches = list(batches)

    def receive(self, seconds):
        return self.batches.pop(0) if self.batches else []


def drill(fake_aws, alarms, seconds=0.2, **answers):
    aws = fake_aws(set_alarm_state={}, **answers)
    return Drill(aws, alarms, {name: [TOPIC] for name in alarms}, "Drill", seconds), aws


def states(aws):
    return [(asked["AlarmName"], asked["StateValue"]) for operation, asked in aws.asked if operation == "set_alarm_state"]


def test_an_alarm_is_set_off_heard_and_set_back(fake_aws):
    one, aws = drill(fake_aws, {"slow": METRIC})
    one.run(Heard([message("slow", "OK"), message("other")], [message("slow")]))
    one.restore()
    assert states(aws) == [("slow", "ALARM"), ("slow", "OK")]
    assert one.seconds("slow") is not None


def test_an_alarm_that_is_in_alarm_leaves_it_first_and_is_set_back_to_it(fake_aws):
    one, aws = drill(fake_aws, {"slow": {"StateValue": "ALARM"}})
    one.run(Heard([message("slow")]))
    one.restore()
    assert states(aws) == [("slow", "OK"), ("slow", "ALARM"), ("slow", "ALARM")]


def test_a_composite_alarm_that_followed_its_child_is_not_set(fake_aws):
    one, aws = drill(
        fake_aws, {"slow": METRIC, "unhealthy": COMPOSITE}, describe_alarms={"CompositeAlarms": [{**COMPOSITE, "StateValue": "ALARM"}]}
    )
    one.run(Heard([message("slow")], [message("unhealthy")]))
    assert states(aws) == [("slow", "ALARM")]
    assert one.seconds("unhealthy") is not None


def test_a_composite_alarm_that_did_not_follow_is_set_too_and_set_back_first(fake_aws):
    one, aws = drill(fake_aws, {"slow": METRIC, "unhealthy": COMPOSITE}, describe_alarms={"CompositeAlarms": [COMPOSITE]})
    one.run(Heard([message("slow")], [message("unhealthy")]))
    one.restore()
    assert states(aws) == [("slow", "ALARM"), ("unhealthy", "ALARM"), ("unhealthy", "OK"), ("slow", "OK")]


def test_an_alarm_that_is_not_heard_in_time_is_silent(fake_aws):
    one, _ = drill(fake_aws, {"slow": METRIC}, seconds=0.05)
    one.run(Heard())
    assert one.seconds("slow") is None


def test_the_queue_of_a_killed_drill_is_used_again_emptied_and_removed_with_all_its_subscriptions(fake_aws):
    arn = "arn:aws:sqs:eu-central-1:123456789012:prodready-drill-shop-old"
    url = "https://sqs.eu-central-1.amazonaws.com/123456789012/prodready-drill-shop-old"
    batches = [[message("slow")], []]
    known = [{"SubscriptionArn": f"{TOPIC}:old", "Endpoint": arn}, {"SubscriptionArn": f"{TOPIC}:foreign", "Endpoint": "ops@example.com"}]
    aws = fake_aws(
        list_queues={"QueueUrls": [url]},
        list_subscriptions={"Subscriptions": known},
        set_queue_attributes={},
        subscribe={"SubscriptionArn": f"{TOPIC}:new"},
        receive_message=lambda **_: {"Messages": batches.pop(0)},
        delete_message_batch={},
        unsubscribe={},
        delete_queue={},
    )
    with Subscriber(aws, "shop", "new", [TOPIC], {}):
        assert batches == []
    assert [asked["SubscriptionArn"] for operation, asked in aws.asked if operation == "unsubscribe"] == [f"{TOPIC}:new", f"{TOPIC}:old"]
    assert aws.asked[-1] == ("delete_queue", {"QueueUrl": url})


def test_what_was_made_is_removed_when_the_subscription_is_refused(fake_aws):
    def refuse(**_):
        raise PermissionError

    aws = fake_aws(list_queues={}, create_queue={"QueueUrl": "https://sqs/q"}, subscribe=refuse, delete_queue={})
    with pytest.raises(PermissionError), Subscriber(aws, "shop", "new", [TOPIC], {}):
        pass
    assert aws.asked[-1] == ("delete_queue", {"QueueUrl": "https://sqs/q"})
