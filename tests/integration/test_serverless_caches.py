"""Serverless caches as real Redis processes, made by the role: what an application and an operator see of them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox import programs
from tests.integration.place import Place, Run, descendants, until
from tests.integration.redis_client import Redis, Refused

PASSWORD, ANOTHER = "the-password-of-the-shop", "another-password-of-it"
USERS = [
    {"user_id": "shop", "engine": "valkey", "access_string": "on ~* +@all", "passwords": [PASSWORD]},
    {"user_id": "reports", "engine": "valkey", "access_string": "on ~* +@read", "passwords": [ANOTHER]},
]
GROUP = {"user_group_id": "shop", "engine": "valkey", "users": ["shop"]}
SHOP = {
    **{"name": "shop", "engine": "valkey", "major_engine_version": "8", "user_group": "shop"},
    **{"subnets": ["eu-central-1a", "eu-central-1b"], "security_groups": ["default"], "snapshot_retention_days": 7},
    **{"data_storage_max_gb": 10, "ecpus_per_second_max": 5000, "tags": {"team": "shop"}},
}
ROLE = {
    **dict.fromkeys(("parameter_groups", "subnet_groups", "replication_groups", "rules"), []),
    **{"users": USERS, "user_groups": [GROUP], "serverless_caches": [SHOP], "user": "shop", "client_host": ""},
}

pytestmark = pytest.mark.skipif(not programs.caches_run(), reason="no Redis on this machine")


class Cache:
    """A sandbox, and the serverless cache in it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.api = place.client("elasticache")

    def play(self, *arguments: str, playbook: str = "../tests/integration/playbooks/elasticache", **changed: Any) -> Run:
        variables = {f"elasticache_{name}": value for name, value in {**ROLE, **changed}.items()}
        return self.place.playbook(playbook, *arguments, **variables)

    def told(self) -> dict[str, Any]:
        return self.api.describe_serverless_caches(ServerlessCacheName="shop")["ServerlessCaches"][0]

    def connect(self, *login: str, endpoint: str = "Endpoint") -> Redis:
        return Redis(self.told()[endpoint], self.place.state["ca_path"], *(login or ("shop", PASSWORD)))

    def processes(self) -> list[int]:
        daemon = self.place.state["parts"]["elasticache"]["pid"]
        found = []
        for pid in descendants(daemon):
            with contextlib.suppress(OSError):
                found += [pid] if Path(f"/proc/{pid}/comm").read_text().strip() == "redis-server" else []
        return found

    def measured(self, name: str) -> float:
        """The sum of a metric's data."""
        now = datetime.now(UTC)
        found = self.place.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/ElastiCache",
            MetricName=name,
            Dimensions=[{"Name": "clusterId", "Value": "shop"}],
            StartTime=now - timedelta(minutes=30),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )
        return sum(point["Sum"] for point in found["Datapoints"])

    def sent(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of such requests since the log was cleared."""
        return [request["params"] for request in self.place.requests() if request["operation"] == operation]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("serverless") / "sandbox")
    place.sandbox("up")
    content = json.dumps({"REDIS_AUTH_TOKEN": PASSWORD})
    place.client("secretsmanager").create_secret(Name="shop/sandbox", SecretString=content)
    yield place
    place.sandbox("down")
    shutil.rmtree(place.folder)


@pytest.fixture(scope="module")
def made(place: Place) -> tuple[Run, Run]:
    """Of the first run the plan, and what was done."""
    cache = Cache(place)
    return cache.play("--check"), cache.play()


@pytest.fixture
def cache(place: Place, made: tuple[Run, Run]) -> Cache:
    place.control("DELETE", "requests")
    return Cache(place)


def test_the_plan_says_what_is_then_made_and_a_second_run_changes_nothing(made, cache):
    planned, done = made
    assert [planned.failures, done.failures] == [[], []]
    assert planned.planned() == done.planned()
    assert done.of("elasticache_serverless_caches")[0]["result"]["plan"] == [{"action": "create", "name": "shop"}]
    again = cache.play()
    assert (again.failures, again.changed, cache.place.writes()) == ([], 0, [])


def test_the_claims_hold_and_the_application_is_told_where_its_cache_is(cache):
    records = {record["id"]: record["state"] for record in cache.place.proven() if record["id"].startswith("elasticache.")}
    assert set(records.values()) == {"holds"}
    wanted = ("serverless.shop", "limit.shop.ecpus_per_second_max", "serverless_snapshots.shop", "connection.shop", "refused.shop")
    assert {f"elasticache.{name}" for name in (*wanted, "told.shop")} <= records.keys()
    at = cache.told()["Endpoint"]
    assert cache.place.secret()["REDIS_URL"] == f"rediss://shop@{at['Address']}:{at['Port']}"


def test_its_user_writes_at_one_port_and_reads_at_the_next(cache):
    at = cache.told()
    assert (at["Endpoint"]["Address"], at["Endpoint"]["Port"] + 1) == (at["ReaderEndpoint"]["Address"], at["ReaderEndpoint"]["Port"])
    with cache.connect() as client, cache.connect(endpoint="ReaderEndpoint") as reader:
        assert client("SET", "product:1", "a cup") == "OK"
        assert reader("GET", "product:1") == "a cup"


def test_it_is_a_cluster_of_one_shard_to_its_clients(cache):
    with cache.connect() as client:
        ((first, last, (host, port, *_)),) = client("CLUSTER", "SLOTS")
        assert (first, last) == (0, 16383)
        assert {"Address": host, "Port": port} == cache.told()["Endpoint"]
        assert client("MSET", "{product}:1", "a cup", "{product}:2", "a pot") == "OK"
        with pytest.raises(Refused, match="CROSSSLOT"):
            client("MGET", "product:1", "product:2")
        for words in (("CLUSTER", "RESET"), ("CONFIG", "GET", "*")):
            with pytest.raises(Refused, match="NOPERM"):
                client(*words)
        with pytest.raises(Refused):
            client("SELECT", "1")


def test_nobody_else_gets_in(cache):
    with pytest.raises(Refused, match="WRONGPASS"):
        cache.connect("shop", ANOTHER)
    with Redis(cache.told()["Endpoint"], cache.place.state["ca_path"]) as client, pytest.raises(Refused, match="NOAUTH"):
        client("GET", "product:1")
    with pytest.raises(OSError), Redis(cache.told()["Endpoint"], None) as plain:
        plain("PING")


def test_hits_and_misses_become_metrics_of_its_name(cache):
    with cache.connect() as client:
        client("SET", "asked", "for")
        for key in ("asked", "asked", "asked", "not-there"):
            client("GET", key)
    until(lambda: cache.measured("CacheHits") >= 3 and cache.measured("CacheMisses") >= 1, "hits and misses", 20)
    assert cache.measured("CurrItems") >= 1 and cache.measured("NetworkBytesIn") > 0


def test_undo_keeps_what_may_hold_data_and_names_the_command(cache):
    first = next(line["run"] for line in cache.place.journal() if line["action"] == "create" and "major_engine_version" in line["after"])
    with cache.connect() as client:
        client("SET", "kept", "data")
    until(lambda: cache.measured("CurrItems"), "what it holds is measured", 20)
    run = cache.place.playbook("undo", "--check", run=first)
    assert "aws elasticache delete-serverless-cache --region eu-central-1 --serverless-cache-name shop" in run.output
    assert "is used by shop" in run.output


def test_what_changes_is_asked_for_one_by_one_and_reaches_the_process_without_a_connection_lost(cache):
    users = [{**GROUP, "users": ["shop", "reports"]}]
    changed = {**SHOP, "description": "of the shop", "ecpus_per_second_max": 0, "data_storage_max_gb": 20}
    with cache.connect() as client:
        run = cache.play(user_groups=users, serverless_caches=[changed])
        assert run.failures == []
        assert client("PING") == "PONG"
    limits = {"DataStorage": {"Maximum": 20, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 0}}
    named = {"ServerlessCacheName": "shop"}
    assert cache.sent("ModifyServerlessCache") == [{**named, "CacheUsageLimits": limits}, {**named, "Description": "of the shop"}]
    with cache.connect("reports", ANOTHER) as client:
        client("GET", "asked")
        with pytest.raises(Refused, match="NOPERM"):
            client("SET", "asked", "again")
    assert cache.play(user_groups=users, serverless_caches=[changed]).changed == 0


def test_the_drill_says_that_nobody_can_fail_it_over(cache):
    run = cache.play("--extra-vars", "drill=cache", playbook="drill", drill_url="https://shop.localhost/products")
    assert "shop is a serverless cache, which AWS lets nobody fail over" in run.error
    assert cache.sent("TestFailover") == []


def test_what_aws_cannot_change_is_one_error_before_anything_is_touched(cache):
    run = cache.play(serverless_caches=[{**SHOP, "major_engine_version": "7", "subnets": ["eu-central-1a"], "description": "another"}])
    assert "subnets of a serverless cache cannot be changed" in run.error and "cannot go back to 7" in run.error
    assert cache.sent("ModifyServerlessCache") == []


def test_a_process_that_dies_is_replaced_and_serves_every_slot_again(cache):
    (old,) = cache.processes()
    os.kill(old, signal.SIGKILL)
    until(lambda: cache.processes() not in ([], [old]), "another process", 20)
    until(lambda: cache.told()["Status"] == "available", "an available cache", 20)
    with cache.connect() as client:
        for key in range(100):
            assert client("SET", f"key:{key}", "x") == "OK"


def test_a_deleted_one_is_gone_with_its_process_and_its_last_snapshot_stays(cache):
    with cache.connect() as client:
        client("SET", "kept", "data")
    gone = [{"name": "shop", "state": "absent", "final_snapshot": "shop-last"}]
    variables = {"serverless_caches": gone, "user_groups": [], "application_group": ""}
    run = cache.play(**variables)
    wanted = [{"ServerlessCacheName": "shop", "FinalSnapshotName": "shop-last"}]
    assert (run.failures, cache.sent("DeleteServerlessCache")) == ([], wanted)
    (last,) = cache.api.describe_serverless_cache_snapshots()["ServerlessCacheSnapshots"]
    assert (last["Status"], int(last["BytesUsedForCache"]) > 0) == ("available", True)
    (file,) = (cache.place.folder / "elasticache" / "snapshots").glob("*.rdb")
    assert b"kept" in file.read_bytes()
    assert cache.api.describe_serverless_caches()["ServerlessCaches"] == []
    until(lambda: cache.processes() == [], "no process", 20)
    assert cache.play(**variables).changed == 0
