from __future__ import annotations

import json

import pytest
import requests
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/ops"


def document(effect="Allow", action="s3:PutObject", resource="arn:aws:s3:::shop/*", **more) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": resource, **more}]})


def decisions(iam, arn, *actions, resource="arn:aws:s3:::shop/a", entries=()):
    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=actions, ResourceArns=[resource], ContextEntries=list(entries))
    return {one["EvalActionName"]: one["EvalDecision"] for one in answer["EvaluationResults"]}


@pytest.fixture
def iam(client):
    made = client("iam")
    made.create_user(UserName="ops")
    return made


def test_a_users_own_managed_and_groups_policies_count(iam):
    policy = iam.create_policy(PolicyName="get", PolicyDocument=document(action="s3:GetObject"))["Policy"]["Arn"]
    iam.put_user_policy(UserName="ops", PolicyName="put", PolicyDocument=document())
    iam.attach_user_policy(UserName="ops", PolicyArn=policy)
    iam.create_group(GroupName="all")
    iam.put_group_policy(GroupName="all", PolicyName="delete", PolicyDocument=document(action="s3:DeleteObject"))
    iam.add_user_to_group(GroupName="all", UserName="ops")
    found = decisions(iam, USER, "s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket")
    assert found == {"s3:PutObject": "allowed", "s3:GetObject": "allowed", "s3:DeleteObject": "allowed", "s3:ListBucket": "implicitDeny"}


def test_a_deny_is_explicit_and_a_condition_holds_by_the_entries(iam):
    iam.put_user_policy(UserName="ops", PolicyName="deny", PolicyDocument=document("Deny", "s3:DeleteObject"))
    condition = {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}
    iam.put_user_policy(UserName="ops", PolicyName="there", PolicyDocument=document(Condition=condition))
    entry = {"ContextKeyName": "aws:RequestedRegion", "ContextKeyValues": ["eu-central-1"], "ContextKeyType": "string"}
    assert decisions(iam, USER, "s3:PutObject", "s3:DeleteObject", entries=[entry]) == {
        "s3:PutObject": "allowed",
        "s3:DeleteObject": "explicitDeny",
    }
    assert decisions(iam, USER, "s3:PutObject") == {"s3:PutObject": "implicitDeny"}


def test_nobody_of_that_name_is_an_error(iam):
    with pytest.raises(ClientError, match="NoSuchEntity"):
        decisions(iam, f"arn:aws:iam::{ACCOUNT}:user/nobody", "s3:PutObject")


def test_a_key_that_policies_are_in_force_for_is_its_principals(client, endpoint_url):
    key = "AKIALIMITED000000000"
    url = f"{endpoint_url}/_sandbox/enforcement"
    assert requests.put(url, json={"access_key": key, "policy": json.loads(document())}, timeout=10).ok
    try:
        arn = client("sts", aws_access_key_id=key, aws_secret_access_key="sandbox").get_caller_identity()["Arn"]
        assert decisions(client("iam"), arn, "s3:PutObject", "s3:GetObject") == {"s3:PutObject": "allowed", "s3:GetObject": "implicitDeny"}
    finally:
        requests.delete(url, timeout=10)


def test_the_sandboxs_own_key_is_an_administrators(client):
    arn = client("sts").get_caller_identity()["Arn"]
    assert arn == f"arn:aws:iam::{ACCOUNT}:user/sandbox"
    assert decisions(client("iam"), arn, "iam:CreateUser") == {"iam:CreateUser": "allowed"}
