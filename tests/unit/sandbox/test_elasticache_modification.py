from __future__ import annotations

import pytest
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.models import elasticache_backends

from sandbox.cache import account as accounts
from sandbox.cache import orders, outcome
from sandbox.repairs import elasticache_modification as modification
from sandbox.repairs import elasticache_replicas as replicas
from sandbox.repairs import elasticache_snapshots as snapshots
from tests.unit.sandbox.elasticache import TOKEN, group, make, messages, refused

OTHER = "another-token-of-characters"


@pytest.fixture
def api(client):
    return client("elasticache")


def change(api, **params):
    return api.modify_replication_group(ReplicationGroupId="shop", ApplyImmediately=True, **params)["ReplicationGroup"]


def own() -> accounts.Account:
    return accounts.of(elasticache_backends["123456789012"]["eu-central-1"])


def users() -> dict[str, list[str]]:
    """What the nodes are told of them."""
    return orders.users(own(), own().groups["shop"])


def passwords() -> list[str]:
    return [rule for rule in users()["default"] if rule == "nopass" or rule.startswith("#")]


def test_a_group_is_modifying_and_then_available(api):
    make(api)
    assert change(api, MultiAZEnabled=True)["Status"] == "modifying"
    found = group(api)
    assert (found["Status"], found["MultiAZ"]) == ("available", "enabled")


def test_what_is_only_told_changes_without_a_wait(api):
    make(api)
    assert change(api, ReplicationGroupDescription="new", SnapshotWindow="01:00-02:00")["Status"] == "available"
    assert (group(api)["Description"], group(api)["SnapshotWindow"]) == ("new", "01:00-02:00")


def test_rotate_adds_a_token_and_set_leaves_it_alone(api):
    make(api, AuthToken=TOKEN)
    old = passwords()
    assert change(api, AuthToken=OTHER)["PendingModifiedValues"] == {"AuthTokenStatus": "ROTATING"}
    both = passwords()
    assert len(both) == 2 and both[0] == old[0]
    assert group(api)["Status"] == "available"
    change(api, AuthToken=OTHER, AuthTokenUpdateStrategy="SET")
    assert passwords() == both[1:]


def test_a_third_token_drops_the_oldest(api):
    make(api, AuthToken=TOKEN)
    first = passwords()
    for token in (OTHER, OTHER + "2"):
        change(api, AuthToken=token, AuthTokenUpdateStrategy="ROTATE")
        group(api)
    assert len(passwords()) == 2 and first[0] not in passwords()


def test_a_token_for_a_group_without_one_is_asked_for_after_set(api):
    make(api)
    assert passwords() == ["nopass"]
    change(api, AuthToken=TOKEN, AuthTokenUpdateStrategy="ROTATE")
    assert passwords() == ["nopass"] and group(api)["AuthTokenEnabled"] is True
    change(api, AuthToken=TOKEN, AuthTokenUpdateStrategy="SET")
    assert len(passwords()) == 1 and passwords() != ["nopass"]


def test_a_user_group_takes_the_place_of_the_tokens(api):
    make(api, AuthToken=TOKEN)
    api.create_user(UserId="off", UserName="default", Engine="redis", AccessString="off -@all", NoPasswordRequired=True)
    api.create_user(UserId="app", UserName="app", Engine="redis", AccessString="on ~shop:* +@read", Passwords=[TOKEN])
    api.create_user_group(UserGroupId="shop", Engine="redis", UserIds=["off", "app"])
    assert "AUTH token" in refused(change, api=api, UserGroupIdsToAdd=["shop"])
    change(api, UserGroupIdsToAdd=["shop"], AuthTokenUpdateStrategy="DELETE")
    found = group(api)
    assert (found["AuthTokenEnabled"], found["UserGroupIds"]) == (False, ["shop"])
    assert users()["app"][:3] == ["on", "~shop:*", "+@read"] and "-config" in users()["app"]
    assert api.describe_user_groups(UserGroupId="shop")["UserGroups"][0]["ReplicationGroups"] == ["shop"]
    change(api, RemoveUserGroups=True, AuthToken=OTHER, AuthTokenUpdateStrategy="SET")
    assert len(passwords()) == 1 and group(api)["UserGroupIds"] == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"AuthToken": OTHER, "AuthTokenUpdateStrategy": "SET"}, "InvalidParameterValue: The strategy SET"),
        ({"AuthTokenUpdateStrategy": "DELETE"}, "InvalidParameterCombination: The strategy DELETE"),
        ({"AuthTokenUpdateStrategy": "ROTATE"}, "InvalidParameterCombination: The strategy ROTATE"),
        ({"MultiAZEnabled": True, "AutomaticFailoverEnabled": False}, "InvalidParameterCombination: Multi-AZ"),
        ({"PrimaryClusterId": "shop-002"}, "InvalidParameterCombination: The primary cluster"),
        ({"TransitEncryptionEnabled": False}, "NotImplemented"),
        ({"EngineVersion": "6.2"}, "InvalidParameterCombination: A downgrade"),
        ({"CacheNodeType": "cache.none"}, "InvalidParameterValue: The parameter CacheNodeType"),
        ({"UserGroupIdsToRemove": ["none"]}, "UserGroupNotFound"),
    ],
)
def test_a_change_that_is_refused_changes_nothing(api, params, code):
    make(api, AuthToken=TOKEN)
    before = group(api)
    assert refused(change, api=api, ReplicationGroupDescription="new", **params).startswith(code)
    assert group(api) == before


@pytest.mark.parametrize("status", ["creating", "modifying", "snapshotting", "deleting"])
@pytest.mark.parametrize("operation", [modification.modify, modification.fail_over, replicas.increase, replicas.decrease, snapshots.create])
def test_a_group_that_is_not_available_is_not_changed(api, status, operation):
    make(api)
    account = own()
    account.groups["shop"].status = status
    asked = {"ReplicationGroupId": "shop", "NodeGroupId": "0001", "NewReplicaCount": 2, "ApplyImmediately": True, "SnapshotName": "s"}
    with pytest.raises(ElastiCacheException, match=f"must be in available state, and is {status}") as raised:
        operation(account, asked)
    assert raised.value.code == "InvalidReplicationGroupState"


def test_what_changes_nodes_waits_unless_it_is_to_be_applied_immediately(api):
    make(api)
    api.modify_replication_group(ReplicationGroupId="shop", CacheNodeType="cache.t4g.small")
    assert group(api)["CacheNodeType"] == "cache.t4g.micro"
    change(api, CacheNodeType="cache.t4g.small")
    assert group(api)["CacheNodeType"] == "cache.t4g.small"


def test_an_engine_is_upgraded_with_its_default_parameters(api):
    make(api)
    change(api, Engine="valkey", EngineVersion="8.0")
    found = api.describe_cache_clusters()["CacheClusters"][0]
    assert (found["Engine"], found["EngineVersion"]) == ("valkey", "8.0.1")
    assert found["CacheParameterGroup"]["CacheParameterGroupName"] == "default.valkey8"


def test_a_failover_makes_the_replica_the_primary_and_tells_aws_s_events(api):
    make(api)
    assert api.test_failover(ReplicationGroupId="shop", NodeGroupId="0001")["ReplicationGroup"]["Status"] == "modifying"
    before = group(api)
    assert [member["CurrentRole"] for member in before["NodeGroups"][0]["NodeGroupMembers"]] == ["replica", "primary"]
    assert messages(api)[-5:] == [
        "Test Failover API called for node group 0001",
        "Failover from primary node shop-001 to replica node shop-002 completed",
        "Failover from primary node shop-001 to replica node shop-002 completed",
        "Recovering cache nodes 0001",
        "Finished recovery for cache nodes 0001",
    ]


def test_a_failover_needs_automatic_failover_and_a_node_group_that_there_is(api):
    make(api, AutomaticFailoverEnabled=False)
    assert refused(api.test_failover, ReplicationGroupId="shop", NodeGroupId="0001").startswith("TestFailoverNotAvailableFault")
    assert refused(api.test_failover, ReplicationGroupId="shop", NodeGroupId="0002").startswith("NodeGroupNotFoundFault")


def test_another_primary_is_chosen_where_failover_is_not_automatic(api):
    make(api, AutomaticFailoverEnabled=False)
    change(api, PrimaryClusterId="shop-002")
    assert [member["CurrentRole"] for member in group(api)["NodeGroups"][0]["NodeGroupMembers"]] == ["replica", "primary"]


def test_replicas_are_added_and_removed_but_not_the_primary(api):
    make(api)
    api.increase_replica_count(ReplicationGroupId="shop", NewReplicaCount=3, ApplyImmediately=True)
    assert group(api)["MemberClusters"] == ["shop-001", "shop-002", "shop-003", "shop-004"]
    api.test_failover(ReplicationGroupId="shop", NodeGroupId="0001")
    assert "is no replica" in refused(
        api.decrease_replica_count, ReplicationGroupId="shop", ReplicasToRemove=["shop-002"], ApplyImmediately=True
    )
    api.decrease_replica_count(ReplicationGroupId="shop", ReplicasToRemove=["shop-001"], ApplyImmediately=True)
    assert group(api)["MemberClusters"] == ["shop-002", "shop-003", "shop-004"]
    api.increase_replica_count(ReplicationGroupId="shop", NewReplicaCount=3, ApplyImmediately=True)
    assert "shop-001" in group(api)["MemberClusters"]


@pytest.mark.parametrize(("number", "code"), [(1, "NoOperationFault"), (0, "InvalidParameterValue"), (6, "InvalidParameterValue")])
def test_a_number_of_replicas_that_is_none_to_increase_to_is_refused(api, number, code):
    make(api)
    assert refused(api.increase_replica_count, ReplicationGroupId="shop", NewReplicaCount=number, ApplyImmediately=True).startswith(code)


def test_automatic_failover_keeps_a_replica(api):
    make(api)
    assert "at least one replica" in refused(
        api.decrease_replica_count, ReplicationGroupId="shop", NewReplicaCount=0, ApplyImmediately=True
    )


def test_the_cluster_mode_is_enabled_in_two_steps_with_a_way_back_after_the_first(api):
    make(api)
    for mode, parameter_group, endpoints in (
        ("compatible", "default.redis7.cluster.on", {"PrimaryEndpoint", "ReaderEndpoint", "Slots"}),
        ("disabled", "default.redis7", {"PrimaryEndpoint", "ReaderEndpoint"}),
        ("compatible", "default.redis7.cluster.on", {"PrimaryEndpoint", "ReaderEndpoint", "Slots"}),
        ("enabled", "default.redis7.cluster.on", {"Slots"}),
    ):
        assert change(api, ClusterMode=mode)["Status"] == "modifying"
        found, node = group(api), api.describe_cache_clusters(CacheClusterId="shop-001")["CacheClusters"][0]
        assert (found["ClusterMode"], node["CacheParameterGroup"]["CacheParameterGroupName"]) == (mode, parameter_group)
        assert ("ConfigurationEndpoint" in found) == (mode != "disabled")
        assert found["NodeGroups"][0].keys() - {"NodeGroupId", "Status", "NodeGroupMembers"} == endpoints
    assert "from enabled to compatible" in refused(change, api=api, ClusterMode="compatible")
    api.modify_replication_group_shard_configuration(ReplicationGroupId="shop", NodeGroupCount=2, ApplyImmediately=True)
    assert group(api)["MemberClusters"] == ["shop-001", "shop-002", "shop-0002-001", "shop-0002-002"]


def test_a_cluster_mode_that_cannot_be_is_refused(api):
    make(api)
    assert "from disabled to enabled" in refused(change, api=api, ClusterMode="enabled")
    assert "is not for cluster mode" in refused(change, api=api, ClusterMode="compatible", CacheParameterGroupName="default.redis7")
    make(api, ReplicationGroupId="alone", NumCacheClusters=1, AutomaticFailoverEnabled=False)
    said = refused(api.modify_replication_group, ReplicationGroupId="alone", ClusterMode="compatible", ApplyImmediately=True)
    assert "automatic failover must be enabled" in said
    make(api, ReplicationGroupId="old", EngineVersion="6.2")
    said = refused(api.modify_replication_group, ReplicationGroupId="old", ClusterMode="compatible", ApplyImmediately=True)
    assert "must be 7.0 or newer" in said


def test_a_cluster_mode_that_the_nodes_refuse_is_what_it_was(api):
    make(api)
    change(api, ClusterMode="compatible")
    outcome.refused(own(), own().groups["shop"], "There are keys in the databases 3")
    found = group(api)
    assert (found["ClusterMode"], found["ClusterEnabled"], found["Status"]) == ("disabled", False, "available")
    assert "Slots" not in found["NodeGroups"][0]
    assert messages(api)[-1].endswith("There are keys in the databases 3")
