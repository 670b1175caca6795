from __future__ import annotations

import datetime

import pytest
from botocore.exceptions import ClientError

MIDNIGHT = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)
EXPIRE = {"Expiration": {"Days": 90}}
EVERYTHING = {
    "ID": "everything",
    "Status": "Enabled",
    "Filter": {
        "And": {
            "Prefix": "logs/",
            "Tags": [{"Key": "env", "Value": "prod"}, {"Key": "team", "Value": "shop"}],
            "ObjectSizeGreaterThan": 1024,
            "ObjectSizeLessThan": 1048576,
        }
    },
    "Expiration": {"Days": 365},
    "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
    "NoncurrentVersionTransitions": [
        {"NoncurrentDays": 30, "StorageClass": "GLACIER", "NewerNoncurrentVersions": 2},
    ],
    "NoncurrentVersionExpiration": {"NoncurrentDays": 60, "NewerNoncurrentVersions": 5},
}


@pytest.fixture
def s3(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="shop-logs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return s3


def put(s3, *rules: dict, **extra) -> None:
    rules = [{"Status": "Enabled", "Filter": {}} | rule for rule in rules]
    s3.put_bucket_lifecycle_configuration(Bucket="shop-logs", LifecycleConfiguration={"Rules": rules}, **extra)


def got(s3) -> list[dict]:
    return s3.get_bucket_lifecycle_configuration(Bucket="shop-logs")["Rules"]


@pytest.mark.parametrize(
    "rule",
    [
        EVERYTHING,
        {"ID": "all", "Status": "Disabled", "Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"ID": "size", "Status": "Enabled", "Filter": {"ObjectSizeGreaterThan": 1}} | EXPIRE,
        {"ID": "tag", "Status": "Enabled", "Filter": {"Tag": {"Key": "env", "Value": ""}}} | EXPIRE,
        {"ID": "date", "Status": "Enabled", "Filter": {"Prefix": "a&b/"}, "Expiration": {"Date": MIDNIGHT}},
        {"ID": "mark", "Status": "Enabled", "Filter": {}, "Expiration": {"ExpiredObjectDeleteMarker": True}},
        {
            "ID": "now",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Transitions": [{"Days": 0, "StorageClass": "GLACIER"}],
        },
    ],
    ids=lambda rule: rule["ID"],
)
def test_a_rule_is_read_back_as_it_was_written(s3, rule):
    put(s3, rule)
    assert got(s3) == [rule]


def test_a_rule_of_the_first_version_keeps_its_prefix(s3):
    rule = {"ID": "old", "Status": "Enabled", "Prefix": "logs/"} | EXPIRE
    s3.put_bucket_lifecycle_configuration(Bucket="shop-logs", LifecycleConfiguration={"Rules": [rule]})
    assert got(s3) == [rule]


def test_a_rule_without_an_id_gets_one_that_stays(s3):
    put(s3, EXPIRE, EXPIRE)
    first, second = (rule["ID"] for rule in got(s3))
    assert first and second and first != second
    assert [rule["ID"] for rule in got(s3)] == [first, second]


def test_the_smallest_size_of_a_transition_is_kept(s3):
    put(s3, EXPIRE, TransitionDefaultMinimumObjectSize="varies_by_storage_class")
    answer = s3.get_bucket_lifecycle_configuration(Bucket="shop-logs")
    assert answer["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    put(s3, EXPIRE)
    answer = s3.get_bucket_lifecycle_configuration(Bucket="shop-logs")
    assert answer["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"


def test_a_deleted_lifecycle_is_gone(s3):
    put(s3, EXPIRE)
    s3.delete_bucket_lifecycle(Bucket="shop-logs")
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        got(s3)


def to(storage_class: str, days: int) -> dict:
    return {"Days": days, "StorageClass": storage_class}


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([{"Transitions": [to("STANDARD_IA", 29)]}], "InvalidArgument"),
        (
            [{"NoncurrentVersionTransitions": [{"NoncurrentDays": 5, "StorageClass": "ONEZONE_IA"}]}],
            "InvalidArgument",
        ),
        ([{"Transitions": [to("GLACIER", 90)]} | EXPIRE], "InvalidArgument"),
        ([{"Transitions": [to("STANDARD_IA", 60), to("GLACIER", 60)]}], "InvalidArgument"),
        ([{"Transitions": [to("GLACIER", 60), to("GLACIER", 90)]}], "InvalidRequest"),
        ([{"Transitions": [to("GLACIER", 60)], "Expiration": {"Date": MIDNIGHT}}], "InvalidRequest"),
        ([{"Transitions": [to("STANDARD", 60)]}], "MalformedXML"),
        ([{"Transitions": [{"StorageClass": "GLACIER"}]}], "MalformedXML"),
        ([EXPIRE | {"ID": "a"}, EXPIRE | {"ID": "a"}], "InvalidArgument"),
        ([EXPIRE | {"ID": "a" * 256}], "InvalidArgument"),
        ([{}], "InvalidRequest"),
        ([], "MalformedXML"),
        ([EXPIRE] * 1001, "InvalidRequest"),
        ([EXPIRE | {"Prefix": "logs/"}], "InvalidRequest"),
        ([EXPIRE | {"Status": "enabled"}], "MalformedXML"),
        ([EXPIRE | {"Filter": {"Prefix": "a", "ObjectSizeLessThan": 9}}], "MalformedXML"),
        ([EXPIRE | {"Filter": {"And": {"ObjectSizeGreaterThan": 9, "ObjectSizeLessThan": 9}}}], "InvalidRequest"),
        ([{"Expiration": {"Days": 0}}], "InvalidArgument"),
        ([{"Expiration": {"Days": 9, "ExpiredObjectDeleteMarker": True}}], "MalformedXML"),
        ([{"Expiration": {"Date": MIDNIGHT.replace(hour=1)}}], "InvalidArgument"),
        ([{"NoncurrentVersionExpiration": {"NewerNoncurrentVersions": 5}}], "MalformedXML"),
        (
            [
                {
                    "Filter": {"Tag": {"Key": "a", "Value": "b"}},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ],
            "InvalidRequest",
        ),
    ],
)
def test_what_s3_refuses_is_refused_and_the_old_rules_stay(s3, rules, code):
    put(s3, EVERYTHING)
    with pytest.raises(ClientError) as error:
        put(s3, *rules)
    assert error.value.response["Error"]["Code"] == code
    assert got(s3) == [EVERYTHING]
