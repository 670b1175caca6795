"""The modules of ElastiCache on the repaired emulator: made, unchanged, changed, refused, taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from ansible_collections.prodready.aws.plugins.modules import (
    elasticache_parameter_groups,
    elasticache_replication_groups,
    elasticache_serverless_caches,
    elasticache_subnet_groups,
    elasticache_user_groups,
    elasticache_users,
    undo,
)

TOKEN, PASSWORD = "a-token-of-24-characters", "the-password-of-the-shop"
USERS = [
    {"user_id": "shop", "engine": "redis", "access_string": "on ~shop:* +@read", "passwords": [PASSWORD]},
    {"user_id": "nobody", "user_name": "default", "engine": "redis", "access_string": "off", "passwords": ["nobody-comes-in-by-this"]},
]
GROUP = {
    **{"name": "shop", "engine": "redis", "engine_version": "7.0", "node_type": "cache.t4g.small", "replicas": 1, "multi_az": True},
    **{"automatic_failover": True, "at_rest_encryption": True, "transit_encryption": True, "auth_token": TOKEN},
    **{"subnet_group": "shop", "security_groups": ["default"], "parameter_group": "shop", "snapshot_retention_days": 7},
    **{"maintenance_window": "sun:03:00-sun:04:00", "log_deliveries": [{"log_type": "slow-log", "log_group": "/shop/slow"}]},
}
PARAMETERS = {"name": "shop", "family": "redis7", "parameters": {"maxmemory-policy": "allkeys-lru"}}
SETS = (
    (elasticache_parameter_groups, "parameter_groups", [PARAMETERS]),
    (elasticache_subnet_groups, "subnet_groups", [{"name": "shop", "vpc": "default", "zones": 2}]),
    (elasticache_users, "users", USERS),
    (elasticache_user_groups, "user_groups", [{"user_group_id": "shop", "engine": "redis", "users": ["shop", "nobody"]}]),
    (elasticache_replication_groups, "replication_groups", [GROUP]),
)


@pytest.fixture
def every(run, client, tmp_path):
    """Every set in turn, with a journal; what each result has under a key."""
    client("logs").create_log_group(logGroupName="/shop/slow")
    journal = {"path": str(tmp_path / "journal.jsonl"), "run": "first", "host": "primary"}

    def every(key, check_mode=False):
        results = [
            run(module.main, check_mode, journal=journal, _ansible_module_name=f"elasticache_{option}", **{option: items})
            for module, option, items in SETS
        ]
        return [result.get(key, result) for result in results]

    every.journal = journal
    return every


@pytest.fixture
def group(run, every):
    """A function that asks for more of the replication group, which is there."""
    every("plan")

    def group(check_mode=False, **more):
        return run(elasticache_replication_groups.main, check_mode, replication_groups=[{**GROUP, **more}])

    return group


def described(client):
    return client("elasticache").describe_replication_groups(ReplicationGroupId="shop")["ReplicationGroups"][0]


def test_check_mode_tells_the_whole_truth_on_an_empty_account_and_what_it_plans_is_made(every, client):
    planned = every("plan", check_mode=True)
    assert client("elasticache").describe_replication_groups()["ReplicationGroups"] == []
    assert every("plan") == planned
    assert [[change["name"] for change in changes] for changes in planned] == [["shop"], ["shop"], ["shop", "nobody"], ["shop"], ["shop"]]
    assert every("changed") == [False] * 5


def test_the_tokens_and_passwords_are_in_no_journal(every):
    every("plan")
    text = Path(every.journal["path"]).read_text()
    assert TOKEN not in text
    assert PASSWORD not in text
    assert "auth_token_enabled" in text


def test_it_is_upgraded_grows_and_shrinks_and_is_then_unchanged(group, client):
    more = {"engine_version": "7.1", "node_type": "cache.m7g.large", "replicas": 2}
    assert group(**more)["plan"] == [{"action": "update", "name": "shop"}]
    assert group(**more)["plan"] == []
    found = described(client)
    assert (found["CacheNodeType"], len(found["NodeGroups"][0]["NodeGroupMembers"])) == ("cache.m7g.large", 3)
    group(**{**more, "replicas": 1})
    assert len(described(client)["NodeGroups"][0]["NodeGroupMembers"]) == 2


def test_one_with_shards_is_made_grows_shrinks_and_is_then_unchanged(run, client):
    wide = {**{key: GROUP[key] for key in ("engine", "engine_version", "node_type", "replicas", "transit_encryption")}, "name": "wide"}

    def made(**more):
        return run(elasticache_replication_groups.main, replication_groups=[{**wide, "cluster_mode": "enabled", **more}])

    def there():
        found = client("elasticache").describe_replication_groups(ReplicationGroupId="wide")["ReplicationGroups"][0]
        return found["AutomaticFailover"], len(found["NodeGroups"]), len(found["MemberClusters"])

    assert made(shards=2)["endpoints"]["wide"]["host"].startswith("clustercfg.wide.")
    for more, found in (({"shards": 2}, (2, 4)), ({"shards": 3}, (3, 6)), ({"shards": 3, "replicas": 2}, (3, 9)), ({"shards": 2}, (2, 4))):
        made(**more)
        assert there() == ("enabled", *found)
        assert made(**more)["plan"] == []


@pytest.mark.parametrize("more", [{"engine_version": "6.2"}, {"port": 6380}, {"at_rest_encryption": False}])
def test_what_aws_cannot_change_is_refused_before_anything_is_touched(group, client, more):
    before = described(client)
    assert next(iter(more)) in group(**more, description="not this either")["msg"]
    assert described(client) == before


def test_a_token_makes_place_for_users(group, client):
    assert group(auth_token=None, user_groups=["shop"])["changed"] is True
    assert (described(client)["AuthTokenEnabled"], described(client)["UserGroupIds"]) == (False, ["shop"])


def test_undo_keeps_a_cache_of_which_nothing_is_known_and_takes_all_back_once_it_is_known_to_be_empty(run, every, client):
    every("plan")
    src = every.journal["path"]
    kept = run(undo.main, True, src=src, run="first", journal={**every.journal, "run": "second"})
    assert len(kept["stays"]) == 3
    assert "may hold data" in kept["stays"][0]
    for member in described(client)["MemberClusters"]:
        dimensions = [{"Name": "CacheClusterId", "Value": member}, {"Name": "CacheNodeId", "Value": "0001"}]
        datum = {"MetricName": "CurrItems", "Dimensions": dimensions, "Timestamp": datetime.now(UTC), "Value": 0.0}
        client("cloudwatch").put_metric_data(Namespace="AWS/ElastiCache", MetricData=[datum])
    back = run(undo.main, src=src, run="first", journal={**every.journal, "run": "second"})
    assert back["stays"] == []
    elasticache = client("elasticache")
    assert elasticache.describe_replication_groups()["ReplicationGroups"] == []
    assert elasticache.describe_user_groups()["UserGroups"] == []
    assert [user["UserId"] for user in elasticache.describe_users()["Users"]] == ["default"]
    assert run(undo.main, src=src, run="first", journal={**every.journal, "run": "third"})["changed"] is False


def test_it_goes_with_a_last_snapshot_and_not_without_a_word_on_it(run, group, client):
    gone = {"name": "shop", "state": "absent"}
    assert "final_snapshot" in run(elasticache_replication_groups.main, replication_groups=[gone])["msg"]
    gone["final_snapshot"] = "shop-last"
    result = run(elasticache_replication_groups.main, replication_groups=[gone])
    assert result["plan"] == [{"action": "delete", "name": "shop"}]
    assert [one["SnapshotName"] for one in client("elasticache").describe_snapshots()["Snapshots"]] == ["shop-last"]
    assert run(elasticache_replication_groups.main, replication_groups=[gone])["plan"] == []


LIGHT = {
    **{"name": "light", "engine": "redis", "data_storage_max_gb": 10, "ecpus_per_second_max": 5000, "security_groups": ["default"]},
    **{
        "subnets": ["eu-central-1a", "eu-central-1b"],
        "snapshot_retention_days": 7,
        "daily_snapshot_time": "01:00",
        "tags": {"team": "shop"},
    },
}


@pytest.fixture
def light(run, tmp_path):
    """A function that asks for a serverless cache with more, and keeps a journal."""
    journal = {"path": str(tmp_path / "light.jsonl"), "run": "light", "host": "primary"}

    def light(check_mode=False, during="light", **more):
        asked = {"serverless_caches": [{**LIGHT, **more}], "journal": {**journal, "run": during}}
        return run(elasticache_serverless_caches.main, check_mode, _ansible_module_name="elasticache_serverless_caches", **asked)

    light.journal = journal
    return light


def cache(client):
    return client("elasticache").describe_serverless_caches(ServerlessCacheName="light")["ServerlessCaches"][0]


def test_a_serverless_cache_is_planned_made_and_then_unchanged(light, client):
    planned = light(check_mode=True)
    assert client("elasticache").describe_serverless_caches()["ServerlessCaches"] == []
    made = light()
    assert made["plan"] == planned["plan"] == [{"action": "create", "name": "light"}]
    assert made["endpoints"]["light"]["host"] == cache(client)["Endpoint"]["Address"]
    assert light()["changed"] is False


def test_many_fields_of_a_serverless_cache_change_in_one_run(light, client):
    light()
    more = {"engine": "valkey", "major_engine_version": "8", "data_storage_max_gb": 0, "ecpus_per_second_min": 1000}
    more |= {"description": "of all", "snapshot_retention_days": 1, "tags": {"team": "all"}}
    assert light(**more)["requests"]["elasticache:ModifyServerlessCache"] == 4
    found = cache(client)
    assert (found["Engine"], found["Description"], found["SnapshotRetentionLimit"]) == ("valkey", "of all", 1)
    assert found["CacheUsageLimits"] == {"ECPUPerSecond": {"Minimum": 1000, "Maximum": 5000}}
    assert light(**more)["changed"] is False


def test_undo_takes_a_change_of_a_serverless_cache_back(run, light, client):
    light()
    light(ecpus_per_second_max=9000, description="another", during="second")
    back = run(undo.main, src=light.journal["path"], run="second", journal={**light.journal, "run": "third"})
    assert back["stays"] == []
    assert cache(client)["CacheUsageLimits"]["ECPUPerSecond"]["Maximum"] == 5000
    assert light()["changed"] is False


def test_without_serverless_caches_nobody_is_asked(run):
    assert run(elasticache_serverless_caches.main, serverless_caches=[])["requests"] == {}
