"""The filter elasticache_checks: what the role's claims go over."""

from __future__ import annotations

from ansible_collections.prodready.aws.plugins.filter.elasticache_checks import elasticache_checks

SHOP = {"name": "shop", "replicas": 1, "multi_az": True, "automatic_failover": True, "snapshot_retention_days": 7}
CHECKS = elasticache_checks(
    {
        "groups": [SHOP, {"name": "alone"}, {"name": "wide", "shards": 3, "replicas": 2}, {"name": "old", "state": "absent"}],
        "parameter_groups": [
            {"name": "shop", "parameters": {"maxmemory-policy": "allkeys-lru", "timeout": 300, "activedefrag": True}},
            {"name": "bare"},
        ],
        "serverless": [
            {"name": "light", "ecpus_per_second_max": 5000, "data_storage_max_gb": 0, "snapshot_retention_days": 3},
            {"name": "free"},
            {"name": "gone", "state": "absent", "ecpus_per_second_max": 5000},
        ],
    }
)


def test_a_group_is_there_with_all_its_nodes_and_fails_over_as_declared():
    assert CHECKS["groups"] == [
        {"name": "shop", "failover": "enabled", "zones": "enabled", "nodes": 2},
        {"name": "alone", "failover": "disabled", "zones": "disabled", "nodes": 1},
        {"name": "wide", "failover": "enabled", "zones": "disabled", "nodes": 9},
    ]


def test_snapshots_are_claimed_where_days_are_declared():
    assert CHECKS["snapshots"] == [{"name": "shop", "days": 7}]


def test_parameters_are_texts_as_aws_keeps_them():
    assert [(one["group"], one["parameter"], one["value"]) for one in CHECKS["parameters"]] == [
        ("shop", "maxmemory-policy", "allkeys-lru"),
        ("shop", "timeout", "300"),
        ("shop", "activedefrag", "yes"),
    ]


def test_serverless_caches_are_claimed_with_the_limits_that_are_declared():
    assert CHECKS["serverless"] == [{"name": "light"}, {"name": "free"}]
    assert CHECKS["serverless_snapshots"] == [{"name": "light", "days": 3}]
    assert [(one["name"], one["path"], one["value"]) for one in CHECKS["limits"]] == [
        ("light", "DataStorage.Maximum", 0),
        ("light", "ECPUPerSecond.Maximum", 5000),
    ]
