"""Bucket policies that ask for TLS deny nothing that comes over it."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def s3(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="pictures", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return s3


def deny(s3, **statement):
    rest = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::pictures", "arn:aws:s3:::pictures/*"]}
    s3.put_bucket_policy(Bucket="pictures", Policy=json.dumps({"Version": "2012-10-17", "Statement": [{**rest, **statement}]}))


def test_denying_what_is_not_tls_lets_the_sandbox_in(s3):
    deny(s3, Condition={"Bool": {"aws:SecureTransport": "false"}})
    s3.put_object(Bucket="pictures", Key="teapot", Body=b"tea")
    assert s3.get_object(Bucket="pictures", Key="teapot")["Body"].read() == b"tea"


@pytest.mark.parametrize("statement", [{}, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}])
def test_a_statement_that_holds_denies(s3, statement):
    deny(s3, **statement)
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket="pictures", Key="teapot", Body=b"tea")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
