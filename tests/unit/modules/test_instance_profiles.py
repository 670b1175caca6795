"""instance_profiles: statements however they are written, the requests of a change, halves of a killed run, what is refused."""

from __future__ import annotations

import json

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.iam_policies import EC2_ASSUMES, Managed, document
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Wait, plan
from ansible_collections.prodready.aws.plugins.modules.instance_profiles import (
    PROFILE_SPEC,
    calls,
    forbidden,
    problems,
    read,
    settled,
    want,
)

OURS = {"prodready:managed": "true"}
TAGS = [{"Key": "prodready:managed", "Value": "true"}]
ROLE, PROFILE = {"RoleName": "shop"}, {"InstanceProfileName": "shop"}
READS = {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "arn:aws:s3:::releases/*"}
OWN = "arn:aws:iam::123456789012:policy/shop-logs"
AWSS = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
DESCRIBED = {"RoleName": "shop", "Path": "/", "AssumeRolePolicyDocument": {"Statement": [EC2_ASSUMES]}, "Tags": TAGS}


def item(**given):
    return {**{name: option.get("default") for name, option in PROFILE_SPEC.items()}, "name": "shop", **given}


def found(fake_aws, role=DESCRIBED, profile=("shop",), statements=(READS,), attached=(AWSS,)):
    policies = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in attached]
    inside = [{"RoleName": one} for one in profile or ()]
    return fake_aws(
        get_role=role and {"Role": role},
        get_instance_profile=None if profile is None else {"InstanceProfile": {"Path": "/", "Roles": inside}},
        get_role_policy={"PolicyDocument": {"Statement": list(statements)}} if statements else None,
        list_attached_role_policies={"AttachedPolicies": policies},
        list_policies={"Policies": [{"Arn": OWN}]},
        get_policy=lambda PolicyArn: {"Policy": {}} if PolicyArn in (OWN, AWSS) else None,
    )


def planned(aws, **given):
    managed = Managed(aws)
    wanted = {"shop": want(item(**given), OURS, managed)}
    current = read(aws, wanted, managed)
    return plan({name: settled(state, current.get(name)) for name, state in wanted.items()}, current)


def test_a_new_one_is_a_role_that_may_something_in_a_profile(fake_aws, requests_of):
    aws = found(fake_aws, None, None)
    (change,) = planned(aws, statements=[READS], managed_policies=["AmazonSSMManagedInstanceCore", "shop-logs"])
    assert requests_of("iam", calls(Managed(aws), change)) == [
        Call("create_role", {**ROLE, "Path": "/", "AssumeRolePolicyDocument": document([EC2_ASSUMES]), "Tags": TAGS}),
        Call(
            "put_role_policy",
            {
                **{**ROLE, "PolicyName": "shop"},
                "PolicyDocument": document(
                    [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::releases/*"]}]
                ),
            },
            again=("NoSuchEntity",),
        ),
        Call("attach_role_policy", {**ROLE, "PolicyArn": AWSS}, again=("NoSuchEntity",)),
        Call("attach_role_policy", {**ROLE, "PolicyArn": OWN}, again=("NoSuchEntity",)),
        Call("create_instance_profile", {**PROFILE, "Path": "/", "Tags": TAGS}),
        Wait("instance_profile_exists", PROFILE, until="instance profile shop is known"),
        Call("add_role_to_instance_profile", {**PROFILE, **ROLE}, again=("NoSuchEntity",)),
    ]


def test_statements_are_the_same_in_whichever_order_they_are_written(fake_aws):
    other = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": False}}}
    aws = found(fake_aws, statements=[{**READS, "Resource": [READS["Resource"]], "Action": sorted(READS["Action"])}, other])
    written = {**other, "Condition": {"Bool": {"aws:SecureTransport": "false"}}, "Resource": ["*"]}
    assert planned(aws, statements=[written, READS], managed_policies=[AWSS]) == []
    assert planned(aws) == []


def test_what_is_given_is_made_exactly_so(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, statements=[], managed_policies=["shop-logs"], permissions_boundary="shop-logs", tags={"team": "a"})
    team = [{"Key": "team", "Value": "a"}]
    assert requests_of("iam", calls(Managed(aws), change)) == [
        Call("put_role_permissions_boundary", {**ROLE, "PermissionsBoundary": OWN}),
        Call("tag_role", {**ROLE, "Tags": team}),
        Call("delete_role_policy", {**ROLE, "PolicyName": "shop"}, missing=("NoSuchEntity",)),
        Call("attach_role_policy", {**ROLE, "PolicyArn": OWN}, again=("NoSuchEntity",)),
        Call("detach_role_policy", {**ROLE, "PolicyArn": AWSS}, missing=("NoSuchEntity",)),
        Call("tag_instance_profile", {**PROFILE, "Tags": team}),
    ]


def test_others_that_may_assume_the_role_still_may(fake_aws, requests_of):
    theirs = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws = found(fake_aws, {**DESCRIBED, "AssumeRolePolicyDocument": {"Statement": [theirs]}})
    (change,) = planned(aws)
    (call,) = requests_of("iam", calls(Managed(aws), change))
    services = [one["Principal"]["Service"] for one in json.loads(call.params["PolicyDocument"])["Statement"]]
    assert (call.operation, services) == ("update_assume_role_policy", [["ec2.amazonaws.com"], ["ecs-tasks.amazonaws.com"]])


def test_what_a_killed_run_left_out_is_made(fake_aws, requests_of):
    half = found(fake_aws, profile=None)
    (change,) = planned(half)
    operations = [step.operation for step in requests_of("iam", calls(Managed(half), change)) if isinstance(step, Call)]
    assert operations == ["create_instance_profile", "add_role_to_instance_profile"]
    empty = found(fake_aws, profile=())
    (change,) = planned(empty)
    assert [step.operation for step in requests_of("iam", calls(Managed(empty), change))] == ["add_role_to_instance_profile"]
    roleless = found(fake_aws, None)
    (change,) = planned(roleless, statements=[READS])
    assert [step.operation for step in requests_of("iam", calls(Managed(roleless), change))][:2] == ["create_role", "put_role_policy"]


def test_undo_takes_it_apart_in_the_order_that_iam_lets(fake_aws, requests_of):
    aws = found(fake_aws)
    state = read(aws, {"shop": {}}, Managed(aws))["shop"]
    missing = ("NoSuchEntity",)
    assert requests_of("iam", calls(Managed(aws), Change("shop", state, None))) == [
        Call("remove_role_from_instance_profile", {**PROFILE, **ROLE}, missing=missing),
        Call("delete_instance_profile", PROFILE, missing=missing),
        Call("delete_role_policy", {**ROLE, "PolicyName": "shop"}, missing=missing),
        Call("detach_role_policy", {**ROLE, "PolicyArn": AWSS}, missing=missing),
        Call("delete_role", ROLE, missing=missing),
    ]


def test_what_the_account_has_not_and_what_cannot_be_changed_is_named(fake_aws):
    aws = found(fake_aws)
    assert list(forbidden(planned(aws, managed_policies=["nothing"], path="/shop/"), Managed(aws))) == [
        "shop: there is no managed policy nothing",
        "shop: path cannot be changed (there: /, wanted: /shop/). Correct it, or take another name",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "a b"}, "name must have 1 to 64"),
        ({"path": "shop"}, "must begin and end with /"),
        ({"managed_policies": ["a", "a"]}, "has a twice"),
        ({"statements": [{"Effect": "allow", "Action": "*", "Resource": "*"}]}, "statements[0] has Effect 'allow'"),
        ({"statements": [{"Effect": "Allow", "Resource": "*"}]}, "must have Action or NotAction"),
        ({"statements": [{**READS, "Principal": "*"}]}, "has Principal, allowed are"),
        ({"statements": [{**READS, "Action": []}]}, "must be a text or a list of texts"),
        ({"statements": [{**READS, "Condition": "x"}]}, "a Condition that is no dictionary"),
        ({"statements": [{**READS, "Resource": [f"arn:{n:050}" for n in range(200)]}]}, "at most 10240 are allowed"),
        ({"tags": {"aws:x": "y"}}, "tag key"),
    ],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([item(**wrong)]))
    assert list(problems([item(statements=[READS], managed_policies=["a"])])) == []
