"""A replication group with cluster mode as real Redis processes, made by the role: what an application and an operator see of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.cluster import RedisCluster

from sandbox import programs
from tests.integration.place import Place, Run, until
from tests.integration.test_elasticache import TOKEN, Caches

WIDE = {
    **{"name": "wide", "engine": "redis", "engine_version": "7.1", "node_type": "cache.t4g.micro"},
    **{"cluster_mode": "enabled", "shards": 2, "replicas": 1, "multi_az": True, "automatic_failover": True},
    **{"at_rest_encryption": True, "transit_encryption": True, "security_groups": ["default"], "snapshot_retention_days": 1},
}
KEYS = [f"product:{number}" for number in range(300)]

pytestmark = pytest.mark.skipif(not programs.caches_run(), reason="no Redis on this machine")


class Wide(Caches):
    """A sandbox, and the cluster in it."""

    def play(self, **changed: Any) -> Run:
        none = dict.fromkeys(("parameter_groups", "subnet_groups", "users", "user_groups", "serverless_caches", "rules"), [])
        given = {**none, "replication_groups": [{**WIDE, **changed}], "client_host": "", "ca_path": self.ca_path}
        variables = {f"elasticache_{name}": value for name, value in given.items()}
        return self.place.playbook("../tests/integration/playbooks/elasticache", **variables)

    def client(self) -> RedisCluster:
        at = self.group("wide")["ConfigurationEndpoint"]
        token = self.place.secret()["REDIS_AUTH_TOKEN"]
        return RedisCluster(host=at["Address"], port=at["Port"], password=token, ssl=True, ssl_ca_certs=self.ca_path, decode_responses=True)

    def kept(self) -> int:
        """How many of the keys have their value, to a client that has just come."""
        with self.client() as client:
            return sum(client.get(key) == key for key in KEYS)

    def slots(self) -> dict[str, str]:
        return {one["NodeGroupId"]: one["Slots"] for one in self.group("wide")["NodeGroups"]}


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wide]:
    place = Place(tmp_path_factory.mktemp("shards") / "sandbox")
    place.sandbox("up")
    place.client("secretsmanager").create_secret(Name="shop/sandbox", SecretString=json.dumps({}))
    yield Wide(place)
    place.sandbox("down")
    shutil.rmtree(place.folder)


@pytest.fixture(scope="module")
def made(wide: Wide) -> Run:
    run = wide.play()
    with wide.client() as client:
        for key in KEYS:
            client.set(key, key)
    return run


def test_it_is_made_the_claims_hold_and_a_second_run_changes_nothing(wide, made):
    assert made.failures == []
    records = {record["id"]: record["state"] for record in wide.place.proven() if record["id"].startswith("elasticache.")}
    assert {"elasticache.group.wide", "elasticache.connection.wide", "elasticache.refused.wide"} <= records.keys()
    assert set(records.values()) == {"holds"}
    at = wide.group("wide")["ConfigurationEndpoint"]
    assert wide.place.secret()["REDIS_URL"] == f"rediss://{at['Address']}:{at['Port']}"
    again = wide.play()
    assert (again.failures, again.changed) == ([], 0)


def test_a_client_is_led_to_both_shards(wide, made):
    assert wide.slots() == {"0001": "0-8191", "0002": "8192-16383"}
    with wide.client() as client:
        sizes = [client.dbsize(target_nodes=node) for node in client.get_primaries()]
        assert len(sizes) == 2 and all(sizes) and sum(sizes) == len(KEYS)
        for words in (("CLUSTER", "RESET"), ("CONFIG", "GET", "*")):
            with pytest.raises(Exception, match="(?i)noperm|no permissions"):
                client.execute_command(*words, target_nodes=client.get_primaries()[0])


def test_a_primary_that_is_killed_is_succeeded_by_its_replica_without_a_key_lost(wide, made):
    with wide.client() as client:
        client.wait(1, 1000, target_nodes=RedisCluster.PRIMARIES)
    os.kill(wide.pid("wide-0002-001"), signal.SIGKILL)
    said = "Failover from primary node wide-0002-001 to replica node wide-0002-002 completed"

    def told() -> bool:
        return said in [event["Message"] for event in wide.api.describe_events(Duration=10)["Events"]]

    until(told, "a failover", 30)
    wide.available("wide")
    assert wide.kept() == len(KEYS)
    wide.api.test_failover(ReplicationGroupId="wide", NodeGroupId="0001")
    wide.available("wide")
    assert wide.kept() == len(KEYS)


def test_it_grows_and_shrinks_by_the_role_without_a_key_lost(wide, made):
    grown = wide.play(shards=3)
    assert (grown.failures, grown.changed) == ([], 1)
    assert wide.slots().keys() == {"0001", "0002", "0003"} and wide.kept() == len(KEYS)
    with wide.client() as client:
        assert all(client.dbsize(target_nodes=node) for node in client.get_primaries())
    shrunk = wide.play()
    assert (shrunk.failures, shrunk.changed) == ([], 1)
    assert wide.slots().keys() == {"0001", "0002"} and wide.kept() == len(KEYS)
    assert {name for _, name in wide.processes()} == set(wide.group("wide")["MemberClusters"])


def test_each_node_has_its_metrics_and_its_part_of_a_snapshot(wide, made):
    def items(node: str) -> float:
        now = datetime.now(UTC)
        found = wide.place.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/ElastiCache",
            MetricName="CurrItems",
            Dimensions=[{"Name": "CacheClusterId", "Value": node}],
            StartTime=now - timedelta(minutes=2),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Maximum"],
        )
        return max((point["Maximum"] for point in found["Datapoints"]), default=0)

    until(lambda: all(items(node) for node in wide.group("wide")["MemberClusters"]), "metrics of every node", 30)
    wide.api.create_snapshot(SnapshotName="wide", ReplicationGroupId="wide")
    until(lambda: wide.api.describe_snapshots(SnapshotName="wide")["Snapshots"][0]["SnapshotStatus"] == "available", "a snapshot", 30)
    restored = {"AutomaticFailoverEnabled": True, "TransitEncryptionEnabled": True}
    wide.api.create_replication_group(
        ReplicationGroupId="again", ReplicationGroupDescription="d", SnapshotName="wide", NumNodeGroups=3, **restored
    )
    at = wide.available("again")["ConfigurationEndpoint"]
    with RedisCluster(host=at["Address"], port=at["Port"], ssl=True, ssl_ca_certs=wide.ca_path, decode_responses=True) as client:
        assert [client.get(key) for key in KEYS] == KEYS


def test_a_group_without_shards_becomes_a_cluster_with_its_keys_but_not_with_keys_of_other_databases(wide):
    made = wide.make("plain")["NodeGroups"][0]["PrimaryEndpoint"]
    change = {"ReplicationGroupId": "plain", "ApplyImmediately": True}
    with wide.connect(made) as client:
        client("MSET", *(word for key in KEYS for word in (key, key)))
        client("SELECT", "3")
        client("SET", "elsewhere", "x")
        wide.api.modify_replication_group(**change, ClusterMode="compatible")
        until(lambda: wide.group("plain")["ClusterMode"] == "disabled", "a refusal", 20)
        assert wide.available("plain")["ClusterEnabled"] is False
        assert client("DEL", "elsewhere") == 1
    wide.api.modify_replication_group(**change, ClusterMode="compatible")
    both = wide.available("plain")
    assert (both["ClusterMode"], both["NodeGroups"][0]["PrimaryEndpoint"]) == ("compatible", made)
    with wide.connect(made) as client:
        assert client("MGET", KEYS[0]) == [KEYS[0]] and client("DBSIZE") == len(KEYS)
    wide.api.modify_replication_group(**change, ClusterMode="enabled")
    wide.available("plain")
    wide.api.modify_replication_group_shard_configuration(**change, NodeGroupCount=2)
    at = wide.available("plain")["ConfigurationEndpoint"]
    assert at == both["ConfigurationEndpoint"]
    with RedisCluster(
        host=at["Address"], port=at["Port"], password=TOKEN, ssl=True, ssl_ca_certs=wide.ca_path, decode_responses=True
    ) as client:
        assert [client.get(key) for key in KEYS] == KEYS
        assert all(client.dbsize(target_nodes=node) for node in client.get_primaries())
