"""What a module has made is what it then reads: whatever is asked for, and whatever was there before, a second run finds nothing to do.

All examples of a test meet the same resource, so that each is a change of what the one before has made.
"""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.modules import (
    cloudwatch_alarms,
    cloudwatch_dashboards,
    dynamodb_tables,
    log_groups,
    s3_buckets,
    secrets,
    sns_topics,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

# Nothing is shrunk, for an example depends on those before it.
EXAMPLES = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
WORDS = st.text("abcXYZ019 ._-/:é", min_size=1, max_size=12).map(str.strip).filter(bool)
TAGS = st.dictionaries(st.sampled_from(["team", "cost", "Stage"]), WORDS, max_size=2)
STATISTICS = st.sampled_from(["Sum", "Average", "SampleCount", "p95", "p99.9", "tm90", "IQM"])


def optional(**fields: st.SearchStrategy) -> st.SearchStrategy[dict]:
    """Any of the fields, or none."""
    return st.fixed_dictionaries({}, optional=fields)


def settle(run, main, **options) -> None:
    """Applied, then nothing is left to do."""
    first = run(main, **options)
    assert not first.get("failed"), first["msg"]
    again = run(main, **options)
    assert (again["changed"], again["plan"]) == (False, []), again["diff"]


DAYS = st.integers(31, 400)
RULES = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(["age", "old versions", "x"]), "expiration": st.fixed_dictionaries({"days": st.integers(1000, 3650)})},
        optional={
            "enabled": st.booleans(),
            "prefix": st.sampled_from(["", "tmp/", "é/"]),
            "tags": TAGS,
            "object_size_greater_than_bytes": st.integers(0, 9),
            "transitions": st.lists(st.fixed_dictionaries({"storage_class": st.just("GLACIER"), "days": DAYS}), max_size=1),
            "noncurrent_expiration": st.fixed_dictionaries(
                {"days": st.integers(500, 900)}, optional={"newer_versions": st.integers(1, 100)}
            ),
            "noncurrent_transitions": st.lists(st.fixed_dictionaries({"storage_class": st.just("DEEP_ARCHIVE"), "days": DAYS}), max_size=1),
        },
    ),
    max_size=3,
    unique_by=lambda rule: rule["id"],
)
BUCKETS = optional(
    public_access_block=optional(block_public_acls=st.booleans(), restrict_public_buckets=st.booleans()),
    object_ownership=st.sampled_from(["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]),
    tls_only=st.booleans(),
    versioning=st.sampled_from(["Enabled", "Suspended"]),
    encryption=st.sampled_from([{"algorithm": "AES256"}, {"algorithm": "aws:kms", "key": "alias/shop", "bucket_key": True}]),
    tags=TAGS,
    lifecycle=RULES,
    purge_rules=st.booleans(),
)


@EXAMPLES
@given(BUCKETS)
def test_a_bucket(run, asked):
    settle(run, s3_buckets.main, buckets=[{"name": "shop-images", "create": True, **asked}])


CAPACITY = st.fixed_dictionaries({"read": st.integers(1, 5), "write": st.integers(1, 5)})
TABLES = st.one_of(
    optional(
        recovery_days=st.integers(0, 35),
        deletion_protection=st.booleans(),
        encryption=st.sampled_from(["AWS_OWNED", "AWS_MANAGED", "alias/shop"]),
        table_class=st.sampled_from(["STANDARD", "STANDARD_INFREQUENT_ACCESS"]),
        stream=st.sampled_from(["OFF", "NEW_IMAGE", "NEW_AND_OLD_IMAGES"]),
        tags=TAGS,
    ),
    st.fixed_dictionaries({"billing_mode": st.just("PROVISIONED"), "capacity": CAPACITY}),
    st.just({"billing_mode": "PAY_PER_REQUEST"}),
)


@EXAMPLES
@given(TABLES)
def test_a_table(run, client, asked):
    kms = client("kms")
    if not kms.list_keys()["Keys"]:
        kms.create_alias(AliasName="alias/shop", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    settle(run, dynamodb_tables.main, tables=[{"name": "orders", "hash_key": {"name": "id"}, **asked}])


ACTIONS = st.lists(st.sampled_from(["shop-alerts", "arn:aws:sns:eu-central-1:123456789012:other"]), max_size=2, unique=True)
ALARMS = st.fixed_dictionaries(
    {
        **{"namespace": st.just("Shop"), "metric_name": st.sampled_from(["Requests", "Latency"]), "statistic": STATISTICS},
        **{"threshold": st.floats(-1e6, 1e6), "comparison_operator": st.sampled_from(["GreaterThanThreshold", "LessThanThreshold"])},
        "evaluation_periods": st.integers(1, 10),
    },
    optional={
        "description": WORDS,
        "period": st.sampled_from([10, 30, 60, 300, 3600]),
        "dimensions": st.dictionaries(st.sampled_from(["Service", "Host"]), st.sampled_from(["shop", "b 2"]), max_size=2),
        "treat_missing_data": st.sampled_from(["breaching", "notBreaching", "ignore", "missing"]),
        "alarm_actions": ACTIONS,
        "ok_actions": ACTIONS,
        "actions_enabled": st.booleans(),
        "tags": TAGS,
    },
)
MATH = st.fixed_dictionaries(
    {
        "metrics": st.tuples(
            st.fixed_dictionaries(
                {"id": st.just("m1"), "namespace": st.just("Shop"), "metric_name": st.just("Errors"), "statistic": STATISTICS},
                optional={"period": st.sampled_from([60, 300]), "label": WORDS},
            ),
            st.fixed_dictionaries({"id": st.just("rate"), "expression": st.just("100 * m1")}, optional={"label": WORDS}),
        ).map(list),
        **{"threshold": st.floats(0, 100), "comparison_operator": st.just("GreaterThanThreshold"), "evaluation_periods": st.integers(1, 5)},
    }
)


@EXAMPLES
@given(ALARMS | MATH)
def test_an_alarm(run, asked):
    settle(run, cloudwatch_alarms.main, alarms=[{"name": "busy", **asked}])


WIDGETS = st.lists(
    st.fixed_dictionaries({"markdown": WORDS}, optional={"width": st.integers(1, 24), "height": st.integers(1, 10)})
    | st.fixed_dictionaries(
        {
            "metrics": st.lists(
                st.fixed_dictionaries({"namespace": st.just("Shop"), "metric_name": st.just("Requests"), "statistic": STATISTICS}),
                min_size=1,
                max_size=3,
            )
        },
        optional={"title": WORDS, "stacked": st.booleans(), "view": st.sampled_from(["timeSeries", "bar", "pie"])},
    ),
    min_size=1,
    max_size=5,
)


@EXAMPLES
@given(WIDGETS)
def test_a_dashboard(run, asked):
    settle(run, cloudwatch_dashboards.main, dashboards=[{"name": "shop", "widgets": asked}])


FILTERS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["errors", "slow"]),
            "pattern": st.sampled_from(["ERROR", "", '{ $.level = "error" }']),
            "namespace": st.just("Shop"),
            "metric_name": st.sampled_from(["Errors", "Slow"]),
        },
        optional={"value": st.sampled_from(["1", "2.5"]), "default_value": st.floats(0, 5), "unit": st.sampled_from(["None", "Count"])},
    ),
    max_size=2,
    unique_by=lambda one: one["name"],
)


@EXAMPLES
@given(optional(retention_days=st.sampled_from([1, 30, 3653]), tags=TAGS, metric_filters=FILTERS), st.booleans())
def test_a_log_group(run, asked, purge):
    settle(run, log_groups.main, log_groups=[{"name": "/shop", **asked}], purge_metric_filters=purge)


SUBSCRIPTIONS = st.lists(
    st.fixed_dictionaries(
        {"protocol": st.just("sqs"), "endpoint": st.just("arn:aws:sqs:eu-central-1:123456789012:others")},
        optional={"raw_delivery": st.booleans(), "filter_policy": st.just({"AlarmName": ["busy", {"prefix": "shop-"}]})},
    ),
    max_size=1,
)


@EXAMPLES
@given(optional(display_name=WORDS, inbox=st.just("shop-inbox"), tags=TAGS, subscriptions=SUBSCRIPTIONS))
def test_a_topic(run, client, asked):
    client("sqs").create_queue(QueueName="others")
    settle(run, sns_topics.main, topics=[{"name": "shop-alerts", **asked}])


VALUES = st.dictionaries(st.sampled_from(["A", "TOKEN", "_x9"]), st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1)


@EXAMPLES
@given(VALUES, optional(description=WORDS, tags=TAGS, purge=st.booleans(), rotating=st.just(["TOKEN"])))
def test_a_secret(run, values, asked):
    settle(run, secrets.main, secrets=[{"name": "shop/test", "values": values, **asked}])


@pytest.mark.parametrize("main", [s3_buckets.main])
def test_a_module_that_reads_something_else_than_it_made_would_be_seen(run, monkeypatch, main):
    monkeypatch.setattr(s3_buckets, "read", lambda *_: {})
    with pytest.raises(AssertionError):
        settle(run, main, buckets=[{"name": "shop-images", "create": True}])
