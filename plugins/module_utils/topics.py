# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""SNS topics in their normal form: the topic, its inbox and each subscription are resources of their own.

https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .lists import repeated, used_twice
from .plan import Call, Calls, Change, State
from .tags import as_dict, as_list, tag_calls, tag_changes
from .topic_policy import SERVICE, with_publishers

if TYPE_CHECKING:
    from .aws import Aws

PROTOCOLS = ["email", "email-json", "sms", "http", "https", "sqs", "lambda", "firehose", "application"]
CONFIRMED_BY_OWNER = ("email", "email-json", "http", "https")
TOPIC = {"display_name": "DisplayName", "kms_key": "KmsMasterKeyId", "delivery_policy": "DeliveryPolicy", "policy": "Policy"}
SUBSCRIPTION = {
    "filter_policy": "FilterPolicy",
    "filter_policy_scope": "FilterPolicyScope",
    "raw_delivery": "RawMessageDelivery",
    "dead_letter_queue": "RedrivePolicy",
    "role_arn": "SubscriptionRoleArn",
}
ENDPOINTS = {
    **{"email": r"[^@\s]+@[^@\s]+\.[^@\s]+", "email-json": r"[^@\s]+@[^@\s]+\.[^@\s]+", "sms": r"\+[1-9]\d{4,14}"},
    **{"http": r"http://\S+", "https": r"https://\S+", "sqs": r"[\w-]{1,80}|arn:\S+:sqs:\S+", "lambda": r"[\w-]{1,64}|arn:\S+:lambda:\S+"},
    **{"firehose": r"arn:\S+:firehose:\S+", "application": r"arn:\S+:sns:\S+"},
}
# As long as SQS keeps messages. It is set when a queue is made; afterwards it is its owner's.
RETENTION_DAYS = 14
NO_QUEUE = ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")
GONE = ("NotFound", "NotFoundException")


def problems(topics: list[Mapping[str, Any]]) -> list[str]:
    found = used_twice("topic", (topic["name"] for topic in topics))
    found += [f"inbox {one}: two topics have it" for one in repeated(topic["inbox"] for topic in topics if topic.get("inbox"))]
    for topic in topics:
        found += [f"topic {topic['name']}: {problem}" for problem in _of(topic)]
    return found


def _of(topic: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", topic["name"]):
        yield "name must be 1 to 256 of letters, digits, _ and -"
    if len(topic.get("display_name") or "") > 100:
        yield "display_name must have at most 100 characters"
    if topic.get("inbox") and not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", topic["inbox"]):
        yield "inbox must be 1 to 80 of letters, digits, _ and -"
    for one in topic.get("publishers") or []:
        if not re.fullmatch(SERVICE, one):
            yield f"publishers has {one!r}, which is no service of AWS such as budgets.amazonaws.com"
    subscriptions = topic.get("subscriptions") or []
    keys = ((one["protocol"], hidden(one["endpoint"])) for one in subscriptions)
    yield from (f"subscription {' '.join(one)} is given twice" for one in repeated(keys))
    for one in subscriptions:
        at = f"subscription {one['protocol']} {hidden(one['endpoint'])}"
        if not re.fullmatch(ENDPOINTS[one["protocol"]], one["endpoint"]):
            yield f"{at}: endpoint does not look like one of the protocol {one['protocol']} ({ENDPOINTS[one['protocol']]})"
        if one.get("filter_policy_scope") and not one.get("filter_policy"):
            yield f"{at}: filter_policy_scope needs a filter_policy"
        if one.get("raw_delivery") and one["protocol"] not in ("sqs", "http", "https", "firehose"):
            yield f"{at}: raw_delivery is only for sqs, http, https and firehose"
        if (one["protocol"] == "firehose") != bool(one.get("role_arn")):
            yield f"{at}: role_arn is needed for firehose, and for nothing else"


def hidden(endpoint: str) -> str:
    """SNS shows an endpoint's password as asterisks too."""
    return re.sub(r"(://[^:/@\s]+):[^@/\s]+@", r"\1:****@", endpoint)


def by_name(aws: Aws, topic: Mapping[str, Any]) -> Mapping[str, Any]:
    """The topic as it is given, where what is of this place is named as it is read: without its ARN."""

    def shortened(one: Mapping[str, Any]) -> dict[str, Any]:
        queue = one.get("dead_letter_queue")
        return {**one, "endpoint": _short(aws, one["protocol"], one["endpoint"]), "dead_letter_queue": queue and _short(aws, "sqs", queue)}

    return {**topic, "subscriptions": [shortened(one) for one in topic.get("subscriptions") or []]}


def want(topic: Mapping[str, Any], ownership: Mapping[str, str]) -> tuple[dict[str, State], dict[str, str]]:
    """The topic, its inbox and its subscriptions; and the endpoints in full, which no state shows."""
    name, tags = topic["name"], {**(topic.get("tags") or {}), **ownership}
    wanted: dict[str, State] = {
        name: {"kind": "topic", "pending": False, "tags": tags, **{key: topic[key] for key in TOPIC if topic.get(key) is not None}}
    }
    endpoints = {}
    subscriptions = list(topic.get("subscriptions") or [])
    if topic.get("inbox"):
        about = {"topic": name, "queue": topic["inbox"], "retention_days": RETENTION_DAYS}
        wanted[f"{name} inbox {topic['inbox']}"] = {"kind": "inbox", "pending": False, **about, "writers": [name], "tags": tags}
        if not any((one["protocol"], one["endpoint"]) == ("sqs", topic["inbox"]) for one in subscriptions):
            subscriptions.append({"protocol": "sqs", "endpoint": topic["inbox"]})
    for one in subscriptions:
        key = f"{name} {one['protocol']} {hidden(one['endpoint'])}"
        endpoints[key] = one["endpoint"]
        given = {option: one[option] for option in SUBSCRIPTION if one.get(option) is not None}
        about = {"topic": name, "protocol": one["protocol"], "endpoint": hidden(one["endpoint"])}
        wanted[key] = {"kind": "subscription", "pending": False, **about, **given}
    return wanted, endpoints


def policies(aws: Aws, topics: list[Mapping[str, Any]], current: Mapping[str, State]) -> dict[str, State]:
    """The policies of the topics that say who publishes."""
    return {
        topic["name"]: with_publishers(
            topic.get("policy") or current.get(topic["name"], {}).get("policy"), topic["publishers"], aws.arn("sns", topic["name"])
        )
        for topic in topics
        if topic.get("publishers") is not None
    }


def read(aws: Aws, desired: Mapping[str, State | None]) -> dict[str, State]:
    """The topics and inboxes among `desired`, and all subscriptions of those topics."""
    names = [name for name, state in desired.items() if state and state["kind"] == "topic"]
    inboxes = [(name, state) for name, state in desired.items() if state and state["kind"] == "inbox"]
    found = [*aws.each(lambda name: _read_topic(aws, name, desired), names), *aws.each(lambda one: _read_inbox(aws, *one), inboxes)]
    return {name: state for states in found for name, state in states.items()}


def _read_topic(aws: Aws, name: str, desired: Mapping[str, State | None]) -> dict[str, State]:
    arn = aws.arn("sns", name)
    answer = aws.call("sns", "get_topic_attributes", missing=GONE, TopicArn=arn)
    if answer is None:
        return {}
    has = answer["Attributes"]
    state = {
        "kind": "topic",
        "pending": False,
        "display_name": has.get("DisplayName") or "",
        "kms_key": has.get("KmsMasterKeyId") or "",
        "delivery_policy": json.loads(has.get("DeliveryPolicy") or "{}"),
        "policy": json.loads(has.get("Policy") or "{}"),
        "tags": as_dict(aws.call("sns", "list_tags_for_resource", ResourceArn=arn)["Tags"]),
    }
    subscriptions = aws.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
    return {name: state} | dict(aws.each(lambda one: _read_subscription(aws, name, one, desired), subscriptions))


def _read_subscription(aws: Aws, topic: str, one: Mapping[str, Any], desired: Mapping[str, State | None]) -> tuple[str, State]:
    protocol = one["Protocol"]
    endpoint = hidden(_short(aws, protocol, one["Endpoint"]))
    key = f"{topic} {protocol} {endpoint}"
    state: dict[str, Any] = {"kind": "subscription", "topic": topic, "protocol": protocol, "endpoint": endpoint, "pending": False}
    if not one["SubscriptionArn"].startswith("arn:"):
        return key, {**state, "pending": True}
    state["arn"] = one["SubscriptionArn"]
    if not set(SUBSCRIPTION) & set(desired.get(key) or {}):
        return key, state
    has = aws.call("sns", "get_subscription_attributes", SubscriptionArn=state["arn"])["Attributes"]
    redrive = json.loads(has.get("RedrivePolicy") or "{}").get("deadLetterTargetArn", "")
    return key, {
        **state,
        "filter_policy": json.loads(has.get("FilterPolicy") or "{}"),
        "filter_policy_scope": has.get("FilterPolicyScope") or "MessageAttributes",
        "raw_delivery": has.get("RawMessageDelivery") == "true",
        "dead_letter_queue": _short(aws, "sqs", redrive),
        "role_arn": has.get("SubscriptionRoleArn") or "",
    }


def _read_inbox(aws: Aws, key: str, state: State) -> dict[str, State]:
    found = aws.call("sqs", "get_queue_url", missing=NO_QUEUE, QueueName=state["queue"])
    if found is None:
        return {}
    url = found["QueueUrl"]
    has = aws.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
    writers = [name for name in state["writers"] if admits(json.loads(has.get("Policy") or "{}"), aws.arn("sns", name))]
    tags = aws.call("sqs", "list_queue_tags", QueueUrl=url).get("Tags", {})
    return {key: {**state, "writers": writers, "tags": tags}}


def admits(policy: Mapping[str, Any], topic_arn: str) -> bool:
    """Whether the queue's policy lets this topic write."""
    for statement in policy.get("Statement", []):
        source = statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn", [])
        topics = source if isinstance(source, list) else [source]
        if statement.get("Effect") == "Allow" and topic_arn in topics and statement.get("Action") in ("sqs:SendMessage", "SQS:SendMessage"):
            return True
    return False


def queue_policy(queue_arn: str, topic_arns: list[str]) -> str:
    """Lets exactly these topics write to the queue. https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html"""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arns}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


def current(aws: Aws, known: Mapping[str, State]) -> dict[str, State]:
    """What is there of what a journal knows, some of which lies on topics that it does not know."""
    topics = {state["topic"]: {"kind": "topic"} for state in known.values() if state["kind"] == "subscription"}
    found = read(aws, {**topics, **known})
    # As long as its endpoint has not confirmed it, a subscription does nothing, and nobody can remove it.
    return {name: state for name, state in found.items() if not state["pending"]}


def kept(aws: Aws, change: Change) -> str | None:
    """Why undo must not bring this about."""
    state = change.after or change.before or {}
    if change.before is None and "****" in state.get("endpoint", ""):
        return "is gone, and the password of its endpoint is not in the journal: run the playbook that knows it"
    if change.after is None and state["kind"] == "inbox":
        found = aws.call("sqs", "get_queue_url", missing=NO_QUEUE, QueueName=state["queue"])
        attributes = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        has = aws.call("sqs", "get_queue_attributes", QueueUrl=found["QueueUrl"], AttributeNames=attributes)["Attributes"] if found else {}
        if any(int(has.get(one, 0)) for one in attributes):
            command = f"aws sqs delete-queue --region {aws.region} --queue-url {found['QueueUrl']}"
            return f"was made by this run and holds messages: delete it yourself when nobody needs them: {command}"
    return None


def pending(desired: Mapping[str, State | None], current: Mapping[str, State]) -> list[str]:
    """The desired subscriptions that wait, or once made will wait, for their endpoint."""
    return [
        name
        for name, state in desired.items()
        if state and state["kind"] == "subscription" and current.get(name, {"pending": state["protocol"] in CONFIRMED_BY_OWNER})["pending"]
    ]


def turn(change: Change) -> int:
    """A subscription comes after its topic and its inbox, and goes before them."""
    late = (change.after or change.before or {})["kind"] == "subscription"
    return int(late) if change.after else -int(late)


def calls(aws: Aws, endpoints: Mapping[str, str], change: Change) -> Calls:
    kind = (change.after or change.before or {})["kind"]
    if kind == "topic":
        yield from _topic_calls(aws, change)
    elif kind == "inbox":
        yield from _inbox_calls(aws, change)
    else:
        yield from _subscription_calls(aws, endpoints, change)


def _topic_calls(aws: Aws, change: Change) -> Calls:
    arn, state = aws.arn("sns", change.name), change.after
    if state is None:
        yield Call("delete_topic", {"TopicArn": arn}, missing=GONE)
        return
    if change.before is None:
        attributes = {field: _text(state[key]) for key, field in TOPIC.items() if state.get(key)}
        yield Call("create_topic", {"Name": change.name, "Attributes": attributes, "Tags": as_list(state["tags"])})
        return
    for key, field in TOPIC.items():
        if change.differs(key):
            yield Call("set_topic_attributes", {"TopicArn": arn, "AttributeName": field, "AttributeValue": _text(state[key])})
    yield from tag_calls(change, arn, key="ResourceArn")


def _inbox_calls(aws: Aws, change: Change) -> Calls:
    state = change.after or change.before or {}
    found = {"QueueName": state["queue"]}
    if change.after is None:
        url = (yield Call("get_queue_url", found, service="sqs"))["QueueUrl"]
        yield Call("delete_queue", {"QueueUrl": url}, service="sqs")
        return
    topics = [aws.arn("sns", name) for name in state["writers"]]
    policy = queue_policy(aws.arn("sqs", state["queue"]), topics) if topics else ""
    if change.before is None:
        attributes = {"MessageRetentionPeriod": str(state.get("retention_days", RETENTION_DAYS) * 86400), "Policy": policy}
        yield Call("create_queue", {**found, "Attributes": attributes, "tags": dict(state["tags"])}, service="sqs")
        return
    url = (yield Call("get_queue_url", found, service="sqs"))["QueueUrl"]
    if change.differs("writers"):
        yield Call("set_queue_attributes", {"QueueUrl": url, "Attributes": {"Policy": policy}}, service="sqs")
    if gone := tag_changes(change)[0]:
        yield Call("untag_queue", {"QueueUrl": url, "TagKeys": sorted(gone)}, service="sqs")
    if change.differs("tags") and state["tags"]:
        yield Call("tag_queue", {"QueueUrl": url, "Tags": dict(state["tags"])}, service="sqs")


def _subscription_calls(aws: Aws, endpoints: Mapping[str, str], change: Change) -> Calls:
    state = change.after
    if state is None:
        before = change.before or {}
        arn = before.get("arn")
        if arn is None:
            found = yield Call("list_subscriptions_by_topic", {"TopicArn": aws.arn("sns", before["topic"])})
            endpoint = _long(aws, before["protocol"], before["endpoint"])
            arn = next((one["SubscriptionArn"] for one in found["Subscriptions"] if one["Endpoint"] == endpoint), "")
        if arn.startswith("arn:"):
            yield Call("unsubscribe", {"SubscriptionArn": arn}, missing=GONE)
    elif change.before is None:
        endpoint = _long(aws, state["protocol"], endpoints.get(change.name, state["endpoint"]))
        attributes = {field: _attribute(aws, key, state[key]) for key, field in SUBSCRIPTION.items() if state.get(key)}
        params = {"TopicArn": aws.arn("sns", state["topic"]), "Protocol": state["protocol"], "Endpoint": endpoint}
        yield Call("subscribe", {**params, "Attributes": attributes, "ReturnSubscriptionArn": True})
    else:
        for key, field in SUBSCRIPTION.items():
            if change.differs(key):
                value = {"AttributeName": field, "AttributeValue": _attribute(aws, key, state[key])}
                yield Call("set_subscription_attributes", {"SubscriptionArn": change.before["arn"], **value})


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else value


def _attribute(aws: Aws, key: str, value: Any) -> str:
    if key == "dead_letter_queue":
        return json.dumps({"deadLetterTargetArn": _long(aws, "sqs", value)}) if value else ""
    if isinstance(value, bool):
        return json.dumps(value)
    return _text(value)


def _prefix(aws: Aws, protocol: str) -> str:
    return {"sqs": aws.arn("sqs", ""), "lambda": aws.arn("lambda", "function:")}.get(protocol, "")


def _short(aws: Aws, protocol: str, endpoint: str) -> str:
    return endpoint.removeprefix(_prefix(aws, protocol))


def _long(aws: Aws, protocol: str, endpoint: str) -> str:
    return endpoint if endpoint.startswith("arn:") else _prefix(aws, protocol) + endpoint
