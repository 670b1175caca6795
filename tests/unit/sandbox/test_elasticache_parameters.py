from __future__ import annotations

import pytest

from tests.unit.sandbox.elasticache import make, refused


@pytest.fixture
def api(client):
    made = client("elasticache")
    made.create_cache_parameter_group(CacheParameterGroupName="shop", CacheParameterGroupFamily="redis7", Description="d")
    return made


def values(api, source: str = "user") -> dict[str, str]:
    pages = api.get_paginator("describe_cache_parameters").paginate(CacheParameterGroupName="shop", Source=source)
    return {one["ParameterName"]: one["ParameterValue"] for page in pages for one in page["Parameters"]}


def modify(api, **wanted: str):
    pairs = [{"ParameterName": name.replace("_", "-"), "ParameterValue": value} for name, value in wanted.items()]
    return api.modify_cache_parameter_group(CacheParameterGroupName="shop", ParameterNameValues=pairs)


def test_a_group_starts_with_its_familys_defaults(api):
    assert values(api) == {} and values(api, "system")["maxmemory-policy"] == "volatile-lru"
    defaults = api.describe_engine_default_parameters(CacheParameterGroupFamily="redis7")["EngineDefaults"]
    policy = next(one for one in defaults["Parameters"] if one["ParameterName"] == "maxmemory-policy")
    assert policy["IsModifiable"] and "allkeys-lru" in policy["AllowedValues"] and policy["ChangeType"] == "immediate"


def test_values_are_kept_and_reset_by_name_or_all(api):
    modify(api, maxmemory_policy="allkeys-lru", timeout="300", notify_keyspace_events="Ex")
    assert values(api) == {"maxmemory-policy": "allkeys-lru", "timeout": "300", "notify-keyspace-events": "Ex"}
    api.reset_cache_parameter_group(CacheParameterGroupName="shop", ParameterNameValues=[{"ParameterName": "timeout"}])
    assert set(values(api)) == {"maxmemory-policy", "notify-keyspace-events"}
    api.reset_cache_parameter_group(CacheParameterGroupName="shop", ResetAllParameters=True)
    assert values(api) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("maxmemory-policy", "newest"),
        ("timeout", "5"),
        ("timeout", "x"),
        ("appendonly", "yes"),
        ("none", "1"),
        ("notify-keyspace-events", "Q"),
    ],
)
def test_what_is_not_allowed_is_refused_with_all_else_of_the_request(api, name, value):
    assert refused(modify, api=api, tcp_keepalive="60", **{name: value}).startswith("InvalidParameterValue")
    assert values(api) == {}


def test_listpacks_are_not_of_redis_6(api):
    names = {
        family: {
            one["ParameterName"]
            for one in api.describe_engine_default_parameters(CacheParameterGroupFamily=family)["EngineDefaults"]["Parameters"]
        }
        for family in ("redis6.x", "redis7", "valkey8")
    }
    assert names["redis7"] - names["redis6.x"] >= {"hash-max-listpack-entries", "latency-tracking"}
    assert names["valkey8"] == names["redis7"]


def test_groups_of_aws_cannot_be_changed_and_used_ones_not_deleted(api):
    assert refused(api.delete_cache_parameter_group, CacheParameterGroupName="default.redis7").startswith("InvalidCacheParameterGroupState")
    make(api, CacheParameterGroupName="shop")
    assert "in use by the replication group shop" in refused(api.delete_cache_parameter_group, CacheParameterGroupName="shop")
    api.delete_replication_group(ReplicationGroupId="shop")
    api.delete_cache_parameter_group(CacheParameterGroupName="shop")
    assert refused(api.describe_cache_parameter_groups, CacheParameterGroupName="shop").startswith("CacheParameterGroupNotFound")


def test_groups_of_aws_are_listed_beside_the_accounts_own(api):
    names = [group["CacheParameterGroupName"] for group in api.describe_cache_parameter_groups()["CacheParameterGroups"]]
    assert {"default.redis7", "default.valkey8", "shop"} <= set(names)
    assert refused(
        api.create_cache_parameter_group, CacheParameterGroupName="shop", CacheParameterGroupFamily="redis7", Description="d"
    ).startswith("CacheParameterGroupAlreadyExists")
    assert refused(
        api.create_cache_parameter_group, CacheParameterGroupName="b", CacheParameterGroupFamily="memcached1.6", Description="d"
    ).startswith("InvalidParameterValue")
