"""The modules of the role cloudwatch on the repaired emulator: what was applied is what is read."""

from __future__ import annotations

import functools

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import topics
from ansible_collections.prodready.aws.plugins.module_utils.aws import Aws
from ansible_collections.prodready.aws.plugins.module_utils.drill import Drill, Subscriber
from ansible_collections.prodready.aws.plugins.module_utils.plan import Change, carry_out, plan
from ansible_collections.prodready.aws.plugins.modules import cloudwatch_alarms, cloudwatch_dashboards, cloudwatch_drill, log_groups

OURS = {"prodready:managed": "true", "prodready:app": "shop"}
REQUESTS = {"namespace": "Shop", "metric_name": "Requests", "dimensions": {"Service": "shop"}, "statistic": "Sum"}
ABOVE = {"threshold": 5.0, "comparison_operator": "GreaterThanThreshold", "evaluation_periods": 3}
ALARMS = [
    {**REQUESTS, **ABOVE, "name": "many", "statistic": "p95", "alarm_actions": ["shop-alerts"], "description": "Many"},
    {**ABOVE, "name": "twice", "metrics": [{"id": "requests", **REQUESTS}, {"id": "twice", "expression": "2 * requests"}]},
    {
        **{**REQUESTS, "name": "unusual", "anomaly_deviations": 2.0, "evaluation_periods": 2, "alarm_actions": ["shop-alerts"]},
        "comparison_operator": "LessThanLowerOrGreaterThanUpperThreshold",
    },
    {"name": "unhealthy", "rule": 'ALARM("many") OR ALARM("twice")', "alarm_actions": ["shop-alerts"]},
]


@pytest.fixture
def aws(client, endpoint_url) -> Aws:
    keys = {"access_key": "AKIASANDBOX0000000", "secret_key": "sandbox-secret-key-sandbox"}
    return Aws(
        {"account": "123456789012", "region": "eu-central-1", "endpoint_url": endpoint_url, "concurrency": 4, "deadline_seconds": 5, **keys}
    )


def apply(aws, service, desired, read, calls, order=lambda change: 0):
    """What was changed, by name."""
    changes = plan(desired, read())
    for change in sorted(changes, key=order):
        carry_out(calls(change), functools.partial(aws.send, service))
    return [change.name for change in changes]


def make_alarms(aws):
    desired = {alarm["name"]: cloudwatch_alarms.want(alarm, OURS) for alarm in ALARMS}
    read = functools.partial(cloudwatch_alarms.read, aws, desired, list(desired))
    turn = functools.partial(cloudwatch_alarms.turn, desired=desired, current={})
    return apply(aws, "cloudwatch", desired, read, functools.partial(cloudwatch_alarms.calls, aws), turn)


def make_topic(aws):
    desired, endpoints = topics.want({"name": "shop-alerts", "display_name": "Shop", "inbox": "shop-inbox"}, OURS)
    return apply(aws, "sns", desired, lambda: topics.read(aws, desired), functools.partial(topics.calls, aws, endpoints), topics.turn)


def test_alarms_of_all_kinds_are_made_once(aws):
    assert len(make_alarms(aws)) == 4
    assert make_alarms(aws) == []


def test_a_topic_with_an_inbox_is_made_once_and_its_subscription_is_confirmed(aws, client):
    assert make_topic(aws) == ["shop-alerts", "shop-alerts inbox shop-inbox", "shop-alerts sqs shop-inbox"]
    assert make_topic(aws) == []
    found = client("sns").get_topic_attributes(TopicArn=aws.arn("sns", "shop-alerts"))["Attributes"]
    assert int(found["SubscriptionsConfirmed"]) == 1


def test_log_groups_and_their_filters_are_made_once(aws):
    filters = [
        {"name": name, "pattern": "ERROR", "namespace": "Shop", "metric_name": name, "value": "1", "unit": "None"}
        for name in ("err", "err-5xx")
    ]
    desired = log_groups.want({"name": "/shop", "retention_days": 2192, "metric_filters": filters}, OURS)
    once = functools.partial(
        apply, aws, "logs", desired, lambda: log_groups.read(aws, ["/shop"], ["/shop"]), functools.partial(log_groups.calls, aws)
    )
    assert once() == ["/shop", "/shop filter err", "/shop filter err-5xx"]
    assert once() == []


def test_a_dashboard_is_made_once_and_its_drift_is_found(aws, client):
    widgets = [{"title": "Requests", "metrics": [REQUESTS]}, {"markdown": "# Shop"}]
    desired = {"shop": {"body": cloudwatch_dashboards.body(widgets, aws), "tags": OURS}}
    calls = functools.partial(cloudwatch_dashboards.calls, pytest.fail)
    once = functools.partial(apply, aws, "cloudwatch", desired, lambda: cloudwatch_dashboards.read(aws, desired), calls)
    assert (once(), once()) == (["shop"], [])
    client("cloudwatch").put_dashboard(DashboardName="shop", DashboardBody='{"widgets": []}')
    assert (once(), once()) == (["shop"], [])


def test_an_undone_alarm_is_as_it_was(aws):
    make_alarms(aws)
    names = [alarm["name"] for alarm in ALARMS]
    before = cloudwatch_alarms.read(aws, {}, names)
    for name, state in before.items():
        change = Change(name, state, {**state, "description": "other", "tags": {"team": "shop"}})
        for one in (change, Change(name, change.after, change.before)):
            carry_out(cloudwatch_alarms.calls(aws, one), functools.partial(aws.send, "cloudwatch"))
    assert cloudwatch_alarms.read(aws, {}, names) == before


def test_a_drill_hears_every_alarm_that_notifies_and_leaves_nothing_behind(aws, client):
    make_topic(aws)
    make_alarms(aws)
    alarms = cloudwatch_drill.describe(aws, ["many", "unusual", "unhealthy"])
    topic = aws.arn("sns", "shop-alerts")
    with Subscriber(aws, "shop", "1", [topic], OURS) as subscriber:
        drill = Drill(aws, alarms, dict.fromkeys(alarms, [topic]), "Drill", 20)
        drill.run(subscriber)
        drill.restore()
    assert [name for name in alarms if drill.seconds(name) is None] == []
    assert [queue.rpartition("/")[2] for queue in client("sqs").list_queues()["QueueUrls"]] == ["shop-inbox"]
    assert len(client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]) == 1
    after = {name: alarm["StateValue"] for name, alarm in cloudwatch_drill.describe(aws, list(alarms)).items()}
    # A composite alarm finds its own state again, which is INSUFFICIENT_DATA only until it is evaluated for the first time.
    assert after.pop("unhealthy") != "ALARM"
    assert after == {"many": "INSUFFICIENT_DATA", "unusual": "INSUFFICIENT_DATA"}
