"""Replication groups with cluster mode, as the API tells of them; no Redis runs here."""

from __future__ import annotations

import pytest

from tests.unit.sandbox.elasticache import WIDE, group, make, refused


@pytest.fixture
def api(client):
    return client("elasticache")


@pytest.fixture
def reshard(api):
    """A function that asks for other shards of a group with two of them."""
    make(api, **WIDE)

    def reshard(count: int, **params):
        return api.modify_replication_group_shard_configuration(
            ReplicationGroupId="shop", NodeGroupCount=count, ApplyImmediately=True, **params
        )["ReplicationGroup"]

    return reshard


def slots(api) -> dict[str, str]:
    return {one["NodeGroupId"]: one["Slots"] for one in group(api)["NodeGroups"]}


def test_a_cluster_has_a_configuration_endpoint_and_tells_nobodys_role(api):
    found = make(api, **WIDE)
    assert (found["ClusterEnabled"], found["ClusterMode"]) == (True, "enabled")
    assert found["ConfigurationEndpoint"]["Address"].startswith("clustercfg.shop.")
    assert found["MemberClusters"] == ["shop-0001-001", "shop-0001-002", "shop-0002-001", "shop-0002-002"]
    assert slots(api) == {"0001": "0-8191", "0002": "8192-16383"}
    for one in found["NodeGroups"]:
        assert one.keys() == {"NodeGroupId", "Status", "Slots", "NodeGroupMembers"}
        assert all(member.keys() == {"CacheClusterId", "CacheNodeId", "PreferredAvailabilityZone"} for member in one["NodeGroupMembers"])
    member = api.describe_cache_clusters(CacheClusterId="shop-0002-001", ShowCacheNodeInfo=True)["CacheClusters"][0]
    assert member["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7.cluster.on"
    assert member["CacheNodes"][0]["Endpoint"]["Address"].startswith("shop-0002-001.shop.")


def test_a_parameter_group_alone_makes_a_cluster_of_one_shard(api):
    found = make(api, NumCacheClusters=None, ReplicasPerNodeGroup=1, CacheParameterGroupName="default.redis7.cluster.on")
    assert (found["ClusterMode"], found["MemberClusters"]) == ("enabled", ["shop-0001-001", "shop-0001-002"])


def test_slots_zones_and_replicas_are_those_asked_for(api):
    wanted = [
        {"NodeGroupId": "0001", "Slots": "0-99", "ReplicaCount": 0, "PrimaryAvailabilityZone": "eu-central-1c"},
        {"NodeGroupId": "0002", "Slots": "100-16383", "ReplicaCount": 1},
    ]
    make(api, NumCacheClusters=None, NodeGroupConfiguration=wanted)
    assert slots(api) == {"0001": "0-99", "0002": "100-16383"}
    nodes = [[member["PreferredAvailabilityZone"] for member in one["NodeGroupMembers"]] for one in group(api)["NodeGroups"]]
    assert nodes[0] == ["eu-central-1c"] and len(nodes[1]) == 2


def test_shards_come_and_go_with_as_few_slots_as_can_be(api, reshard):
    pending = reshard(3)["PendingModifiedValues"]
    assert pending == {"Resharding": {"SlotMigration": {"ProgressPercentage": 0.0}}}
    assert slots(api) == {"0001": "0-5461", "0002": "8192-13652", "0003": "5462-8191,13653-16383"}
    assert group(api)["PendingModifiedValues"] == {}
    assert len(group(api)["MemberClusters"]) == 6
    reshard(2, NodeGroupsToRetain=["0002", "0003"])
    assert slots(api).keys() == {"0002", "0003"}
    reshard(3)
    assert slots(api).keys() == {"0001", "0002", "0003"}


def test_what_cannot_be_resharded_is_refused_and_nothing_is_changed(api, reshard):
    before, many = slots(api), {"ReplicationGroupId": "shop", "ApplyImmediately": True}
    call = api.modify_replication_group_shard_configuration
    for params, said in (
        ({"NodeGroupCount": 1}, "InvalidParameterCombination: For fewer node groups"),
        ({"NodeGroupCount": 1, "NodeGroupsToRemove": ["0009"]}, "InvalidParameterValue: The replication group shop has no node group 0009"),
        ({"NodeGroupCount": 1, "NodeGroupsToRemove": ["0001", "0002"]}, "InvalidParameterCombination: NodeGroupCount is 1, and 0"),
        ({"NodeGroupCount": 3, "NodeGroupsToRemove": ["0001"]}, "InvalidParameterCombination: NodeGroupsToRemove"),
        ({"NodeGroupCount": 46}, "NodeQuotaForClusterExceeded"),
        ({"NodeGroupCount": 3, "ApplyImmediately": False}, "InvalidParameterValue: ApplyImmediately"),
    ):
        assert refused(call, **{**many, **params}).startswith(said)
    assert slots(api) == before
    make(api, ReplicationGroupId="plain")
    assert "cluster mode disabled" in refused(call, **{**many, "ReplicationGroupId": "plain", "NodeGroupCount": 2})


def test_replicas_come_and_go_in_all_shards_or_in_one(api):
    make(api, **WIDE)
    now = {"ReplicationGroupId": "shop", "ApplyImmediately": True}

    def members() -> list[int]:
        return [len(one["NodeGroupMembers"]) for one in group(api)["NodeGroups"]]

    api.increase_replica_count(**now, NewReplicaCount=2)
    assert members() == [3, 3]
    api.decrease_replica_count(**now, ReplicaConfiguration=[{"NodeGroupId": "0002", "NewReplicaCount": 0}])
    assert members() == [3, 1]
    assert refused(api.test_failover, ReplicationGroupId="shop", NodeGroupId="0002").startswith("TestFailoverNotAvailableFault")
    api.decrease_replica_count(**now, ReplicasToRemove=["shop-0001-002"])
    assert group(api)["MemberClusters"] == ["shop-0001-001", "shop-0001-003", "shop-0002-001"]
    said = refused(api.increase_replica_count, **now, ReplicaConfiguration=[{"NodeGroupId": "0007", "NewReplicaCount": 1}])
    assert "has no node group 0007" in said


def test_a_failover_is_of_one_shard(api):
    make(api, **WIDE)
    api.test_failover(ReplicationGroupId="shop", NodeGroupId="0002")
    events = [event["Message"] for event in api.describe_events(Duration=60)["Events"]]
    assert "Failover from primary node shop-0002-001 to replica node shop-0002-002 completed" in events
    assert refused(api.test_failover, ReplicationGroupId="shop", NodeGroupId="0003").startswith("NodeGroupNotFoundFault")


def test_a_snapshot_has_a_part_of_each_shard_and_is_restored_with_its_slots(api):
    make(api, **WIDE)
    assert refused(api.create_snapshot, SnapshotName="one", CacheClusterId="shop-0001-001").startswith("InvalidParameterCombination")
    api.create_snapshot(SnapshotName="all", ReplicationGroupId="shop")
    parts = api.describe_snapshots(SnapshotName="all")["Snapshots"][0]["NodeSnapshots"]
    assert [(one["NodeGroupId"], one["CacheClusterId"], one["NodeGroupConfiguration"]["Slots"]) for one in parts] == [
        ("0001", "shop-0001-002", "0-8191"),
        ("0002", "shop-0002-002", "8192-16383"),
    ]
    again = {"NumCacheClusters": None, "ReplicasPerNodeGroup": 1, "SnapshotName": "all", "CacheNodeType": None}
    found = make(api, ReplicationGroupId="again", **again)
    assert [one["Slots"] for one in found["NodeGroups"]] == ["0-8191", "8192-16383"]
    assert len(make(api, ReplicationGroupId="more", **again, NumNodeGroups=3)["NodeGroups"]) == 3
    fewer = {**again, "NumNodeGroups": 1, "ClusterMode": "enabled"}
    assert refused(make, api=api, ReplicationGroupId="fewer", **fewer).startswith("NotImplemented")
