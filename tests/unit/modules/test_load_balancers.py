"""load_balancers: names in place of ids, the requests of a change, what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import vpc
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Wait, plan
from ansible_collections.prodready.aws.plugins.modules.load_balancers import (
    BALANCER_SPEC,
    Network,
    calls,
    forbidden,
    problems,
    read,
    settled,
    want,
)

OURS = {"prodready:managed": "true"}
ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/0123456789abcdef"
FOUND = {"LoadBalancers": [{"LoadBalancerArn": ARN}]}
BALANCER = {"LoadBalancerArn": ARN}
SUBNETS = [
    {"SubnetId": "subnet-a", "AvailabilityZone": "eu-central-1a", "VpcId": "vpc-1", "DefaultForAz": True},
    {"SubnetId": "subnet-b", "AvailabilityZone": "eu-central-1b", "VpcId": "vpc-1", "Tags": [{"Key": "Name", "Value": "public-b"}]},
    {"SubnetId": "subnet-c", "AvailabilityZone": "eu-central-1b", "VpcId": "vpc-1", "AvailableIpAddressCount": 7},
    {"SubnetId": "subnet-o", "AvailabilityZone": "eu-central-1c", "VpcId": "vpc-2"},
]
GROUPS = [
    {"GroupId": "sg-1", "GroupName": "default", "VpcId": "vpc-1"},
    {"GroupId": "sg-2", "GroupName": "default", "VpcId": "vpc-2"},
    {"GroupId": "sg-3", "GroupName": "web", "VpcId": "vpc-1"},
]
NETWORK = Network(
    vpc.Named(
        "subnet",
        {one["SubnetId"]: one for one in SUBNETS},
        {"subnet-a": (None, "eu-central-1a"), "subnet-b": ("public-b", None), "subnet-c": (), "subnet-o": ()},
    ),
    GROUPS,
)


def item(**given):
    return {**{name: option.get("default") for name, option in BALANCER_SPEC.items()}, "name": "shop", **given}


def new(**given):
    return settled(want(item(subnets=["public-b", "subnet-a"], **given), OURS, NETWORK), None, NETWORK)


def found(fake_aws, **attributes):
    balancer = {
        **{"LoadBalancerName": "shop", "LoadBalancerArn": ARN, "Scheme": "internet-facing", "Type": "application", "VpcId": "vpc-1"},
        **{"IpAddressType": "ipv4", "SecurityGroups": ["sg-1"], "AvailabilityZones": [{"SubnetId": "subnet-b"}, {"SubnetId": "subnet-a"}]},
    }
    return fake_aws(
        describe_load_balancers={"LoadBalancers": [balancer]},
        describe_load_balancer_attributes={"Attributes": [{"Key": key, "Value": value} for key, value in attributes.items()]},
        describe_tags={"TagDescriptions": [{"ResourceArn": ARN, "Tags": [{"Key": "prodready:managed", "Value": "true"}]}]},
    )


def test_a_new_one_is_created_awaited_and_then_gets_its_attributes(requests_of):
    logs = {"enabled": True, "bucket": "logs", "prefix": "alb"}
    (change,) = plan({"shop": new(security_groups=["web"], deletion_protection=True, access_logs=logs)}, {})
    assert requests_of("elbv2", calls(NETWORK, change), [FOUND]) == [
        Call(
            "create_load_balancer",
            {
                "Name": "shop",
                "Scheme": "internet-facing",
                "Type": "application",
                "IpAddressType": "ipv4",
                "Subnets": ["subnet-a", "subnet-b"],
                "SecurityGroups": ["sg-3"],
                "Tags": [{"Key": "prodready:managed", "Value": "true"}],
            },
        ),
        Wait("load_balancer_available", {"LoadBalancerArns": [ARN]}, until="load balancer shop is active", look="LoadBalancers[].State"),
        Call(
            "modify_load_balancer_attributes",
            {
                **BALANCER,
                "Attributes": [
                    {"Key": "access_logs.s3.enabled", "Value": "true"},
                    {"Key": "access_logs.s3.bucket", "Value": "logs"},
                    {"Key": "access_logs.s3.prefix", "Value": "alb"},
                    {"Key": "deletion_protection.enabled", "Value": "true"},
                ],
            },
        ),
    ]


def test_subnets_are_called_by_their_name_or_their_default_zone_and_groups_as_their_vpc_does(fake_aws):
    wanted = want(item(subnets=["subnet-b", "eu-central-1a"], security_groups=["default"]), OURS, NETWORK)
    current = read(found(fake_aws), {"shop": wanted}, NETWORK)
    assert current["shop"]["subnets"] == ["eu-central-1a", "public-b"]
    assert current["shop"]["security_groups"] == ["default"]
    assert plan({"shop": settled(wanted, current["shop"], NETWORK)}, current) == []


def test_logs_that_are_off_have_no_place(fake_aws):
    off = {"access_logs.s3.enabled": "false", "access_logs.s3.bucket": "", "access_logs.s3.prefix": ""}
    wanted = want(item(access_logs={"enabled": False, "bucket": None, "prefix": None}), OURS, NETWORK)
    current = read(found(fake_aws, **off), {"shop": wanted}, NETWORK)
    assert current["shop"]["access_logs"] == ""
    assert plan({"shop": settled(wanted, current["shop"], NETWORK)}, current) == []


def test_logs_are_switched_off_without_a_place(fake_aws, requests_of):
    wanted = want(item(access_logs={"enabled": False, "bucket": None, "prefix": None}), OURS, NETWORK)
    current = read(found(fake_aws, **{"access_logs.s3.enabled": "true", "access_logs.s3.bucket": "logs"}), {"shop": wanted}, NETWORK)
    (change,) = plan({"shop": settled(wanted, current["shop"], NETWORK)}, current)
    assert requests_of("elbv2", calls(NETWORK, change), [FOUND])[-1].params["Attributes"] == [
        {"Key": "access_logs.s3.enabled", "Value": "false"}
    ]


def test_only_what_differs_is_set(requests_of):
    before = new(security_groups=["default"])
    after = {**before, "security_groups": ["web"], "tags": {"team": "shop"}}
    assert requests_of("elbv2", calls(NETWORK, Change("shop", before, after)), [FOUND]) == [
        Call("describe_load_balancers", {"Names": ["shop"]}),
        Call("set_security_groups", {**BALANCER, "SecurityGroups": ["sg-3"]}),
        Call("remove_tags", {"ResourceArns": [ARN], "TagKeys": ["prodready:managed"]}),
        Call("add_tags", {"ResourceArns": [ARN], "Tags": [{"Key": "team", "Value": "shop"}]}),
    ]


def test_undo_takes_the_protection_off_before_it_deletes(requests_of):
    sent = requests_of("elbv2", calls(NETWORK, Change("shop", new(deletion_protection=True), None)), [FOUND])
    assert sent == [
        Call("describe_load_balancers", {"Names": ["shop"]}),
        Call("modify_load_balancer_attributes", {**BALANCER, "Attributes": [{"Key": "deletion_protection.enabled", "Value": "false"}]}),
        Call("delete_load_balancer", BALANCER),
        Wait("load_balancers_deleted", {"LoadBalancerArns": [ARN]}, until="load balancer shop is gone"),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "a new one needs subnets"),
        ({"subnets": ["subnet-a"]}, "one in each of at least 2 zones, these are in eu-central-1a"),
        ({"subnets": ["subnet-b", "subnet-c"]}, "one in each of at least 2 zones"),
        ({"subnets": ["subnet-a", "subnet-b", "subnet-c"]}, "one in each of at least 2 zones"),
        ({"subnets": ["subnet-a", "subnet-o"]}, "subnets must be of one VPC"),
        ({"subnets": ["subnet-a", "nowhere"]}, "there is no subnet nowhere"),
        ({"subnets": ["subnet-a", "subnet-c"]}, "8 free addresses, which subnet-c has not"),
        ({"subnets": ["subnet-a", "subnet-b"], "security_groups": ["sg-2"]}, "there is no security group sg-2, only default, web"),
    ],
)
def test_what_only_the_account_can_tell_is_named_before_anything_is_touched(given, said):
    state = settled(want(item(**given), OURS, NETWORK), None, NETWORK)
    assert any(said in problem for problem in forbidden([Change("shop", None, state)], NETWORK))


def test_a_scheme_cannot_be_changed_and_a_network_load_balancer_is_not_ours(fake_aws):
    current = read(found(fake_aws), {"shop": {}}, NETWORK)
    (refused,) = forbidden(
        plan({"shop": settled(want(item(scheme="internal"), OURS, NETWORK), current["shop"], NETWORK)}, current), NETWORK
    )
    assert "scheme of a load balancer cannot be changed" in refused
    other = {**current["shop"], "type": "network"}
    (refused,) = forbidden([Change("shop", other, {**other, "tags": {}})], NETWORK)
    assert "this is a network load balancer" in refused
    assert list(forbidden([Change("shop", None, new())], NETWORK)) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "internal-shop"}, "nor begin with internal-"),
        ({"name": "shop_1"}, "letters, digits and hyphens"),
        ({"access_logs": {"enabled": True, "bucket": None, "prefix": None}}, "access_logs need a bucket"),
        ({"access_logs": {"enabled": True, "bucket": "b", "prefix": "x/AWSLogs"}}, "may not have AWSLogs"),
        ({"access_logs": {"enabled": True, "bucket": "b", "prefix": "/x"}}, "nor begin or end with /"),
        ({"idle_timeout_seconds": 0}, "allowed are 1 to 4000"),
        ({"client_keep_alive_seconds": 59}, "allowed are 60 to 604800"),
        ({"subnets": ["a", "a"]}, "subnets has one twice"),
    ],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([item(**wrong)]))
    assert list(problems([item(access_logs={"enabled": True, "bucket": "b", "prefix": "a/b"})])) == []
