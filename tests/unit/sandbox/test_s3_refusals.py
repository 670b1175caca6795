from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from sandbox.bucket_policies import is_public

REGION = {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}
OPEN = {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}


@pytest.fixture
def s3(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="shop", **REGION)
    return s3


def code(call, **request) -> str:
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"]


def policy(principal="*", effect="Allow", resource="arn:aws:s3:::shop/*", **more) -> str:
    statement = {"Effect": effect, "Principal": principal, "Action": "s3:GetObject", "Resource": resource} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    "name",
    ["Shop", "under_score", "-shop", "shop-", "two..dots", "192.168.5.4", "xn--shop", "shop-s3alias", "shop-an"],
)
def test_a_bad_bucket_name_is_refused(s3, name):
    assert code(s3.create_bucket, Bucket=name, **REGION) == "InvalidBucketName"


@pytest.mark.parametrize("name", ["shop.example.com", "a-1", "3-shops", "a" * 63])
def test_a_good_bucket_name_is_accepted(s3, name):
    s3.create_bucket(Bucket=name, **REGION)
    assert name in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def test_a_public_policy_is_refused_while_it_is_blocked(s3):
    assert code(s3.put_bucket_policy, Bucket="shop", Policy=policy()) == "AccessDenied"
    assert code(s3.get_bucket_policy, Bucket="shop") == "NoSuchBucketPolicy"
    s3.put_public_access_block(Bucket="shop", PublicAccessBlockConfiguration=OPEN)
    s3.put_bucket_policy(Bucket="shop", Policy=policy())
    assert s3.get_bucket_policy_status(Bucket="shop")["PolicyStatus"]["IsPublic"] is True


def test_a_policy_that_only_denies_is_accepted(s3):
    text = policy(effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    s3.put_bucket_policy(Bucket="shop", Policy=text)
    assert s3.get_bucket_policy(Bucket="shop")["Policy"] == text


@pytest.mark.parametrize("text", ["no json", "{}", policy(resource="arn:aws:s3:::other/*", effect="Deny")])
def test_a_malformed_policy_is_refused(s3, text):
    assert code(s3.put_bucket_policy, Bucket="shop", Policy=text) == "MalformedPolicy"


@pytest.mark.parametrize(
    ("public", "statement"),
    [
        (True, {"Principal": "*"}),
        (True, {"Principal": {"AWS": ["*"]}}),
        (True, {"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}}),
        (True, {"Principal": "*", "Condition": {"StringLike": {"aws:SourceVpc": "vpc-*"}}}),
        (True, {"Principal": "*", "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}),
        (True, {"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}}),
        (True, {"Principal": "*", "Condition": {"StringEquals": {"aws:Referer": "shop"}}}),
        (False, {"Principal": "*", "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}),
        (False, {"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}}),
        (False, {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}),
        (False, {"Principal": {"Service": "cloudfront.amazonaws.com"}}),
    ],
)
def test_a_policy_is_public_when_anyone_is_allowed_and_nothing_fixed_narrows_it(public, statement):
    assert is_public({"Statement": {"Effect": "Allow"} | statement}) is public


def test_acls_are_refused_where_the_owner_owns_every_object(s3):
    assert code(s3.put_bucket_acl, Bucket="shop", ACL="private") == "AccessControlListNotSupported"
    put = {"Bucket": "shop", "Key": "image", "Body": b""}
    assert code(s3.put_object, **put, ACL="public-read") == "AccessControlListNotSupported"
    assert s3.put_object(**put, ACL="bucket-owner-full-control")["ETag"]
    assert code(s3.create_bucket, Bucket="open", ACL="public-read", **REGION) == "InvalidBucketAclWithObjectOwnership"


def test_public_acls_are_refused_while_they_are_blocked(s3):
    s3.create_bucket(Bucket="open", ObjectOwnership="ObjectWriter", **REGION)
    assert code(s3.put_bucket_acl, Bucket="open", ACL="public-read") == "AccessDenied"
    s3.put_public_access_block(Bucket="open", PublicAccessBlockConfiguration=OPEN)
    s3.put_bucket_acl(Bucket="open", ACL="public-read")
    assert len(s3.get_bucket_acl(Bucket="open")["Grants"]) == 2
