from __future__ import annotations

import pytest

from tests.unit.sandbox.elasticache import make, refused


@pytest.fixture
def api(client):
    return client("elasticache")


@pytest.fixture
def subnets(client) -> list[str]:
    return [subnet["SubnetId"] for subnet in client("ec2").describe_subnets()["Subnets"]]


def create(api, subnets, name="shop"):
    return api.create_cache_subnet_group(CacheSubnetGroupName=name, CacheSubnetGroupDescription="d", SubnetIds=subnets)["CacheSubnetGroup"]


def test_a_group_is_made_changed_and_deleted(api, subnets):
    assert [subnet["SubnetIdentifier"] for subnet in create(api, subnets[:2])["Subnets"]] == subnets[:2]
    changed = api.modify_cache_subnet_group(CacheSubnetGroupName="Shop", SubnetIds=subnets[:3], CacheSubnetGroupDescription="e")
    assert changed["CacheSubnetGroup"]["CacheSubnetGroupDescription"] == "e" and len(changed["CacheSubnetGroup"]["Subnets"]) == 3
    api.delete_cache_subnet_group(CacheSubnetGroupName="shop")
    assert refused(api.describe_cache_subnet_groups, CacheSubnetGroupName="shop").startswith("CacheSubnetGroupNotFoundFault")


def test_subnets_exist_and_are_of_one_vpc(api, client, subnets):
    assert refused(create, api=api, subnets=["subnet-none"]).startswith("InvalidSubnet")
    ec2 = client("ec2")
    other = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    foreign = ec2.create_subnet(VpcId=other, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    assert refused(create, api=api, subnets=[subnets[0], foreign]).startswith("InvalidSubnet: The subnets must be of one VPC")


def test_what_is_in_use_stays(api, subnets):
    create(api, subnets[:2])
    make(api, CacheSubnetGroupName="shop")
    assert refused(api.delete_cache_subnet_group, CacheSubnetGroupName="shop").startswith("CacheSubnetGroupInUse")
    assert refused(api.modify_cache_subnet_group, CacheSubnetGroupName="shop", SubnetIds=subnets[2:]).startswith("SubnetInUse")


def test_a_name_is_taken_once(api, subnets):
    create(api, subnets[:1])
    assert refused(create, api=api, subnets=subnets[:1], name="SHOP").startswith("CacheSubnetGroupAlreadyExists")
