from __future__ import annotations

import json

import pytest

from tests.unit.sandbox.elasticache import TOKEN, WIDE, group, make, messages, refused, settings


@pytest.fixture
def api(client):
    return client("elasticache")


def test_a_group_is_creating_without_endpoints_and_then_available_with_them(api):
    made = api.create_replication_group(**settings())["ReplicationGroup"]
    assert (made["Status"], made["NodeGroups"], made["MemberClusters"]) == ("creating", [], ["shop-001", "shop-002"])
    found = group(api)
    assert found["Status"] == "available"
    nodes = found["NodeGroups"][0]
    assert nodes["PrimaryEndpoint"]["Address"].startswith("master.shop.") and nodes["PrimaryEndpoint"]["Port"] == 6379
    assert nodes["ReaderEndpoint"]["Address"].endswith(".euc1.cache.amazonaws.com")
    assert [member["CurrentRole"] for member in nodes["NodeGroupMembers"]] == ["primary", "replica"]
    assert all(member["ReadEndpoint"]["Address"].startswith(member["CacheClusterId"]) for member in nodes["NodeGroupMembers"])
    assert "Replication group shop created" in messages(api)


def test_botocores_waiters_end(api):
    make(api)
    quick = {"Delay": 0, "MaxAttempts": 3}
    api.get_waiter("replication_group_available").wait(ReplicationGroupId="shop", WaiterConfig=quick)
    api.get_waiter("cache_cluster_available").wait(CacheClusterId="shop-002", WaiterConfig=quick)
    api.delete_replication_group(ReplicationGroupId="shop")
    api.get_waiter("replication_group_deleted").wait(ReplicationGroupId="shop", WaiterConfig=quick)


def test_a_deleted_group_is_told_as_deleting_and_its_name_is_free_afterwards(api):
    make(api)
    assert api.delete_replication_group(ReplicationGroupId="shop")["ReplicationGroup"]["Status"] == "deleting"
    assert refused(api.describe_replication_groups, ReplicationGroupId="shop").startswith("ReplicationGroupNotFoundFault")
    assert api.describe_cache_clusters()["CacheClusters"] == []
    assert make(api)["Status"] == "available"


def test_the_numbers_of_clusters_are_those_asked_for(api):
    assert len(make(api, ReplicationGroupId="three", NumCacheClusters=3)["MemberClusters"]) == 3
    api.create_replication_group(
        ReplicationGroupId="two", ReplicationGroupDescription="d", CacheNodeType="cache.t4g.micro", ReplicasPerNodeGroup=1
    )
    assert len(group(api, "two")["MemberClusters"]) == 2


def test_members_are_cache_clusters_with_nodes_when_they_are_asked_for(api):
    make(api)
    plain = api.describe_cache_clusters()["CacheClusters"]
    assert [(one["CacheClusterId"], one["ReplicationGroupId"], "CacheNodes" in one) for one in plain] == [
        ("shop-001", "shop", False),
        ("shop-002", "shop", False),
    ]
    found = api.describe_cache_clusters(CacheClusterId="shop-002", ShowCacheNodeInfo=True)["CacheClusters"][0]
    assert found["CacheNodes"][0]["Endpoint"] == group(api)["NodeGroups"][0]["NodeGroupMembers"][1]["ReadEndpoint"]
    assert found["EngineVersion"] == "7.1.0" and found["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7"
    assert api.describe_cache_clusters(ShowCacheClustersNotInReplicationGroups=True)["CacheClusters"] == []
    assert "is a member of the replication group shop" in refused(api.delete_cache_cluster, CacheClusterId="shop-002")


def test_a_cluster_of_its_own_has_nodes_and_is_gone_once_its_deletion_was_told(api):
    api.create_cache_cluster(CacheClusterId="alone", CacheNodeType="cache.t4g.micro", Engine="redis", NumCacheNodes=1)
    found = api.describe_cache_clusters(CacheClusterId="alone", ShowCacheNodeInfo=True)["CacheClusters"][0]
    assert found["CacheNodes"][0]["Endpoint"]["Port"] == 6379
    api.delete_cache_cluster(CacheClusterId="alone")
    assert refused(api.describe_cache_clusters, CacheClusterId="alone").startswith("CacheClusterNotFound")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"AutomaticFailoverEnabled": False, "MultiAZEnabled": True}, "InvalidParameterCombination: Multi-AZ"),
        ({"NumCacheClusters": 1}, "InvalidParameterCombination: Automatic failover"),
        ({"NumCacheClusters": 7}, "InvalidParameterValue: A replication group has 1 to 6"),
        ({"NumCacheClusters": 2, "ReplicasPerNodeGroup": 2}, "InvalidParameterCombination: NumCacheClusters"),
        ({"TransitEncryptionEnabled": False, "AuthToken": TOKEN}, "InvalidParameterCombination: The AUTH token"),
        ({"AuthToken": "too-short"}, "InvalidParameterValue: Invalid AuthToken"),
        ({"AuthToken": "with a space and more"}, "InvalidParameterValue: Invalid AuthToken"),
        ({"AuthToken": "x" * 129}, "InvalidParameterValue: Invalid AuthToken"),
        ({"UserGroupIds": ["nobody"]}, "UserGroupNotFound"),
        ({"CacheNodeType": "cache.t9.micro"}, "InvalidParameterValue: The parameter CacheNodeType"),
        ({"CacheSubnetGroupName": "nowhere"}, "CacheSubnetGroupNotFoundFault"),
        ({"CacheParameterGroupName": "nothing"}, "CacheParameterGroupNotFound"),
        ({"CacheParameterGroupName": "default.valkey8"}, "InvalidParameterCombination: Expected a parameter group of family redis7"),
        ({"SecurityGroupIds": ["sg-none"]}, "InvalidParameterValue: Invalid security group"),
        ({"Engine": "memcached"}, "InvalidParameterValue: The parameter Engine"),
        ({"EngineVersion": "9.9"}, "InvalidParameterCombination: Cannot find version 9.9"),
        ({"ReplicationGroupId": "shop--cache"}, "InvalidParameterValue: The parameter ReplicationGroupId"),
        ({"SnapshotName": "none"}, "SnapshotNotFoundFault"),
        ({"SnapshotRetentionLimit": 36}, "InvalidParameterValue: SnapshotRetentionLimit"),
        ({"PreferredCacheClusterAZs": ["eu-central-1a"]}, "InvalidParameterCombination: The number of Availability Zones"),
        ({"NumNodeGroups": 2}, "InvalidParameterCombination: NumCacheClusters is not for cluster mode"),
        ({"NumNodeGroups": 2, "ClusterMode": "disabled"}, "InvalidParameterCombination: More than one node group"),
        ({"ClusterMode": "enabled", "NumCacheClusters": None, "AutomaticFailoverEnabled": False}, "InvalidParameterCombination: Automatic"),
        ({"CacheParameterGroupName": "default.redis7", **WIDE}, "InvalidParameterCombination: The parameter group default.redis7 is not"),
        ({"CacheParameterGroupName": "default.redis7.cluster.on", "ClusterMode": "disabled"}, "InvalidParameterCombination: The parameter"),
        ({**WIDE, "NumNodeGroups": 46}, "NodeQuotaForClusterExceeded"),
        ({**WIDE, "NodeGroupConfiguration": [{"Slots": "0-9"}, {"Slots": "10-9999"}]}, "InvalidParameterValue: The Slots"),
        ({**WIDE, "NodeGroupConfiguration": [{"NodeGroupId": "1"}]}, "InvalidParameterCombination: NumNodeGroups is 2"),
        ({"TransitEncryptionMode": "preferred"}, "NotImplemented"),
    ],
)
def test_what_does_not_go_together_is_refused_and_nothing_is_made(api, changed, code):
    assert refused(api.create_replication_group, **settings(**changed)).startswith(code)
    assert api.describe_replication_groups()["ReplicationGroups"] == []


def test_a_name_is_taken_only_once_whatever_its_case(api):
    make(api)
    assert refused(api.create_replication_group, **settings(ReplicationGroupId="Shop")).startswith("ReplicationGroupAlreadyExists")


def test_the_token_is_in_no_answer_and_in_no_line_of_the_log(api, client, endpoint_url):
    import requests

    answer = api.create_replication_group(**settings(AuthToken=TOKEN))
    assert answer["ReplicationGroup"]["AuthTokenEnabled"] is True
    told = json.dumps([answer, group(api), api.describe_cache_clusters(ShowCacheNodeInfo=True), api.describe_events()], default=str)
    assert TOKEN not in told + requests.get(f"{endpoint_url}/_sandbox/requests", timeout=10).text


def test_tags_are_the_groups_and_its_members_and_found_by_the_tagging_api(api, client):
    make(api, Tags=[{"Key": "app", "Value": "shop"}])
    arn = group(api)["ARN"]
    assert api.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "app", "Value": "shop"}]
    assert api.list_tags_for_resource(ResourceName=arn.replace("replicationgroup:shop", "cluster:shop-002"))["TagList"]
    added = api.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "env", "Value": "prod"}])["TagList"]
    assert [tag["Key"] for tag in added] == ["app", "env"]
    assert api.remove_tags_from_resource(ResourceName=arn, TagKeys=["app"])["TagList"] == [{"Key": "env", "Value": "prod"}]
    tagging = client("resourcegroupstaggingapi")
    found = tagging.get_resources(ResourceTypeFilters=["elasticache:replicationgroup"])["ResourceTagMappingList"]
    assert found == [{"ResourceARN": arn, "Tags": [{"Key": "env", "Value": "prod"}]}]
    assert refused(api.list_tags_for_resource, ResourceName=f"{arn}2").startswith("ReplicationGroupNotFoundFault")
    assert refused(api.list_tags_for_resource, ResourceName="arn:aws:s3:::bucket").startswith("InvalidARN")


def test_a_group_is_in_the_zones_of_its_subnet_group(api, client):
    found = client("ec2").describe_subnets()["Subnets"][:2]
    api.create_cache_subnet_group(
        CacheSubnetGroupName="shop", CacheSubnetGroupDescription="d", SubnetIds=[subnet["SubnetId"] for subnet in found]
    )
    members = make(api, CacheSubnetGroupName="shop")["NodeGroups"][0]["NodeGroupMembers"]
    assert {member["PreferredAvailabilityZone"] for member in members} == {subnet["AvailabilityZone"] for subnet in found}
    assert "is not an Availability Zone" in refused(
        api.create_replication_group,
        **settings(
            ReplicationGroupId="b", CacheSubnetGroupName="shop", PreferredCacheClusterAZs=["eu-central-1z", found[0]["AvailabilityZone"]]
        ),
    )
