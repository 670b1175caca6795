"""The module of buckets against the emulator: what it makes stays as it is, and what others made there too."""

from __future__ import annotations

import json

import pytest
from ansible_collections.prodready.aws.plugins.modules import s3_buckets

BUCKET = "shop-images"
ALL = {
    "name": BUCKET,
    "create": True,
    "public_access_block": {},
    "object_ownership": "BucketOwnerEnforced",
    "tls_only": True,
    "versioning": "Enabled",
    "encryption": {"algorithm": "aws:kms", "key": "alias/shop", "bucket_key": True},
    "transition_default_minimum_object_size": "varies_by_storage_class",
    "tags": {"team": "web"},
    "lifecycle": [
        {
            "id": "everything",
            "prefix": "tmp/",
            "object_size_greater_than_bytes": 1024,
            "object_size_less_than_bytes": 10_000_000,
            "tags": {"kind": "preview", "size": "large"},
            "transitions": [{"storage_class": "GLACIER", "days": 90}, {"storage_class": "STANDARD_IA", "days": 30}],
            "expiration": {"days": 400},
            "noncurrent_transitions": [{"storage_class": "GLACIER_IR", "days": 10, "newer_versions": 2}],
            "noncurrent_expiration": {"days": 90, "newer_versions": 3},
        },
        {"id": "by-day", "tags": {"kind": "sale"}, "expiration": {"date": "2031-01-01"}},
        {"id": "off", "enabled": False, "object_size_greater_than_bytes": 5, "expiration": {"days": 1}},
        {"id": "clean", "abort_incomplete_multipart_upload_days": 7, "expiration": {"expired_object_delete_marker": True}},
    ],
}
OTHERS_RULE = {"ID": "of-others", "Status": "Enabled", "Filter": {"Prefix": "theirs/"}, "Expiration": {"Days": 5}}
OTHERS_STATEMENT = {
    "Sid": "OfOthers",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:role/backup"},
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{BUCKET}/*",
}


@pytest.fixture
def buckets(run):
    return lambda *items, **more: run(s3_buckets.main, buckets=list(items), **more)


@pytest.fixture
def s3(client):
    return client("s3")


def make(s3, name=BUCKET, region="eu-central-1"):
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})


def statements(s3):
    return json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]


def test_a_bucket_with_everything_is_made_and_then_left_alone(buckets):
    assert buckets(ALL)["plan"] == [{"action": "create", "name": BUCKET}]
    assert buckets(ALL)["plan"] == []


def test_check_mode_plans_what_the_run_then_does_and_writes_nothing(buckets, s3):
    planned = buckets(ALL, check_mode=True)

    assert s3.list_buckets()["Buckets"] == []
    assert buckets(ALL)["diff"] == planned["diff"]


def test_a_bucket_that_is_there_is_adopted(buckets, s3):
    make(s3)

    assert buckets({**ALL, "create": False})["plan"] == [{"action": "update", "name": BUCKET}]
    assert buckets({**ALL, "create": False})["plan"] == []


def test_what_is_not_given_is_not_touched(buckets):
    buckets(ALL)
    buckets({"name": BUCKET, "versioning": "Suspended"})

    (diff,) = buckets(ALL)["diff"]
    assert (diff["before"], diff["after"]) == ({"versioning": "Suspended"}, {"versioning": "Enabled"})


def test_buckets_that_are_missing_or_elsewhere_stop_everything(buckets, s3, client):
    make(s3)
    make(client("s3", region_name="us-west-2"), "shop-far", "us-west-2")
    result = buckets({"name": BUCKET, "versioning": "Enabled"}, {"name": "shop-imags"}, {"name": "shop-far"})

    assert "These buckets do not exist in account 123456789012: shop-imags. Correct their names, or set create: true" in result["msg"]
    assert "shop-far: the bucket is in us-west-2, this place is eu-central-1" in result["msg"]
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)


def test_rules_of_others_stay_and_are_shown_in_the_plan(buckets, s3):
    make(s3)
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [OTHERS_RULE]})
    (diff,) = buckets({"name": BUCKET, "lifecycle": [{"id": "ours", "expiration": {"days": 9}}]})["diff"]

    assert sorted(diff["after"]["lifecycle"]) == ["of-others", "ours"]
    assert OTHERS_RULE in s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]


def test_rules_of_others_go_when_that_is_asked_for(buckets, s3):
    make(s3)
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [OTHERS_RULE]})
    buckets({"name": BUCKET, "lifecycle": [], "purge_rules": True})

    with pytest.raises(s3.exceptions.ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)


def test_statements_of_others_stay_when_ours_comes_and_goes(buckets, s3):
    make(s3)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [OTHERS_STATEMENT]}))

    buckets({"name": BUCKET, "tls_only": True})
    assert [statement["Sid"] for statement in statements(s3)] == ["OfOthers", "ProdreadyTlsOnly"]

    buckets({"name": BUCKET, "tls_only": False})
    assert statements(s3) == [OTHERS_STATEMENT]


def test_a_policy_that_held_our_statement_alone_is_deleted(buckets, s3):
    make(s3)
    buckets({"name": BUCKET, "tls_only": True})
    buckets({"name": BUCKET, "tls_only": False})

    with pytest.raises(s3.exceptions.ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=BUCKET)


def test_tags_of_others_stay(buckets, s3):
    make(s3)
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "cost", "Value": "42"}]})
    buckets({"name": BUCKET, "tags": {"team": "web"}})

    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]}
    assert tags == {"cost": "42", "team": "web", "prodready:managed": "true", "prodready:app": "shop"}


def test_unchanged_buckets_cost_one_read_for_all_their_tags_and_one_for_each_given_aspect(buckets):
    given = {"name": BUCKET, "create": True, "lifecycle": [{"id": "ours", "expiration": {"days": 9}}]}
    buckets(given, {**given, "name": "shop-logs"})
    requests = buckets(given, {**given, "name": "shop-logs"})["requests"]

    del requests["sts:GetCallerIdentity"]
    assert requests == {"s3:ListBuckets": 1, "s3:GetBucketLifecycleConfiguration": 2, "resourcegroupstaggingapi:GetResources": 1}


def test_a_drifted_bucket_is_brought_back(buckets, s3):
    buckets(ALL)
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.delete_bucket_encryption(Bucket=BUCKET)
    s3.delete_bucket_lifecycle(Bucket=BUCKET)

    assert set(buckets(ALL, check_mode=True)["diff"][0]["after"]) == {
        "public_access_block",
        "encryption",
        "lifecycle",
        "transition_default_minimum_object_size",
    }
    buckets(ALL)
    assert buckets(ALL)["plan"] == []
