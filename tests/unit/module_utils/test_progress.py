"""What a module says at work: once, and again when it is something else or some time has gone by."""

from __future__ import annotations

import time

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import progress


@pytest.fixture
def said(monkeypatch):
    heard: list[str] = []
    monkeypatch.setattr(progress, "listener", heard.append)
    monkeypatch.setattr(progress, "_last", ("", 0.0))
    return heard


def test_the_same_with_other_numbers_is_not_said_at_once_again(said):
    for text in ("shop: 1 s, 0 of 2 serve", "shop: 2 s, 1 of 2 serve", "shop: 3 s, waiting until 2 are healthy"):
        progress.say(text)
    assert said == ["shop: 1 s, 0 of 2 serve", "shop: 3 s, waiting until 2 are healthy"]


def test_it_is_said_again_when_some_time_has_gone_by(said, monkeypatch):
    progress.say("shop: 1 s, waiting")
    monkeypatch.setattr(progress, "AGAIN_SECONDS", 0.0)
    progress.say("shop: 7 s, waiting")
    assert said == ["shop: 1 s, waiting", "shop: 7 s, waiting"]


def test_where_nobody_listens_nothing_is_said(monkeypatch):
    monkeypatch.setattr(progress, "listener", None)
    monkeypatch.setattr(progress, "_last", ("", 0.0))
    progress.say("shop: 1 s, waiting")
    assert progress._last == ("", 0.0)


def test_a_wait_that_takes_long_is_said_and_no_other(said, monkeypatch):
    monkeypatch.setattr(progress, "AGAIN_SECONDS", 0.05)
    with progress.waiting("waiting at most 60 s until table orders is ACTIVE"):
        time.sleep(0.5)
    with progress.waiting("waiting at most 60 s until table products is ACTIVE"):
        pass
    time.sleep(0.2)
    assert said == ["waiting at most 60 s until table orders is ACTIVE"]
