"""Replication groups as real Redis processes: what an application and an operator see of them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox import programs
from tests.integration.place import Place, descendants, until
from tests.integration.redis_client import Redis, Refused

TOKEN, NEW_TOKEN = "a-token-of-many-characters", "a-newer-token-of-characters"
WAIT = {"Delay": 1, "MaxAttempts": 60}
SHOP = {
    "ReplicationGroupDescription": "of the shop",
    "CacheNodeType": "cache.t4g.micro",
    "NumCacheClusters": 2,
    "AutomaticFailoverEnabled": True,
    "MultiAZEnabled": True,
    "TransitEncryptionEnabled": True,
    "AuthToken": TOKEN,
}

pytestmark = pytest.mark.skipif(not programs.caches_run(), reason="no Redis on this machine")


class Caches:
    """A sandbox, its ElastiCache, and what its nodes are."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.api = place.client("elasticache")
        self.ca_path = place.state["ca_path"]

    def make(self, name: str, **changed: Any) -> dict[str, Any]:
        self.api.create_replication_group(ReplicationGroupId=name, **{**SHOP, **changed})
        return self.available(name)

    def available(self, name: str) -> dict[str, Any]:
        self.api.get_waiter("replication_group_available").wait(ReplicationGroupId=name, WaiterConfig=WAIT)
        return self.group(name)

    def group(self, name: str) -> dict[str, Any]:
        return self.api.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]

    def nodes(self, name: str) -> dict[str, dict[str, Any]]:
        return {member["CacheClusterId"]: member for member in self.group(name)["NodeGroups"][0]["NodeGroupMembers"]}

    def primary(self, name: str) -> str:
        return next(node for node, member in self.nodes(name).items() if member["CurrentRole"] == "primary")

    def connect(self, endpoint: dict[str, Any], *login: str) -> Redis:
        return Redis(endpoint, self.ca_path, *(login or (TOKEN,)))

    def processes(self) -> dict[tuple[str, str], int]:
        """Group and node, and the process of each; Redis runs in its node's folder."""
        daemon = self.place.state["parts"]["elasticache"]["pid"]
        found = {}
        for pid in descendants(daemon):
            with contextlib.suppress(OSError):
                folder = Path(f"/proc/{pid}/cwd").readlink()
                found[folder.parent.name, folder.name] = pid
        return found

    def pid(self, node: str) -> int:
        return next(pid for (_, name), pid in self.processes().items() if name == node)

    def kill_until_replaced(self, node: str) -> None:
        """The process of a node, which gets another."""
        old = self.pid(node)
        os.kill(old, signal.SIGKILL)
        until(lambda: any(name == node and pid != old for (_, name), pid in self.processes().items()), f"a new process of {node}", 20)


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caches]:
    place = Place(tmp_path_factory.mktemp("caches") / "sandbox")
    place.sandbox("up")
    yield Caches(place)
    place.sandbox("down")
    shutil.rmtree(place.folder)


@pytest.fixture(scope="module")
def shop(caches: Caches) -> dict[str, Any]:
    return caches.make("shop")


@pytest.fixture
def endpoint(shop: dict[str, Any]) -> dict[str, Any]:
    return shop["NodeGroups"][0]["PrimaryEndpoint"]


def replicated(client: Callable[..., Any], key: str, value: str) -> None:
    until(lambda: client("GET", key) == value, f"{key} is {value}", 10)


def test_an_idle_sandbox_has_no_redis(tmp_path):
    place = Place(tmp_path / "sandbox")
    place.sandbox("up")
    try:
        assert Caches(place).processes() == {}
    finally:
        place.sandbox("down")


def test_what_is_written_to_the_primary_is_read_from_every_endpoint(caches, shop, endpoint):
    with caches.connect(endpoint) as client:
        assert client("SET", "product:1", "a cup") == "OK"
    nodes = shop["NodeGroups"][0]
    for read in (nodes["ReaderEndpoint"], *(member["ReadEndpoint"] for member in nodes["NodeGroupMembers"])):
        with caches.connect(read) as client:
            replicated(client, "product:1", "a cup")
    with caches.connect(nodes["ReaderEndpoint"]) as client, pytest.raises(Refused, match="READONLY"):
        client("SET", "product:2", "a pot")


def test_nobody_gets_in_without_the_token_or_without_tls(caches, endpoint):
    with pytest.raises(Refused, match="WRONGPASS"):
        caches.connect(endpoint, "another-token-of-characters")
    with Redis(endpoint, caches.ca_path) as client, pytest.raises(Refused, match="NOAUTH"):
        client("GET", "product:1")
    with pytest.raises(OSError), Redis(endpoint, None) as plain:
        plain("PING")
    with caches.connect(endpoint) as client, pytest.raises(Refused, match="NOPERM"):
        client("CONFIG", "GET", "*")


def test_secrets_are_in_no_file_and_no_argument(caches, shop):
    arguments = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in caches.processes().values()]
    assert len(arguments) == 2 and not any(TOKEN.encode() in one for one in arguments)
    for file in caches.place.folder.rglob("*"):
        if file.is_file():
            assert TOKEN.encode() not in file.read_bytes(), file


def test_a_failover_keeps_the_endpoint_and_the_data_while_somebody_writes(caches, shop, endpoint):
    before = caches.primary("shop")
    written, refused = 0, 0
    caches.api.test_failover(ReplicationGroupId="shop", NodeGroupId="0001")
    deadline = time.monotonic() + 30
    client = None
    while caches.primary("shop") == before or not written or client is None:
        assert time.monotonic() < deadline
        try:
            client = client or caches.connect(endpoint)
            client("SET", "counter", str(written))
            written += 1
        except OSError:
            if client:
                client.close()
            client, refused = None, refused + 1
            time.sleep(0.02)
    assert refused and client("ROLE")[0] == "master" and client("GET", "product:1") == "a cup"
    client.close()
    found = caches.available("shop")["NodeGroups"][0]
    assert found["PrimaryEndpoint"] == endpoint and caches.primary("shop") != before
    with caches.connect(found["ReaderEndpoint"]) as client:
        replicated(client, "product:1", "a cup")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "hangs"])
def test_a_primary_that_is_lost_is_replaced_by_its_replica(caches, shop, endpoint, how):
    before = caches.primary("shop")
    os.kill(caches.pid(before), how)
    until(lambda: caches.primary("shop") != before, "another primary", 30)
    caches.available("shop")
    with caches.connect(endpoint) as client:
        assert client("GET", "product:1") == "a cup" and client("SET", "after", before) == "OK"
    events = [event["Message"] for event in caches.api.describe_events(Duration=10, SourceType="cache-cluster")["Events"]]
    assert f"Failover from primary node {before} to replica node {caches.primary('shop')} completed" in events
    assert events[-1] == f"Finished recovery for cache nodes 000{before[-1]}"


def test_a_replica_that_dies_comes_back_with_the_data(caches, shop):
    replica = next(node for node in caches.nodes("shop") if node != caches.primary("shop"))
    caches.kill_until_replaced(replica)
    endpoint = caches.nodes("shop")[replica]["ReadEndpoint"]
    until(lambda: _enters(caches, endpoint, TOKEN), "the replica's users", 20)
    with caches.connect(endpoint) as client:
        replicated(client, "product:1", "a cup")
    caches.available("shop")


def test_a_group_is_made_from_a_snapshot_and_a_single_node_that_dies_loses_its_data(caches, shop):
    caches.available("shop")
    caches.api.create_snapshot(SnapshotName="before", ReplicationGroupId="shop")
    until(lambda: caches.api.describe_snapshots(SnapshotName="before")["Snapshots"][0]["SnapshotStatus"] == "available", "a snapshot", 30)
    single = {"NumCacheClusters": 1, "AutomaticFailoverEnabled": False, "MultiAZEnabled": False}
    endpoint = caches.make("again", SnapshotName="before", **single)["NodeGroups"][0]["PrimaryEndpoint"]
    with caches.connect(endpoint) as client:
        assert client("GET", "product:1") == "a cup"
    caches.kill_until_replaced("again-001")
    until(lambda: _enters(caches, endpoint, TOKEN), "the new node's users", 20)
    caches.available("again")
    with caches.connect(endpoint) as client:
        assert client("DBSIZE") == 0
    caches.api.delete_replication_group(ReplicationGroupId="again")


def test_without_automatic_failover_a_replaced_primary_has_the_replicas_data(caches):
    group = caches.make("manual", AutomaticFailoverEnabled=False, MultiAZEnabled=False)
    endpoint = group["NodeGroups"][0]["PrimaryEndpoint"]
    with caches.connect(endpoint) as client:
        client("SET", "kept", "yes")
    with caches.connect(group["NodeGroups"][0]["ReaderEndpoint"]) as client:
        replicated(client, "kept", "yes")
    caches.kill_until_replaced("manual-001")
    until(lambda: _enters(caches, endpoint, TOKEN), "a primary", 20)
    caches.available("manual")
    assert caches.primary("manual") == "manual-001"
    with caches.connect(endpoint) as client:
        assert client("GET", "kept") == "yes" and client("SET", "kept", "still") == "OK"
    caches.api.modify_replication_group(ReplicationGroupId="manual", PrimaryClusterId="manual-002", ApplyImmediately=True)
    caches.available("manual")
    assert caches.primary("manual") == "manual-002"
    with caches.connect(endpoint) as client:
        assert client("GET", "kept") == "still"
    caches.api.delete_replication_group(ReplicationGroupId="manual")


def test_tokens_rotate_without_a_connection_lost(caches, shop, endpoint):
    def change(**params: str) -> None:
        caches.api.modify_replication_group(ReplicationGroupId="shop", ApplyImmediately=True, **params)
        caches.available("shop")

    with caches.connect(endpoint) as client:
        change(AuthToken=NEW_TOKEN, AuthTokenUpdateStrategy="ROTATE")
        for token in (TOKEN, NEW_TOKEN):
            caches.connect(endpoint, token).close()
        change(AuthToken=NEW_TOKEN, AuthTokenUpdateStrategy="SET")
        assert client("PING") == "PONG"
    with pytest.raises(Refused, match="WRONGPASS"):
        caches.connect(endpoint, TOKEN)
    change(AuthToken=TOKEN, AuthTokenUpdateStrategy="ROTATE")
    change(AuthToken=TOKEN, AuthTokenUpdateStrategy="SET")


def test_users_have_the_rights_of_their_access_strings(caches):
    api = caches.api
    api.create_user(UserId="nobody", UserName="default", Engine="redis", AccessString="off -@all", NoPasswordRequired=True)
    api.create_user(UserId="app", UserName="shop", Engine="redis", AccessString="on ~shop:* +@all -flushall", Passwords=[TOKEN])
    api.create_user_group(UserGroupId="shop-users", Engine="redis", UserIds=["nobody", "app"])
    group = caches.make("users", AuthToken=NEW_TOKEN)
    endpoint = group["NodeGroups"][0]["PrimaryEndpoint"]
    api.modify_replication_group(
        ReplicationGroupId="users", UserGroupIdsToAdd=["shop-users"], AuthTokenUpdateStrategy="DELETE", ApplyImmediately=True
    )
    caches.available("users")
    with caches.connect(endpoint, "shop", TOKEN) as client:
        assert client("SET", "shop:1", "x") == "OK"
        for words in (("SET", "other:1", "x"), ("FLUSHALL",)):
            with pytest.raises(Refused, match="NOPERM"):
                client(*words)
    with pytest.raises(Refused):
        caches.connect(endpoint, NEW_TOKEN)
    api.modify_user(UserId="app", Passwords=[NEW_TOKEN])
    until(lambda: _enters(caches, endpoint, "shop", NEW_TOKEN), "the new password", 10)
    assert not _enters(caches, endpoint, "shop", TOKEN)


def _enters(caches: Caches, endpoint: dict[str, Any], *login: str) -> bool:
    try:
        caches.connect(endpoint, *login).close()
    except (Refused, OSError):
        return False
    return True


def test_parameters_and_replicas_reach_the_nodes(caches, shop, endpoint):
    api = caches.api
    api.create_cache_parameter_group(CacheParameterGroupName="shop", CacheParameterGroupFamily="redis7", Description="d")
    wanted = [{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}]
    api.modify_cache_parameter_group(CacheParameterGroupName="shop", ParameterNameValues=wanted)
    api.modify_replication_group(ReplicationGroupId="shop", CacheParameterGroupName="shop", ApplyImmediately=True)
    caches.available("shop")
    with caches.connect(endpoint) as client:
        assert "maxmemory_policy:allkeys-lru" in client("INFO", "memory")
    api.increase_replica_count(ReplicationGroupId="shop", NewReplicaCount=2, ApplyImmediately=True)
    caches.available("shop")
    with caches.connect(caches.nodes("shop")["shop-003"]["ReadEndpoint"]) as client:
        replicated(client, "product:1", "a cup")
        assert "maxmemory_policy:allkeys-lru" in client("INFO", "memory")
    api.decrease_replica_count(ReplicationGroupId="shop", NewReplicaCount=1, ApplyImmediately=True)
    caches.available("shop")
    left = set(caches.nodes("shop"))
    assert len(left) == 2 and {name for _, name in caches.processes() if name.startswith("shop-")} == left


def test_hits_and_misses_become_metrics(caches, shop, endpoint):
    watch = caches.place.client("cloudwatch")
    start = datetime.now(UTC) - timedelta(minutes=1)
    node = caches.primary("shop")

    def total(name: str, stat: str = "Sum") -> float:
        dimensions = [{"Name": "CacheClusterId", "Value": node}, {"Name": "CacheNodeId", "Value": "0001"}]
        found = watch.get_metric_statistics(
            Namespace="AWS/ElastiCache",
            MetricName=name,
            Dimensions=dimensions,
            StartTime=start,
            EndTime=datetime.now(UTC) + timedelta(minutes=2),
            Period=60,
            Statistics=[stat],
        )
        values = [point[stat] for point in found["Datapoints"]]
        return sum(values) if stat == "Sum" else max(values, default=0)

    until(lambda: total("IsMaster", "Maximum"), "the first metrics", 20)
    hits, misses = total("CacheHits"), total("CacheMisses")
    with caches.connect(endpoint) as client:
        for _ in range(40):
            client("GET", "product:1")
        for number in range(10):
            client("GET", f"none:{number}")
        until(lambda: total("CacheHits") == hits + 40 and total("CacheMisses") == misses + 10, "hits and misses", 20)
        assert total("CurrConnections", "Maximum") >= 2 and total("CacheHitRate", "Maximum") > 0
        assert 0 < total("DatabaseMemoryUsagePercentage", "Maximum") < 100


def test_a_host_of_the_sandbox_trusts_the_certificate(caches, endpoint, tmp_path):
    root = Path(caches.place.state["hosts"]["app1"]["root"])
    address, port = endpoint["Address"], endpoint["Port"]
    script = tmp_path / "connect.mjs"
    script.write_text(
        "import tls from 'node:tls'\n"
        f"const s = tls.connect({{host: '{address}', port: {port}}}, () => {{ console.log(s.authorized); s.end() }})\n"
        "s.on('error', error => { console.log(error.message); process.exitCode = 1 })\n"
    )
    unit = root / "etc/systemd/system/connect.service"
    node = shutil.which("node")
    output = tmp_path / "said"
    unit.write_text(f"[Service]\nType=oneshot\nExecStart={node} {script}\nStandardOutput=file:{output}\n")
    systemctl = root / "bin/systemctl"
    for words in (("daemon-reload",), ("start", "connect.service")):
        subprocess.run([systemctl, *words], check=True, timeout=30)
    assert output.read_text() == "true\n"
    shown = subprocess.run(
        [systemctl, "show", "--property=Environment", "connect.service"], check=True, capture_output=True, text=True, timeout=30
    )
    assert "CA_CERTS" not in shown.stdout


def test_a_deleted_group_is_gone_with_its_processes_and_its_last_snapshot_stays(caches):
    caches.make("short")
    uid = next(group for group, name in caches.processes() if name == "short-001")
    caches.api.delete_replication_group(ReplicationGroupId="short", FinalSnapshotIdentifier="last")
    caches.api.get_waiter("replication_group_deleted").wait(ReplicationGroupId="short", WaiterConfig=WAIT)
    assert uid not in {group for group, _ in caches.processes()}
    assert caches.api.describe_snapshots(SnapshotName="last")["Snapshots"][0]["NodeSnapshots"]
    assert caches.make("short")["Status"] == "available"


def test_an_account_that_goes_back_to_a_snapshot_has_its_groups_again_and_nothing_in_them(tmp_path):
    place = Place(tmp_path / "sandbox")
    place.sandbox("up")
    try:
        caches = Caches(place)
        place.control("PUT", "snapshot", {"name": "without"})
        endpoint = caches.make("one")["NodeGroups"][0]["PrimaryEndpoint"]
        place.control("PUT", "snapshot", {"name": "with"})
        for moment in ("with", "without", "with", "without", "with"):
            with caches.connect(endpoint) as client:
                assert client("SET", "product:1", "a cup") == "OK"
            # One directly after the other, while processes of before still end.
            place.control("POST", "snapshot", {"name": moment})
            place.control("POST", "snapshot", {"name": "with"})
            assert caches.available("one")["NodeGroups"][0]["PrimaryEndpoint"] == endpoint
            assert sorted(name for _, name in caches.processes()) == ["one-001", "one-002"]
            with caches.connect(endpoint) as client:
                assert client("GET", "product:1") is None
        place.control("POST", "snapshot", {"name": "without"})
        until(lambda: not caches.processes(), "no Redis without a group", 20)
    finally:
        place.sandbox("down")


def test_a_reset_account_and_a_killed_supervisor_leave_no_process(tmp_path):
    place = Place(tmp_path / "sandbox")
    place.sandbox("up")
    caches = Caches(place)
    caches.make("one")
    place.control("POST", "reset")
    until(lambda: not caches.processes(), "no Redis after a reset", 20)
    caches.make("two")
    pids = list(caches.processes().values())
    assert len(pids) == 2
    os.kill(place.state["pid"], signal.SIGKILL)
    until(lambda: not any(Path(f"/proc/{pid}/cwd").exists() for pid in pids), "no Redis after the supervisor", 20)
    place.sandbox("down")
