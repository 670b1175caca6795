"""The access key of an instance profile, held to the policies of its role."""

from __future__ import annotations

import json

import boto3
import pytest

from sandbox.instances import account, profiles
from tests.unit.sandbox.elb import refused
from tests.unit.sandbox.test_ec2_launch import launch

READS = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sns:ListTopics", "Resource": "*"}}
WRITES = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sns:CreateTopic", "Resource": "*"}}


@pytest.fixture
def sns(client, endpoint_url):
    """As the instance sees it."""
    iam = client("iam")
    iam.create_role(RoleName="shop", AssumeRolePolicyDocument="{}")
    iam.create_instance_profile(InstanceProfileName="shop")
    iam.add_role_to_instance_profile(InstanceProfileName="shop", RoleName="shop")
    launch(client("ec2"), IamInstanceProfile={"Name": "shop"}, UserData="#!/bin/sh\n")
    key = profiles.access_key(next(account.instances()))
    own = {"aws_access_key_id": key, "aws_secret_access_key": "any"}
    return boto3.client("sns", endpoint_url=endpoint_url, region_name="eu-central-1", **own)


def test_without_a_policy_it_may_do_nothing(sns):
    with refused("AuthorizationError"):
        sns.list_topics()


def test_it_may_do_what_inline_and_attached_policies_allow(client, sns):
    iam = client("iam")
    iam.put_role_policy(RoleName="shop", PolicyName="reads", PolicyDocument=json.dumps(READS))
    assert sns.list_topics()["Topics"] == []
    with refused("AuthorizationError"):
        sns.create_topic(Name="t")
    policy = iam.create_policy(PolicyName="writes", PolicyDocument=json.dumps(WRITES))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="shop", PolicyArn=policy)
    assert sns.create_topic(Name="t")["TopicArn"]


def test_a_boundary_limits_it(client, sns):
    iam = client("iam")
    for name, policy in (("reads", READS), ("writes", WRITES)):
        iam.put_role_policy(RoleName="shop", PolicyName=name, PolicyDocument=json.dumps(policy))
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=json.dumps(READS))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="shop", PermissionsBoundary=limit)
    assert sns.list_topics()["Topics"] == []
    with refused("AuthorizationError"):
        sns.create_topic(Name="t")


def test_another_key_may_do_everything(client, sns):
    assert client("sns").create_topic(Name="t")["TopicArn"]
