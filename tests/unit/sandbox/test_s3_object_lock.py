"""S3 Object Lock in the sandbox, and decisions that are kept by it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.prodready.aws.plugins.modules import kept_decisions
from botocore.exceptions import ClientError

from tests import decisions

BUCKET = "shop-decisions-123456789012"
UNTIL = datetime.now(UTC) + timedelta(days=30)


@pytest.fixture
def s3(client):
    s3 = client("s3")
    place = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True, CreateBucketConfiguration=place)
    s3.create_bucket(Bucket="shop-plain", CreateBucketConfiguration=place)
    return s3


@pytest.fixture
def kept(s3, run, tmp_path):
    """A function that keeps a decision of some hours ago, or reads what is kept."""

    def kept(hours: int | None = None, **options):
        made = {**decisions.ready(), "at": (decisions.NOW - timedelta(hours=hours or 0)).isoformat()}
        (tmp_path / "readiness.json").write_text(json.dumps(made))
        what = {"dest": str(tmp_path / "decisions.json")} if hours is None else {"src": str(tmp_path / "readiness.json")}
        return run(kept_decisions.main, **{"bucket": BUCKET, "prefix": "shop/production/", **what, **options})

    return kept


def refused(call, **params):
    with pytest.raises(ClientError) as raised:
        call(**params)
    return raised.value.response["Error"]["Code"]


def test_a_version_that_is_locked_can_neither_be_deleted_nor_its_lock_shortened(s3):
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"1", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=UNTIL)
    (version,) = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    one = {"Bucket": BUCKET, "Key": "a", "VersionId": version["VersionId"]}
    assert refused(s3.delete_object, **one, BypassGovernanceRetention=True) == "AccessDenied"
    for changed in ({"Mode": "COMPLIANCE", "RetainUntilDate": UNTIL - timedelta(days=9)}, {"Mode": "GOVERNANCE", "RetainUntilDate": UNTIL}):
        assert refused(s3.put_object_retention, **one, Retention=changed) == "AccessDenied"
    s3.put_object_retention(**one, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": UNTIL + timedelta(days=9)})


def test_a_bucket_with_object_lock_keeps_its_versions(s3):
    assert refused(s3.put_bucket_versioning, Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"}) == "InvalidBucketState"
    s3.put_bucket_versioning(Bucket="shop-plain", VersioningConfiguration={"Status": "Suspended"})


def test_decisions_are_kept_locked_and_read_back_the_oldest_first(s3, kept):
    assert kept(2)["changed"] is False
    kept(1)
    found = kept()
    hours = [(decisions.NOW - timedelta(hours=one)).isoformat() for one in (2, 1)]
    assert ([one["at"] for one in found["points"]], found["edited"]) == (hours, [])
    assert found["points"][0]["claims"] == {"holds": 6}
    (first, _) = s3.list_objects_v2(Bucket=BUCKET, Prefix="shop/production/")["Contents"]
    head = s3.head_object(Bucket=BUCKET, Key=first["Key"])
    assert head["ObjectLockMode"] == "COMPLIANCE"
    assert head["ObjectLockRetainUntilDate"] == decisions.NOW - timedelta(hours=2) + timedelta(days=365)


def test_what_was_put_over_a_decision_or_deleted_is_seen_and_what_was_written_first_counts(s3, kept):
    kept(2)
    kept(1)
    first, second = (one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix="shop/")["Contents"])
    s3.put_object(Bucket=BUCKET, Key=first, Body=b"better")
    s3.delete_object(Bucket=BUCKET, Key=second)
    found = kept()
    assert found["edited"] == [f"{first} was written again", f"{second} was deleted"]
    assert [one["decision"] for one in found["points"]] == ["ready", "ready"]


def test_a_decision_that_is_not_locked_is_seen(s3, kept):
    kept(1)
    (one,) = s3.list_objects_v2(Bucket=BUCKET, Prefix="shop/")["Contents"]
    body = s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read()
    s3.put_object(Bucket=BUCKET, Key="shop/production/9.json.gz", Body=body)
    assert kept()["edited"] == ["shop/production/9.json.gz is not locked"]


def test_a_decision_is_kept_once(kept):
    kept(1)
    assert "PreconditionFailed" in kept(1)["msg"]


def test_a_bucket_without_object_lock_is_refused_before_anything_is_kept(s3, kept):
    assert "shop-plain: the bucket has no S3 Object Lock" in kept(1, bucket="shop-plain")["msg"]
    assert "Contents" not in s3.list_objects_v2(Bucket="shop-plain")


def test_nothing_is_kept_in_check_mode(s3, kept):
    kept(1, check_mode=True)
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
