from __future__ import annotations

import pytest

from tests.unit.sandbox.elasticache import group, make, refused


@pytest.fixture
def api(client):
    made = client("elasticache")
    make(made)
    return made


def snapshot(api, name: str = "before"):
    return api.describe_snapshots(SnapshotName=name)["Snapshots"][0]


def test_a_snapshot_is_of_a_replica_and_creating_at_first(api):
    made = api.create_snapshot(SnapshotName="before", ReplicationGroupId="shop")["Snapshot"]
    assert made["SnapshotStatus"] == "creating"
    found = snapshot(api)
    assert (found["SnapshotStatus"], found["SnapshotSource"]) == ("available", "manual")
    assert found["NodeSnapshots"][0]["CacheClusterId"] == "shop-002"
    assert group(api)["Status"] == "available"


def test_a_group_is_made_from_a_snapshot_with_its_engine_and_node_type(api):
    api.create_snapshot(SnapshotName="before", CacheClusterId="shop-001")
    snapshot(api)
    api.create_replication_group(ReplicationGroupId="again", ReplicationGroupDescription="d", SnapshotName="before")
    assert group(api, "again")["CacheNodeType"] == "cache.t4g.micro"


def test_a_final_snapshot_outlives_its_group(api):
    api.delete_replication_group(ReplicationGroupId="shop", FinalSnapshotIdentifier="Last")
    assert snapshot(api, "last")["SnapshotStatus"] == "available"
    assert api.describe_replication_groups()["ReplicationGroups"] == []


def test_snapshots_are_listed_by_their_group_and_source_and_deleted(api):
    api.create_snapshot(SnapshotName="before", ReplicationGroupId="shop")
    assert len(api.describe_snapshots(ReplicationGroupId="shop", SnapshotSource="user")["Snapshots"]) == 1
    assert api.describe_snapshots(SnapshotSource="system")["Snapshots"] == []
    assert api.describe_snapshots(ReplicationGroupId="other")["Snapshots"] == []
    assert api.delete_snapshot(SnapshotName="before")["Snapshot"]["SnapshotStatus"] == "deleting"
    assert refused(api.describe_snapshots, SnapshotName="before").startswith("SnapshotNotFoundFault")


def test_what_cannot_be_taken_is_refused(api):
    api.create_snapshot(SnapshotName="before", ReplicationGroupId="shop")
    assert refused(api.create_snapshot, SnapshotName="before", ReplicationGroupId="shop").startswith("SnapshotAlreadyExistsFault")
    assert refused(api.create_snapshot, SnapshotName="b", ReplicationGroupId="none").startswith("ReplicationGroupNotFoundFault")
    assert refused(api.create_snapshot, SnapshotName="b", CacheClusterId="none-001").startswith("CacheClusterNotFound")
    assert refused(api.create_snapshot, SnapshotName="b").startswith("InvalidParameterCombination")
