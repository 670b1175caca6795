"""sns_topics: topics, inboxes and subscriptions as resources of their own."""

from __future__ import annotations

import json

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, merged, plan
from ansible_collections.prodready.aws.plugins.module_utils.topics import (
    admits,
    calls,
    hidden,
    pending,
    policies,
    problems,
    queue_policy,
    read,
    turn,
    want,
)

OURS = {"prodready:managed": "true"}
ARN = "arn:aws:sns:eu-central-1:123456789012:shop-alerts"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:shop-inbox"
MAIL = {"protocol": "email", "endpoint": "ops@example.com"}
TOPIC = {"name": "shop-alerts", "display_name": "Shop", "inbox": "shop-inbox", "subscriptions": [MAIL]}


BUDGETS = {
    "Sid": "ProdreadyPublisherBudgetsAmazonawsCom",
    "Effect": "Allow",
    "Principal": {"Service": "budgets.amazonaws.com"},
    "Action": "SNS:Publish",
    "Resource": ARN,
    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
}
THEIRS = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "SNS:Subscribe", "Resource": ARN}


def policy_of(fake_aws, publishers, *statements, **topic):
    current = {"shop-alerts": {"policy": {"Version": "2008-10-17", "Statement": [*statements]}}} if statements else {}
    return policies(fake_aws(), [{"name": "shop-alerts", "publishers": publishers, **topic}], current)["shop-alerts"]


def test_publishers_are_let_beside_what_the_policy_says(fake_aws):
    assert policy_of(fake_aws, ["budgets.amazonaws.com"], THEIRS)["Statement"] == [THEIRS, BUDGETS]
    assert policy_of(fake_aws, ["budgets.amazonaws.com"], BUDGETS, THEIRS)["Statement"] == [BUDGETS, THEIRS]
    assert policy_of(fake_aws, [], BUDGETS, THEIRS)["Statement"] == [THEIRS]
    given = {"Version": "2012-10-17", "Statement": [THEIRS]}
    assert policy_of(fake_aws, ["budgets.amazonaws.com"], BUDGETS, policy=given) == {**given, "Statement": [THEIRS, BUDGETS]}


def test_a_new_topic_lets_the_account_publish_as_well(fake_aws):
    account, service = policy_of(fake_aws, ["budgets.amazonaws.com"])["Statement"]
    assert (account["Condition"], service) == ({"StringEquals": {"AWS:SourceOwner": "123456789012"}}, BUDGETS)
    assert "SNS:Publish" in account["Action"]


def test_who_publishes_is_not_touched_when_not_given(fake_aws):
    assert policies(fake_aws(), [{"name": "shop-alerts"}, {"name": "other", "publishers": None}], {}) == {}


def test_topic_and_inbox_are_made_before_the_subscriptions(fake_aws, requests_of):
    states, endpoints = want(TOPIC, OURS)
    changes = sorted(plan(states, {}), key=turn)
    sent = [call for change in changes for call in requests_of("sns", calls(fake_aws(), endpoints, change))]
    assert [(call.service, call.operation) for call in sent] == [
        (None, "create_topic"),
        ("sqs", "create_queue"),
        (None, "subscribe"),
        (None, "subscribe"),
    ]
    assert [call.params["Endpoint"] for call in sent[2:]] == ["ops@example.com", QUEUE]


def test_the_inbox_lets_exactly_its_topic_write():
    policy = json.loads(queue_policy(QUEUE, [ARN]))
    assert admits(policy, ARN)
    assert not admits(policy, f"{ARN}-other")
    assert not admits({}, ARN)


def test_what_is_read_is_what_was_wanted(fake_aws):
    wanted, _ = want({**TOPIC, "subscriptions": [{**MAIL, "filter_policy": {"severity": ["high"]}}]}, OURS)
    subscriptions = [
        {"SubscriptionArn": f"{ARN}:1", "Protocol": "email", "Endpoint": "ops@example.com"},
        {"SubscriptionArn": f"{ARN}:2", "Protocol": "sqs", "Endpoint": QUEUE},
    ]
    aws = fake_aws(
        get_topic_attributes={"Attributes": {"DisplayName": "Shop"}},
        list_tags_for_resource={"Tags": [{"Key": "prodready:managed", "Value": "true"}]},
        list_subscriptions_by_topic={"Subscriptions": subscriptions},
        get_subscription_attributes={"Attributes": {"FilterPolicy": '{"severity": ["high"]}', "RawMessageDelivery": "false"}},
        get_queue_url={"QueueUrl": "https://sqs/shop-inbox"},
        get_queue_attributes={"Attributes": {"Policy": queue_policy(QUEUE, [ARN])}},
        list_queue_tags={"Tags": OURS},
    )
    assert plan(wanted, read(aws, wanted)) == []
    # A subscription of which nothing but its endpoint is desired is not asked for its attributes.
    assert [operation for operation, _ in aws.asked].count("get_subscription_attributes") == 1


def test_a_topic_that_is_missing_is_nothing(fake_aws):
    wanted, _ = want({"name": "shop-alerts"}, OURS)
    assert read(fake_aws(get_topic_attributes=None), wanted) == {}


def test_a_mail_address_that_is_not_subscribed_yet_will_have_to_confirm(fake_aws):
    wanted, _ = want(TOPIC, OURS)
    name = "shop-alerts email ops@example.com"
    assert pending(wanted, {}) == [name]
    assert pending(wanted, {name: {"pending": True}}) == [name]
    assert pending(wanted, {name: {"pending": False}}) == []


def test_only_the_attributes_that_differ_are_set(fake_aws, requests_of):
    before = {"kind": "topic", "display_name": "Old", "kms_key": "", "delivery_policy": {}, "policy": {"Version": "1"}, "tags": OURS}
    change = Change("shop-alerts", before, merged(before, {"display_name": "Shop", "tags": OURS}))
    assert requests_of("sns", calls(fake_aws(), {}, change)) == [
        Call("set_topic_attributes", {"TopicArn": ARN, "AttributeName": "DisplayName", "AttributeValue": "Shop"})
    ]


def test_a_subscription_attribute_is_set_on_the_confirmed_subscription(fake_aws, requests_of):
    before = {"kind": "subscription", "topic": "shop-alerts", "protocol": "sqs", "endpoint": "q", "arn": f"{ARN}:1", "raw_delivery": False}
    sent = requests_of("sns", calls(fake_aws(), {}, Change("s", before, {**before, "raw_delivery": True, "dead_letter_queue": "dead"})))
    assert [(call.params["AttributeName"], call.params["AttributeValue"]) for call in sent] == [
        ("RawMessageDelivery", "true"),
        ("RedrivePolicy", '{"deadLetterTargetArn": "arn:aws:sqs:eu-central-1:123456789012:dead"}'),
    ]


def test_a_subscription_that_was_just_made_is_found_again_to_be_undone(fake_aws, requests_of):
    states, endpoints = want(TOPIC, OURS)
    name = "shop-alerts email ops@example.com"
    answers = [{"Subscriptions": [{"Endpoint": "ops@example.com", "SubscriptionArn": f"{ARN}:1"}]}]
    sent = requests_of("sns", calls(fake_aws(), endpoints, Change(name, states[name], None)), answers)
    assert sent[-1] == Call("unsubscribe", {"SubscriptionArn": f"{ARN}:1"}, missing=("NotFound", "NotFoundException"))


def test_the_password_of_an_endpoint_is_in_no_state(fake_aws, requests_of):
    address = "https://ops:hunter22@hooks.example.com/alerts"
    states, endpoints = want({"name": "shop-alerts", "subscriptions": [{"protocol": "https", "endpoint": address}]}, OURS)
    assert "hunter22" not in json.dumps([states, *states])
    name = "shop-alerts https https://ops:****@hooks.example.com/alerts"
    assert hidden(address) in name
    (call,) = requests_of("sns", calls(fake_aws(), endpoints, Change(name, None, states[name])))
    assert call.params["Endpoint"] == address


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "a.fifo"}, "name must be 1 to 256"),
        ({"name": "a", "subscriptions": [{"protocol": "email", "endpoint": "ops"}]}, "does not look like one of the protocol email"),
        ({"name": "a", "subscriptions": [{"protocol": "sms", "endpoint": "0123"}]}, "does not look like one of the protocol sms"),
        ({"name": "a", "subscriptions": [MAIL, MAIL]}, "subscription email ops@example.com is given twice"),
        ({"name": "a", "subscriptions": [{**MAIL, "raw_delivery": True}]}, "raw_delivery is only for"),
        ({"name": "a", "subscriptions": [{**MAIL, "filter_policy_scope": "MessageBody"}]}, "needs a filter_policy"),
        ({"name": "a", "inbox": "a b"}, "inbox must be 1 to 80"),
    ],
)
def test_what_sns_refuses_is_said_before_anything_is_touched(wrong, said):
    (found,) = problems([wrong])
    assert said in found
