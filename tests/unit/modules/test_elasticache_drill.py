"""The drill that lets a cache fail over, up to what AWS and the site answer."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.modules import elasticache_drill
from ansible_collections.prodready.aws.plugins.modules.elasticache_drill import drill, primary, problem

from tests.site import serving


def group(first="primary", status="available", **more):
    roles = {"shop-001": first, "shop-002": "replica" if first == "primary" else "primary"}
    nodes = [{"CacheClusterId": name, "CurrentRole": role} for name, role in roles.items()]
    return {
        "ReplicationGroupId": "shop",
        "Status": status,
        "AutomaticFailover": "enabled",
        "NodeGroups": [{"NodeGroupId": "0001", "NodeGroupMembers": nodes}],
        **more,
    }


def test_the_primary_is_the_node_that_has_the_role():
    assert primary(group(), "0001") == "shop-001"
    assert primary(group(first="replica"), "0001") == "shop-002"
    assert primary(group(), "0002") is None
    assert primary(None, "0001") is None


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (None, "there is no replication group shop: make it first (role elasticache)"),
        (group(status="modifying"), "shop is modifying: wait until AWS has ended its work on it"),
        (group(AutomaticFailover="disabled"), "shop has no automatic_failover, so that nobody would take over"),
        (group(NodeGroups=[]), "shop tells no primary of shard 0001"),
    ],
)
def test_a_group_that_cannot_fail_over_is_left_alone(found, says):
    assert problem(found, "shop", "0001").startswith(says)


def test_one_that_can_has_no_problem():
    assert problem(group(), "shop", "0001") is None


@pytest.fixture
def url():
    with serving() as address:
        yield f"http://{address}/"


def params(url, seconds):
    return {
        **{"name": "shop", "shard": "0001", "url": url, "rate": 20, "before_seconds": 0},
        **{"connect_to": {}, "ca_path": None, "deadline_seconds": seconds},
    }


def test_it_asks_for_the_failover_once_and_waits_until_the_group_is_whole_again(fake_aws, monkeypatch, url):
    monkeypatch.setattr(elasticache_drill, "LOOK_SECONDS", 0.05)
    answers = iter([group(), group(first="replica", status="modifying"), group(first="replica", status="modifying")])
    after = group(first="replica")
    aws = fake_aws(test_failover={}, describe_replication_groups=lambda **_: {"ReplicationGroups": [next(answers, after)]})

    found = drill(aws, params(url, 30), "shop-001")

    assert [params for operation, params in aws.asked if operation == "test_failover"] == [
        {"ReplicationGroupId": "shop", "NodeGroupId": "0001"}
    ]
    assert (found["after"], found["client"]["failed"]) == ("shop-002", 0)
    assert 0 <= found["failover_seconds"] <= found["whole_seconds"] < 30
    assert found["client"]["requests"] >= 1


def test_a_failover_that_does_not_come_is_nothing_observed(fake_aws, monkeypatch, url):
    monkeypatch.setattr(elasticache_drill, "LOOK_SECONDS", 0.05)
    aws = fake_aws(test_failover={}, describe_replication_groups={"ReplicationGroups": [group()]})
    found = drill(aws, params(url, 0.2), "shop-001")
    assert (found["after"], found["failover_seconds"], found["whole_seconds"]) == ("shop-001", None, None)
