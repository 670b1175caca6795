from __future__ import annotations

import pytest

from sandbox.cache import acl


@pytest.mark.parametrize(
    "access",
    ["on ~* +@all", "off -@all", "on ~app::* -@all +@read", "on %R~a* &c* +get -config|set", "on allkeys allcommands (~b* +set)", ""],
)
def test_what_redis_knows_as_rules_is_taken(access):
    assert acl.wrong(access) == ""


@pytest.mark.parametrize(
    ("access", "word"),
    [
        ("on >secret", ">secret"),
        ("on nopass", "nopass"),
        ("on #00ff", "#00ff"),
        ("reset", "reset"),
        ("on +config", "+config"),
        ("on +acl|setuser", "+acl|setuser"),
        ("on (~b* +debug)", "+debug"),
        ("on everything", "everything"),
    ],
)
def test_passwords_and_what_elasticache_lacks_are_not(access, word):
    assert acl.wrong(access) == word


def test_the_last_word_is_that_of_the_commands_nobody_may_use():
    found = acl.rules(["on", "+@all"], ["00ff"], without_password=False)
    assert found[:3] == ["on", "+@all", "#00ff"] and {"-config", "-replicaof", "-acl|setuser"} <= set(found[3:])
    assert "nopass" in acl.rules(["on"], [], without_password=True)
