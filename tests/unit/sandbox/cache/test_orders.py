"""From an account to what the daemon is told, and back."""

from __future__ import annotations

import json

import pytest

from sandbox.cache import endpoints, node_types, orders, outcome, parameters, settings
from sandbox.cache.account import Account, Group, Node, ParameterGroup, Serverless, Shard, Snapshot, User, UserGroup


@pytest.fixture
def account() -> Account:
    made = Account("123456789012", "eu-central-1")
    made.groups["shop"] = Group(
        name="shop",
        description="d",
        node_type="cache.t4g.micro",
        engine="redis",
        engine_version="7.1.0",
        parameter_group="default.redis7",
        subnet_group="",
        port=6379,
        block=32,
        slice=77,
        shards=[Shard(1, "shop", 32, [Node("shop-001", 1, "a"), Node("shop-003", 3, "b")], "shop-001")],
        tls=True,
        tokens=["00ff"],
        without_token=False,
    )
    return made


def ordered(account: Account) -> dict:
    return orders.order([account], "the authority")


def only(account: Account) -> dict:
    return next(iter(ordered(account)["groups"].values()))


def of_shard(account: Account) -> dict:
    """As the daemon has it for a group's first shard."""
    order = only(account)
    return {**order, **order["shards"]["0001"]}


def test_each_endpoint_has_an_address_of_the_sandboxs_slice_that_stays_the_nodes(account):
    found = only(account)["shards"]["0001"]
    assert found["primary_address"] == "127.77.241.9" and found["reader_address"] == "127.77.241.10"
    assert found["nodes"] == {"shop-001": "127.77.241.11", "shop-003": "127.77.241.13"}
    assert endpoints.free_blocks([0, None, 1, 3], 2) == [2, 4]
    group = account.groups["shop"]
    every = [endpoints.address(group, block, number) for block in range(465) for number in range(1, 9)]
    assert len(set(every)) == 465 * 8 and all(0 < int(part) < 255 for address in every for part in address.split("."))


def test_the_certificate_is_for_the_addresses_and_aws_s_names(account):
    names = endpoints.names(account, account.groups["shop"])
    assert {"127.77.241.9", "127.77.241.13"} <= set(names)
    assert names[0].startswith("*.shop.") and names[0].endswith(".euc1.cache.amazonaws.com")


def test_a_node_has_the_memory_of_its_type_within_the_sandboxs_limits(account):
    assert only(account)["maxmemory"] == node_types.LARGEST_BYTES * 75 // 100
    assert node_types.usable_bytes("cache.t2.micro", 0) == node_types.LARGEST_BYTES


def test_parameters_of_redis_are_told_and_those_of_aws_alone_are_not(account):
    account.parameter_groups["own"] = ParameterGroup(
        "own", "redis7", "d", {"maxmemory-policy": "allkeys-lru", "reserved-memory-percent": "50", "databases": "2"}
    )
    account.groups["shop"].parameter_group = "own"
    found = only(account)
    assert found["parameters"]["maxmemory-policy"] == "allkeys-lru" and found["databases"] == 2
    assert found["maxmemory"] == node_types.LARGEST_BYTES // 2
    assert not {"reserved-memory-percent", "close-on-replica-write", "cluster-enabled"} & found["parameters"].keys()


def test_every_parameters_default_is_one_of_its_allowed_values():
    for family in parameters.FAMILIES:
        for name, one in parameters.of_family(family).items():
            assert parameters.is_allowed(one["allowed"], one["default"]), name


def test_nobody_but_the_users_of_the_group_gets_in(account):
    assert only(account)["users"]["default"][:5] == ["on", "~*", "&*", "+@all", "#00ff"]
    account.users["off"] = User("off", "default", "redis", "-@all", "no-password")
    account.users["app"] = User("app", "shop", "redis", "on ~shop:* +@all", "password", ["11", "22"])
    account.user_groups["g"] = UserGroup("g", "redis", ["off", "app"])
    account.groups["shop"].user_groups = ["g"]
    found = only(account)["users"]
    assert found["default"][:3] == ["off", "-@all", "nopass"]
    assert found["shop"][:5] == ["on", "~shop:*", "+@all", "#11", "#22"] and found["shop"][-1].startswith("-")


def test_a_deleted_group_is_not_asked_for_but_while_its_last_snapshot_is_taken(account):
    group = account.groups["shop"]
    account.snapshots["last"] = Snapshot("last", group.uid, {"0001": "shop-001"}, {})
    group.status, group.final_snapshot = "deleting", "last"
    assert list(ordered(account)["groups"]) == [group.uid]
    assert list(ordered(account)["snapshots"].values()) == [{"group": group.uid, "nodes": {"0001": "shop-001"}}]
    outcome.snapshot_made(account, account.snapshots["last"], {"0001": 100})
    assert ordered(account) == {"groups": {}, "snapshots": {account.snapshots["last"].uid: None}}


def test_a_secret_is_in_the_configuration_alone_and_tls_has_no_plain_port(account):
    order = of_shard(account)
    text = settings.configuration(order, "shop-001", True, "", "the-secret", "its-digest")
    assert "bind 127.77.241.11 127.77.241.9\n" in text and "port 0\n" in text and "tls-port 6379\n" in text
    assert "user default off\n" in text and "masterauth the-secret\n" in text
    replica = settings.configuration({**order, "tls": False}, "shop-003", False, "127.77.241.11", "s", "d")
    assert "bind 127.77.241.13\n" in replica and "replicaof 127.77.241.11 6379\n" in replica and "tls" not in replica
    assert "the-secret" not in json.dumps(order)


def report(account: Account, **changed) -> dict:
    names = [node.name for cache in account.caches for node in cache.nodes]
    primaries = {"primaries": {"0001": "shop-001"}, "resharded": None}
    return {"revision": 1, "settled": True, **primaries, "nodes": dict.fromkeys(names, "available"), "problem": "", **changed}


def test_a_group_is_available_when_what_was_asked_for_last_is_done(account):
    group = account.groups["shop"]
    outcome.settled(account, group, report(account, settled=False))
    assert group.status == "creating"
    group.change()
    outcome.settled(account, group, report(account))
    assert group.status == "creating"
    outcome.settled(account, group, report(account, revision=2))
    assert group.status == "available"
    outcome.settled(
        account, group, report(account, revision=2, settled=False, primaries={"0001": "shop-003"}, nodes={"shop-003": "available"})
    )
    assert (group.status, group.shards[0].primary, group.nodes[0].status) == ("modifying", "shop-003", "creating")


def test_a_group_that_cannot_be_made_says_why(account):
    outcome.settled(account, account.groups["shop"], report(account, problem="shop-001 does not start: no memory"))
    assert account.groups["shop"].status == "create-failed"
    assert account.events[-1].message.endswith("shop-001 does not start: no memory")


@pytest.fixture
def light(account) -> Serverless:
    """A serverless cache, which is the account's only cache."""
    account.groups.clear()
    account.serverless["light"] = Serverless(
        name="light",
        description="",
        engine="valkey",
        engine_version="8.1.0",
        port=6379,
        block=0,
        slice=77,
        shards=[Shard(1, "light", 0, [Node("light", 1, "")], "light")],
        limits={},
        subnets=["subnet-1"],
    )
    return account.serverless["light"]


def test_a_serverless_cache_is_one_shard_with_two_ports_at_one_address(account, light):
    found = of_shard(account)
    assert found["nodes"] == {"light": found["reader_address"]} and (found["port"], found["reader_port"]) == (6379, 6380)
    lines = settings.configuration(found, "light", True, "", "a-secret", "00ff").splitlines()
    assert {"cluster-enabled yes", "tls-cluster yes", "port 0", "tls-port 6379"} <= set(lines)
    assert f"cluster-announce-ip {found['reader_address']}" in lines


def test_nobody_reshards_a_serverless_cache_and_without_users_everybody_comes_in(account, light):
    rules = only(account)["users"]["default"]
    assert "nopass" in rules and {"-cluster|setslot", "-cluster|reset", "-config"} <= set(rules)
    assert "-cluster|slots" not in rules


def test_a_serverless_cache_tells_its_own_events(account, light):
    outcome.settled(account, light, report(account, primaries={"0001": "light"}, nodes={"light": "available"}))
    outcome.happened(account, light, "recovering", "light")
    outcome.gone(account, light)
    assert [(event.kind, event.message) for event in account.events] == [
        ("serverless-cache", "Cache light is created and ready for use."),
        ("serverless-cache", "Cache light is deleted and no longer available."),
    ]
    assert account.serverless == {}
