"""elasticache_subnet_groups: names in place of ids, all of a VPC, the requests of a change, what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.elasticache_network import Network
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, plan
from ansible_collections.prodready.aws.plugins.modules.elasticache_subnet_groups import (
    GROUP_SPEC,
    UNDO,
    calls,
    forbidden,
    problems,
    read,
    unknown,
    want,
)

OURS = {"prodready:managed": "true"}
SUBNETS = [
    {"SubnetId": "subnet-a", "AvailabilityZone": "eu-central-1a", "VpcId": "vpc-1", "Tags": [{"Key": "Name", "Value": "private-a"}]},
    {"SubnetId": "subnet-b", "AvailabilityZone": "eu-central-1b", "VpcId": "vpc-1", "DefaultForAz": True},
    {"SubnetId": "subnet-c", "AvailabilityZone": "eu-central-1c", "VpcId": "vpc-1"},
    {"SubnetId": "subnet-o", "AvailabilityZone": "eu-central-1a", "VpcId": "vpc-2"},
]
GROUP = {
    "CacheSubnetGroupName": "shop",
    "CacheSubnetGroupDescription": "shop",
    "VpcId": "vpc-1",
    "Subnets": [{"SubnetIdentifier": "subnet-b"}, {"SubnetIdentifier": "subnet-a"}],
}


def item(**given):
    return {**{name: option.get("default") for name, option in GROUP_SPEC.items()}, "name": "shop", **given}


def found(fake_aws, group=GROUP, **more):
    return fake_aws(
        describe_subnets={"Subnets": SUBNETS},
        describe_vpcs={"Vpcs": [{"VpcId": "vpc-1", "IsDefault": True}, {"VpcId": "vpc-2"}]},
        describe_cache_subnet_groups={"CacheSubnetGroups": [group] if group else []},
        list_tags_for_resource={"TagList": [{"Key": "prodready:managed", "Value": "true"}]},
        **more,
    )


def planned(aws, **given):
    network = Network(aws)
    wanted = {"shop": want(item(**given), OURS, network)}
    return plan(wanted, read(aws, wanted, network))


def test_a_new_one_is_made_of_subnets_by_their_names(fake_aws, requests_of):
    aws = found(fake_aws, None)
    (change,) = planned(aws, subnets=["private-a", "eu-central-1b"], description="the shop's")
    assert requests_of("elasticache", calls(aws, Network(aws), change)) == [
        Call(
            "create_cache_subnet_group",
            {
                "CacheSubnetGroupName": "shop",
                "CacheSubnetGroupDescription": "the shop's",
                "SubnetIds": ["subnet-b", "subnet-a"],
                "Tags": [{"Key": "prodready:managed", "Value": "true"}],
            },
        )
    ]


def test_what_is_read_is_what_was_wanted_by_whatever_name(fake_aws):
    assert planned(found(fake_aws), subnets=["subnet-a", "subnet-b"]) == []
    assert planned(found(fake_aws)) == []


def test_all_of_a_vpc_or_those_of_its_first_zones(fake_aws):
    (change,) = planned(found(fake_aws), vpc="default")
    assert change.after["subnets"] == ["eu-central-1b", "private-a", "subnet-c"]
    assert planned(found(fake_aws), vpc="vpc-1", zones=2) == []


def test_subnets_are_changed_with_the_description_that_stays(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, subnets=["private-a"])
    assert requests_of("elasticache", calls(aws, Network(aws), change)) == [
        Call(
            "modify_cache_subnet_group",
            {"CacheSubnetGroupName": "shop", "CacheSubnetGroupDescription": "shop", "SubnetIds": ["subnet-a"]},
        )
    ]


def test_undo_deletes_it_unless_data_stands_in_it(fake_aws, requests_of):
    groups = {"ReplicationGroups": [{"ReplicationGroupId": "shop", "MemberClusters": ["shop-001"]}]}
    cluster = {"CacheClusterId": "shop-001", "ReplicationGroupId": "shop", "CacheSubnetGroupName": "shop"}
    used = {"describe_replication_groups": groups, "describe_cache_clusters": {"CacheClusters": [cluster]}}
    gone = Change("shop", {"subnets": []}, None)
    full = found(fake_aws, **used, get_metric_statistics={"Datapoints": [{"Maximum": 1.0}]})
    assert "is used by shop, which may hold data" in UNDO.kept(full, gone)
    assert UNDO.kept(found(fake_aws, **used, get_metric_statistics={"Datapoints": [{"Maximum": 0.0}]}), gone) is None
    (call,) = requests_of("elasticache", calls(full, Network(full), gone))
    assert call.operation == "delete_cache_subnet_group"


def test_what_the_account_has_not_is_named(fake_aws):
    network = Network(found(fake_aws))
    assert "there is no subnet nowhere" in unknown([item(subnets=["nowhere"])], network)[0]
    assert "there is no VPC nowhere" in unknown([item(vpc="nowhere")], network)[0]
    assert unknown([item(vpc="vpc-2", zones=2)], network) == ["shop: VPC vpc-2 has subnets in 1 zones, wanted are 2"]
    assert unknown([item(vpc="default", zones=3), item(subnets=["private-a"])], network) == []


def test_a_group_is_of_one_vpc_and_stays_there(fake_aws):
    aws = found(fake_aws)
    assert forbidden(planned(aws, subnets=["subnet-o"]), Network(aws)) == [
        "shop: a cache subnet group stays in its VPC, which is vpc-1. Make a new one"
    ]
    (two,) = forbidden(planned(aws, subnets=["subnet-o", "subnet-a"]), Network(aws))
    assert "of one VPC, these are of vpc-1, vpc-2" in two
    empty = found(fake_aws, None)
    assert forbidden(planned(empty), Network(empty)) == [
        "shop: there is no cache subnet group of this name; a new one needs subnets or vpc"
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "Shop"}, "lower-case"),
        ({"name": "default"}, "AWS's own"),
        ({"subnets": []}, "at least one"),
        ({"subnets": ["a", "a"]}, "subnets has one twice"),
        ({"vpc": "default", "zones": 0}, "zones is 0"),
        ({"description": ""}, "must have a character"),
    ],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([item(**wrong)]))
    assert list(problems([item(subnets=["a"])])) == []
