"""elasticache_connections: what a cache shows to those who connect, and that nothing is made up when it does not answer."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.redis import Place
from ansible_collections.prodready.aws.plugins.modules import elasticache_connections
from ansible_collections.prodready.aws.plugins.modules.elasticache_connections import CONNECTION_SPEC, Look, numbers, places

from tests.unit.module_utils import redis_server

NAME, TOKEN = "master.shop.example.com", "a-token-of-24-characters"
AWS = {"account": "123456789012", "region": "eu-central-1", "access_key": "key", "secret_key": "secret"}


@pytest.fixture
def secure(tmp_path):
    with redis_server.Server(TOKEN, tls=redis_server.context(tmp_path, NAME)) as server:
        server.by = {"ca_path": str(tmp_path / "ca.pem"), "connect_to": {f"{NAME}:6379": f"127.0.0.1:{server.port}"}}
        yield server


def item(**given):
    return {**{name: option.get("default") for name, option in CONNECTION_SPEC.items()}, "name": "shop", **given}


def test_a_cache_that_is_closed_shows_so(run, secure):
    url = f"rediss://:{TOKEN}@{NAME}:6379"
    result = run(elasticache_connections.main, **AWS, **secure.by, connections=[{"name": "shop", "redis_url": url}])
    seen = result["connections"]["shop"]
    assert seen.pop("ping_ms") >= 0
    assert seen == {
        **{"host": NAME, "port": 6379, "tls": "TLSv1.3", "authenticated": True, "role": "master", "engine_version": "8.0.1"},
        **{"without_password": "refused", "plain_text": "refused", "keyspace_hits": 90, "keyspace_misses": 10},
        **{"hit_rate_percent": 90.0, "connected_clients": 2, "used_memory": 1024},
    }
    assert TOKEN not in result["printed"]
    assert result["changed"] is False


def test_a_wrong_password_is_not_authenticated_and_shows_nothing_more(secure):
    seen = Look(5, **secure.by).seen(Place(NAME, password="wrong-" + TOKEN))
    assert (seen["tls"], seen["authenticated"], "role" in seen, "ping_ms" in seen) == ("TLSv1.3", False, False, False)
    assert "WRONGPASS" in seen["error"]


def test_a_cache_that_lets_everybody_in_shows_so():
    with redis_server.Server() as open_to_all:
        look = Look(5, None, {})
        seen = look.seen(Place("127.0.0.1", open_to_all.port, tls=False))
        assert (seen["tls"], seen["authenticated"], seen["without_password"], seen["plain_text"]) == (None, False, "accepted", "accepted")
        seen = look.seen(Place("127.0.0.1", open_to_all.port, password=TOKEN))
        assert "does not speak TLS" in seen["error"]
        assert (seen["without_password"], seen["plain_text"]) == (seen["error"], "accepted")


def test_a_password_that_is_asked_for_in_clear_is_listened_to_in_clear():
    with redis_server.Server(TOKEN) as plain:
        seen = Look(5, None, {}).seen(Place("127.0.0.1", plain.port, password=TOKEN, tls=False))
        assert (seen["authenticated"], seen["without_password"], seen["plain_text"]) == (True, "accepted", "accepted")


def test_who_may_not_ask_for_figures_is_authenticated_all_the_same(secure):
    secure.info = b"-NOPERM this user has no permissions to run the 'info' command\r\n"
    seen = Look(5, **secure.by).seen(Place(NAME, password=TOKEN))
    assert (seen["authenticated"], "role" in seen, "NOPERM" in seen["error"]) == (True, False, True)


def test_a_cache_that_cannot_be_reached_is_told_of_and_nothing_made_up(run):
    result = run(elasticache_connections.main, **AWS, connections=[{"name": "shop", "host": "127.0.0.1", "port": 1, "password": TOKEN}])
    seen = result["connections"]["shop"]
    assert sorted(seen) == ["error", "host", "plain_text", "port", "without_password"]
    assert all("cannot be reached" in seen[key] for key in ("error", "plain_text", "without_password"))


def test_a_group_without_endpoint_is_told_of(run, monkeypatch):
    monkeypatch.setattr(elasticache_connections, "replication_groups", lambda aws: {"other": {}, "shop": {"NodeGroups": []}})
    result = run(elasticache_connections.main, **AWS, connections=[{"name": "shop"}])
    assert "no serverless cache of this name with an endpoint" in result["connections"]["shop"]["error"]


def test_places_are_of_the_url_the_host_or_aws():
    endpoints = {"shop": {"Address": NAME, "Port": 6379}}
    assert places([item(password=TOKEN)], endpoints)[0] == {"shop": Place(NAME, 6379, None, TOKEN)}
    assert places([item(host="cache", port=6380, user="u", password=TOKEN)], endpoints)[0] == {"shop": Place("cache", 6380, "u", TOKEN)}
    found, wrong = places([item(redis_url=f"http://:{TOKEN}@cache")], endpoints)
    assert (found, wrong) == ({}, ["shop: redis_url must begin with rediss:// or redis:// and name a host"])


def test_without_any_question_there_is_no_rate():
    assert numbers("role:slave\r\nkeyspace_hits:0\r\nkeyspace_misses:0\r\nmaxmemory:none\r\n") == {
        **{"keyspace_hits": 0, "keyspace_misses": 0, "role": "slave"}
    }
