"""The client of Redis against servers on loopback: who is let in, and why not, in words without a password."""

from __future__ import annotations

import socket

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.redis import Client, Failed, Place, authenticates, place

from tests.unit.module_utils import redis_server

NAME, TOKEN = "master.shop.example.com", "a-token-of-24-characters"


@pytest.fixture
def secure(tmp_path):
    """A server with TLS and a token, and how to find it."""
    with redis_server.Server(TOKEN, "shop:users-password", tls=redis_server.context(tmp_path, NAME)) as server:
        server.by = {"ca_path": str(tmp_path / "ca.pem"), "connect_to": {f"{NAME}:6379": f"127.0.0.1:{server.port}"}}
        yield server


def failure(function, *args, **kwargs):
    with pytest.raises(Failed) as raised:
        function(*args, **kwargs)
    assert TOKEN not in str(raised.value)
    return raised.value.kind, str(raised.value)


def test_it_comes_in_by_tls_with_a_token_or_as_a_user(secure):
    with Client(Place(NAME, password=TOKEN), **secure.by) as client:
        client.authenticate()
        assert (client.tls, client.ask("PING")) == ("TLSv1.3", "PONG")
        assert (client.ask("ROLE"), client.ask("GET", "nothing")) == (["master", 7, []], None)
    assert authenticates(Place(NAME, user="shop", password="users-password"), **secure.by)


def test_a_wrong_token_and_none_at_all_are_not_in_force(secure):
    assert not authenticates(Place(NAME, password="wrong-" + TOKEN), **secure.by)
    assert not authenticates(Place(NAME), **secure.by)
    with redis_server.Server() as open_to_all:
        assert not authenticates(Place("127.0.0.1", open_to_all.port, password=TOKEN, tls=False))


def test_an_error_says_what_was_asked_and_answered_and_not_the_token(secure):
    with Client(Place(NAME, password="wrong-" + TOKEN), **secure.by) as client:
        kind, said = failure(client.authenticate)
    assert (kind, said) == (
        "wrong password",
        f"{NAME}:6379 answered AUTH with: WRONGPASS invalid username-password pair or user is disabled.",
    )
    with Client(Place(NAME), **secure.by) as client:
        assert failure(client.ask, "PING")[0] == "password needed"


def test_a_certificate_of_somebody_else_or_of_an_unknown_authority_is_not_trusted(secure):
    other = {"connect_to": {"other.example.com:6379": f"127.0.0.1:{secure.port}"}, "ca_path": secure.by["ca_path"]}
    kind, said = failure(Client, Place("other.example.com", password=TOKEN), **other)
    assert (kind, "the certificate of other.example.com:6379 is not trusted" in said) == ("certificate", True)
    assert failure(Client, Place(NAME), connect_to=secure.by["connect_to"])[0] == "certificate"
    assert failure(Client, Place(NAME), ca_path="/nowhere/ca.pem")[0] == "certificate"
    assert secure.heard == []


def test_a_server_without_tls_never_hears_a_token():
    with redis_server.Server(TOKEN) as plain:
        kind, said = failure(authenticates, Place("127.0.0.1", plain.port, password=TOKEN))
        assert (kind, "does not speak TLS" in said) == ("no TLS", True)
        assert plain.heard == []


def test_who_cannot_be_reached_is_named():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        kind, said = failure(Client, Place("127.0.0.1", free.getsockname()[1]))
    assert (kind, "cannot be reached" in said) == ("unreachable", True)


def test_who_does_not_answer_in_time_is_given_up(secure):
    secure.slow = 5
    with Client(Place(NAME, password=TOKEN), 0.3, **secure.by) as client:
        client.authenticate()
        assert failure(client.ask, "PING") == ("no answer", f"{NAME}:6379 did not answer PING within 0.3 s")


def test_clear_text_to_a_server_with_tls_is_closed_or_not_understood(secure):
    with Client(Place("127.0.0.1", secure.port, tls=False)) as client:
        assert failure(client.ask, "PING")[0] in ("closed", "not Redis")


def test_what_is_no_redis_is_told(secure):
    with Client(Place(NAME, password=TOKEN), **secure.by) as client:
        client.authenticate()
        assert failure(client.ask, "BAD")[0] == "not Redis"


def test_a_url_is_place_and_password_in_one():
    assert place("rediss://shop:p%40ss@cache.example.com:6380/0") == Place("cache.example.com", 6380, "shop", "p@ss", True)
    assert place(f"redis://:{TOKEN}@cache") == Place("cache", 6379, None, TOKEN, False)
    assert TOKEN not in repr(place(f"rediss://:{TOKEN}@cache"))


@pytest.mark.parametrize(
    "url", [f"https://:{TOKEN}@cache", f"rediss://:{TOKEN}@", f"rediss://:{TOKEN}@cache:port", f"rediss://:{TOKEN}@[cache"]
)
def test_what_is_no_url_of_redis_is_refused_without_repeating_it(url):
    with pytest.raises(ValueError) as raised:
        place(url)
    assert TOKEN not in str(raised.value)
    assert raised.value.__cause__ is None
