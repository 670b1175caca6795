"""Many accounts in one sandbox: whose a key is, and that accounts and regions do not meet."""

from __future__ import annotations

import functools

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

ONE, OTHER = "100000000001", "100000000002"


@pytest.fixture
def of(endpoint_url):
    """A function that makes a client with an access key."""

    def of(key: str, service: str, region: str = "eu-central-1", token: str | None = None):
        session = boto3.Session(aws_access_key_id=key, aws_secret_access_key="x", aws_session_token=token)
        return session.client(service, endpoint_url=endpoint_url, region_name=region)

    return of


def key(account: str) -> str:
    return f"AKIA0000{account}"


@pytest.mark.parametrize("known", [key(ONE), key(OTHER)])
def test_a_key_of_an_account_is_of_that_account(of, known):
    assert of(known, "sts").get_caller_identity()["Account"] == known[-12:]


def test_any_other_key_is_of_the_sandboxs_own_account(of):
    assert of("AKIA0000000000000000X", "sts").get_caller_identity()["Account"] == "123456789012"


def test_a_role_of_another_account_that_is_assumed_is_of_that_account(of):
    given = of(key(ONE), "sts").assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/operator", RoleSessionName="me")["Credentials"]
    found = of(given["AccessKeyId"], "sts", token=given["SessionToken"]).get_caller_identity()

    assert found["Account"] == OTHER


@pytest.mark.parametrize(("account", "region"), [(OTHER, "eu-central-1"), (ONE, "eu-west-1")])
def test_what_one_account_and_region_has_no_other_sees(of, account, region):
    of(key(ONE), "sns").create_topic(Name="alerts")

    assert of(key(ONE), "sns").list_topics()["Topics"] == [{"TopicArn": f"arn:aws:sns:eu-central-1:{ONE}:alerts"}]
    assert of(key(account), "sns", region).list_topics()["Topics"] == []


def test_a_policy_in_force_is_of_the_keys_account(endpoint_url, of):
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}
    put = functools.partial(requests.put, f"{endpoint_url}/_sandbox/enforcement", timeout=10)
    put(json={"access_key": key(ONE), "policy": policy}).raise_for_status()
    try:
        with pytest.raises(ClientError, match=f"arn:aws:iam::{ONE}:user/{key(ONE)} is not authorized"):
            of(key(ONE), "dynamodb").list_tables()
        assert of(key(OTHER), "dynamodb").list_tables()["TableNames"] == []
    finally:
        requests.delete(f"{endpoint_url}/_sandbox/enforcement", timeout=10)
