"""elasticache_auth_tokens: what is done is found out by connecting, the requests of a step, what is refused; tokens nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.elasticache import available
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call
from ansible_collections.prodready.aws.plugins.module_utils.undo import Recorded, change
from ansible_collections.prodready.aws.plugins.modules import elasticache_auth_tokens
from ansible_collections.prodready.aws.plugins.modules.elasticache_auth_tokens import UNDO, Tokens, steps, unfit

from tests.unit.module_utils import redis_server

NAME = "master.shop.example.com"
OLD, NEW = "the-old-token-of-the-shop", "the-new-token-of-the-shop"
PLACE = {"account": "123456789012", "region": "eu-central-1", "access_key": "key", "secret_key": "secret"}


class Cache:
    """ElastiCache as far as tokens go, with a server behind it."""

    def __init__(self, server: redis_server.Server) -> None:
        self.server, self.asked = server, []
        self.group: dict[str, Any] = {
            **{"ReplicationGroupId": "shop", "Status": "available", "TransitEncryptionEnabled": True, "AuthTokenEnabled": True},
            "NodeGroups": [{"PrimaryEndpoint": {"Address": NAME, "Port": 6379}}],
        }

    def pages(self, aws: Any, service: str, operation: str, take: str, **params: Any) -> list[Any]:
        return [self.group]

    def send(self, aws: Any, service: str, step: Any) -> None:
        if isinstance(step, Call):
            self.asked.append(step.params["AuthTokenUpdateStrategy"])
            only = {step.params["AuthToken"]}
            self.server.passwords = only if step.params["AuthTokenUpdateStrategy"] == "SET" else self.server.passwords | only


@pytest.fixture
def cache(tmp_path, monkeypatch):
    with redis_server.Server(OLD, tls=redis_server.context(tmp_path, NAME)) as server:
        made = Cache(server)
        made.by = {"ca_path": str(tmp_path / "ca.pem"), "connect_to": {f"{NAME}:6379": f"127.0.0.1:{server.port}"}}
        monkeypatch.setattr(elasticache_auth_tokens, "PROOF_SECONDS", 0.5)
        monkeypatch.setattr(elasticache_auth_tokens, "PAUSE_SECONDS", 0.05)
        monkeypatch.setattr(elasticache_auth_tokens.Aws, "pages", lambda aws, *args, **params: made.pages(aws, *args, **params))
        monkeypatch.setattr(elasticache_auth_tokens.Aws, "send", lambda aws, *args: made.send(aws, *args))
        yield made


@pytest.fixture
def step(run, cache):
    def step(name: str, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        result = run(elasticache_auth_tokens.main, check_mode, **PLACE, **cache.by, name="shop", auth_token=NEW, step=name, **options)
        assert OLD not in result["printed"]
        assert NEW not in result["printed"]
        return result

    return step


@pytest.mark.parametrize(("name", "strategy"), [("add", "ROTATE"), ("settle", "SET")])
def test_a_step_is_one_request_between_waits_and_never_made_again(requests_of, name, strategy):
    params = {"ReplicationGroupId": "shop", "AuthToken": NEW, "AuthTokenUpdateStrategy": strategy, "ApplyImmediately": True}
    assert requests_of("elasticache", steps("shop", name, NEW)) == [
        available("shop"),
        Call("modify_replication_group", params, missing=("InvalidReplicationGroupState",)),
        available("shop"),
    ]


def test_a_rotation_is_planned_made_and_then_done(step, cache):
    assert step("add", check_mode=True)["changed"] is True
    assert cache.asked == []
    assert step("add")["changed"] is True
    assert cache.server.passwords == {OLD, NEW}
    assert step("add")["changed"] is False
    assert step("settle", previous_auth_token=OLD)["plan"] == [{"action": "update", "name": "shop"}]
    assert cache.server.passwords == {NEW}
    assert step("settle", previous_auth_token=OLD)["changed"] is False
    assert cache.asked == ["ROTATE", "SET"]


def test_without_the_previous_token_nobody_knows_and_every_run_settles(step, cache):
    cache.server.passwords = {NEW}
    assert step("settle")["changed"] is True
    assert step("settle")["changed"] is True


def test_a_token_that_does_not_work_yet_is_not_settled(step, cache):
    assert "run step add first" in step("settle")["msg"]
    assert cache.asked == []
    assert step("settle", check_mode=True, previous_auth_token=OLD)["changed"] is True


def test_what_aws_says_is_proven_by_connecting(step, cache, monkeypatch):
    monkeypatch.setattr(cache, "send", lambda *_: None)
    assert "AWS has ended step add, and auth_token is refused" in step("add")["msg"]
    cache.server.passwords = {OLD, NEW}
    assert "previous_auth_token still works" in step("settle", previous_auth_token=OLD)["msg"]


def test_without_connecting_awss_word_is_all(run, cache):
    nowhere = {**PLACE, "name": "shop", "auth_token": NEW, "step": "add", "connect": False}
    assert run(elasticache_auth_tokens.main, **nowhere)["changed"] is True
    assert (cache.asked, cache.server.heard) == (["ROTATE"], [])


def test_a_cache_that_cannot_be_reached_is_an_error_before_anything_is_touched(run, cache):
    away = {**PLACE, "name": "shop", "auth_token": NEW, "step": "add", "connect_to": {f"{NAME}:6379": "127.0.0.1:1"}}
    said = run(elasticache_auth_tokens.main, **away)["msg"]
    assert "cannot be reached" in said
    assert "Run this on a host of its VPC" in said
    assert cache.asked == []


def test_a_group_without_tls_with_users_or_of_another_name_is_refused(step, cache):
    assert "no transit_encryption" in unfit({**cache.group, "TransitEncryptionEnabled": False})
    assert "user groups (all)" in unfit({**cache.group, "UserGroupIds": ["all"]})
    cache.group["ReplicationGroupId"] = "other"
    assert "There is no replication group shop in eu-central-1" in step("add")["msg"]


def test_a_token_that_elasticache_does_not_take_is_refused_without_repeating_it(run, cache):
    result = run(elasticache_auth_tokens.main, **PLACE, name="shop", auth_token="with/slash-and-more-than-16", step="add")
    assert "16 to 128 letters" in result["msg"]
    assert "with/slash" not in result["msg"]


def test_undo_keeps_the_new_token(fake_aws):
    aws = fake_aws(describe_replication_groups={"ReplicationGroups": [{"ReplicationGroupId": "shop"}]})
    one = Recorded("elasticache_auth_tokens", "shop", {"auth_token": "not in force"}, {"auth_token": "the only one in force"})
    taken_back = change(one, UNDO.read(aws, {"shop": one.known})["shop"])
    assert "not replaced by the old one" in UNDO.kept(aws, taken_back)


def test_what_is_reached_is_tried_with_the_tokens_alone(cache):
    params = {"auth_token": OLD, "previous_auth_token": NEW, "step": "settle", **cache.by}
    assert Tokens(params, {"Address": NAME, "Port": 6379}).reached()
    assert "PING" in cache.server.heard
