"""Serverless caches of the emulator's API; no Redis runs in these tests."""

from __future__ import annotations

import pytest

from tests.unit.sandbox.elasticache import make as make_group
from tests.unit.sandbox.elasticache import messages, refused

PASSWORD = "the-password-of-a-user"


@pytest.fixture
def api(client):
    return client("elasticache")


def make(api, name: str = "shop", **changed):
    api.create_serverless_cache(ServerlessCacheName=name, **{"Engine": "valkey", **changed})
    return cache(api, name)


def cache(api, name: str = "shop"):
    return api.describe_serverless_caches(ServerlessCacheName=name)["ServerlessCaches"][0]


def test_one_is_made_and_what_nobody_says_is_chosen(api):
    made = api.create_serverless_cache(ServerlessCacheName="Shop", Engine="valkey")["ServerlessCache"]
    assert (made["Status"], "Endpoint" in made) == ("creating", False)
    found = cache(api)
    assert (found["Status"], found["MajorEngineVersion"], found["FullEngineVersion"]) == ("available", "8", "8.1")
    assert (len(found["SubnetIds"]), len(found["SecurityGroupIds"]), found["StorageEncryptionType"]) == (3, 1, "sse-elasticache")
    assert (found["Endpoint"]["Port"], found["ReaderEndpoint"]["Port"]) == (6379, 6380)
    assert found["Endpoint"]["Address"].startswith("shop-") and ".serverless." in found["Endpoint"]["Address"]
    assert messages(api) == ["Cache shop is created and ready for use."]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ServerlessCacheName": "a--b"}, "InvalidParameterValue: The parameter ServerlessCacheName"),
        ({"Engine": "mysql"}, "InvalidParameterValue: The parameter Engine"),
        ({"Engine": "memcached"}, "NotImplemented"),
        ({"MajorEngineVersion": "6"}, "InvalidParameterCombination: Cannot find version 6"),
        ({"CacheUsageLimits": {"DataStorage": {"Maximum": 5001, "Unit": "GB"}}}, "InvalidParameterValue: The limits of DataStorage"),
        ({"CacheUsageLimits": {"ECPUPerSecond": {"Maximum": 1000, "Minimum": 2000}}}, "InvalidParameterValue: The minimum"),
        ({"SubnetIds": ["subnet-00000000"]}, "InvalidSubnet"),
        ({"SecurityGroupIds": ["sg-00000000"]}, "InvalidParameterValue: Invalid security group"),
        ({"UserGroupId": "none"}, "UserGroupNotFound"),
        ({"SnapshotRetentionLimit": 36}, "InvalidParameterValue: SnapshotRetentionLimit"),
        ({"DailySnapshotTime": "25:00"}, "InvalidParameterValue: DailySnapshotTime"),
        ({"NetworkType": "dual_stack"}, "NotImplemented"),
        ({"SnapshotArnsToRestore": ["arn:aws:elasticache:eu-central-1:123456789012:serverlesscachesnapshot:a"]}, "NotImplemented"),
    ],
)
def test_what_is_no_serverless_cache_is_refused(api, changed, code):
    assert refused(api.create_serverless_cache, **{"ServerlessCacheName": "shop", "Engine": "valkey", **changed}).startswith(code)
    assert api.describe_serverless_caches()["ServerlessCaches"] == []


def test_a_name_is_taken_once(api):
    make(api)
    assert refused(make, api=api, name="SHOP").startswith("ServerlessCacheAlreadyExistsFault")


def test_a_change_is_one_field_of_one_request(api):
    make(api, "shop", Engine="redis")
    said = refused(api.modify_serverless_cache, ServerlessCacheName="shop", Description="x", SnapshotRetentionLimit=1)
    assert said == "InvalidParameterCombination: Serverless Cache modifications only support modifying one field per request."
    assert "No modifications" in refused(api.modify_serverless_cache, ServerlessCacheName="shop")
    upgraded = {"ServerlessCacheName": "shop", "Engine": "valkey", "MajorEngineVersion": "8"}
    assert api.modify_serverless_cache(**upgraded)["ServerlessCache"]["Status"] == "modifying"
    assert cache(api)["Status"] == "available"
    assert "downgrade" in refused(api.modify_serverless_cache, ServerlessCacheName="shop", Engine="redis", MajorEngineVersion="7")


def test_limits_are_changed_each_and_taken_away_by_0(api):
    make(api, CacheUsageLimits={"DataStorage": {"Maximum": 10, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 5000}})
    api.modify_serverless_cache(ServerlessCacheName="shop", CacheUsageLimits={"ECPUPerSecond": {"Minimum": 1000}})
    assert cache(api)["CacheUsageLimits"]["ECPUPerSecond"] == {"Maximum": 5000, "Minimum": 1000}
    api.modify_serverless_cache(ServerlessCacheName="shop", CacheUsageLimits={"DataStorage": {"Maximum": 0, "Unit": "GB"}})
    assert cache(api)["CacheUsageLimits"] == {"ECPUPerSecond": {"Maximum": 5000, "Minimum": 1000}}


def test_a_user_group_knows_its_caches_and_is_kept_while_one_has_it(api):
    api.create_user(UserId="app", UserName="app", Engine="redis", AccessString="on ~* +@all", Passwords=[PASSWORD])
    api.create_user_group(UserGroupId="g", Engine="redis", UserIds=["default", "app"])
    make(api, UserGroupId="g")
    make_group(api, UserGroupIds=["g"])
    found = api.describe_user_groups(UserGroupId="g")["UserGroups"][0]
    assert (found["ServerlessCaches"], found["ReplicationGroups"]) == (["shop"], ["shop"])
    api.delete_replication_group(ReplicationGroupId="shop")
    assert "serverless cache shop" in refused(api.delete_user_group, UserGroupId="g")
    api.modify_serverless_cache(ServerlessCacheName="shop", RemoveUserGroup=True)
    assert "UserGroupId" not in cache(api)
    api.delete_user_group(UserGroupId="g")


def test_it_is_deleting_and_then_gone_with_its_tags(api):
    arn = make(api, Tags=[{"Key": "team", "Value": "shop"}])["ARN"]
    assert api.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "team", "Value": "shop"}]
    assert api.delete_serverless_cache(ServerlessCacheName="shop")["ServerlessCache"]["Status"] == "deleting"
    assert refused(api.describe_serverless_caches, ServerlessCacheName="shop").startswith("ServerlessCacheNotFoundFault")
    assert refused(api.list_tags_for_resource, ResourceName=arn).startswith("ServerlessCacheNotFoundFault")
    assert messages(api)[-1] == "Cache shop is deleted and no longer available."


def test_it_is_no_replication_group(api):
    make(api)
    assert api.describe_replication_groups()["ReplicationGroups"] == []
    assert api.describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"] == []


def test_a_snapshot_is_made_told_of_once_and_deleted(api):
    make(api)
    asked = {"ServerlessCacheSnapshotName": "First", "ServerlessCacheName": "shop"}
    assert api.create_serverless_cache_snapshot(**asked)["ServerlessCacheSnapshot"]["Status"] == "creating"
    (found,) = api.describe_serverless_cache_snapshots(ServerlessCacheName="shop")["ServerlessCacheSnapshots"]
    assert (found["ServerlessCacheSnapshotName"], found["Status"], found["SnapshotType"]) == ("first", "available", "manual")
    assert found["ServerlessCacheConfiguration"] == {"ServerlessCacheName": "shop", "Engine": "valkey", "MajorEngineVersion": "8"}
    assert messages(api)[-1] == "Snapshot first is created and ready for use."
    assert refused(api.create_serverless_cache_snapshot, **asked).startswith("ServerlessCacheSnapshotAlreadyExistsFault")
    assert api.describe_snapshots()["Snapshots"] == []
    api.delete_serverless_cache_snapshot(ServerlessCacheSnapshotName="first")
    said = refused(api.describe_serverless_cache_snapshots, ServerlessCacheSnapshotName="first")
    assert said.startswith("ServerlessCacheSnapshotNotFoundFault")


def test_a_last_snapshot_stays_when_the_cache_is_gone(api):
    make(api)
    api.delete_serverless_cache(ServerlessCacheName="shop", FinalSnapshotName="last")
    assert api.describe_serverless_caches()["ServerlessCaches"] == []
    assert api.describe_serverless_cache_snapshots()["ServerlessCacheSnapshots"][0]["Status"] == "available"
