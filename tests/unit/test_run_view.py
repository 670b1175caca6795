"""A run as people read it, piece by piece."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.run_view import Running, failure, fitting, hosts, items, line, took


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.6, "1 min"), (72, "1 min 12 s"), (3600, "1 h"), (3725, "1 h 2 min 5 s")])
def test_a_time_is_said_in_units(seconds, text):
    assert took(seconds) == text


def test_a_line_has_what_there_is_and_the_time_when_it_was_long():
    assert line("It is there", "", "app1", seconds=2) == "It is there · app1"
    assert line("It is there", seconds=12) == "It is there · 12 s"


def test_many_hosts_are_counted():
    assert hosts(["a", "b"]) == "a, b"
    assert hosts([f"app{number}" for number in range(30)]) == "30 hosts"


@pytest.mark.parametrize(
    ("changed", "text"), [([], ""), (["a", "b", "c"], ""), (["a"], "a"), (["a", "c"], "a, c")], ids=["none", "all", "one", "some"]
)
def test_items_that_changed_are_named_when_the_others_did_not(changed, text):
    answer = {"results": [{"item": name, "changed": name in changed} for name in "abc"]}
    assert items(answer, lambda one: one["item"]) == text


def test_items_with_long_names_are_counted():
    answer = {"results": [{"item": f"{number}" * 50, "changed": number < 2} for number in range(3)]}
    assert items(answer, lambda one: one["item"]) == "2 of 3 items"


def test_our_own_modules_have_all_in_their_message():
    answer = {"msg": "no\nreally", "requests": {"sts:GetCallerIdentity": 1}}
    assert list(failure(answer, ours=True, dump=repr)) == ["no\nreally"]
    assert list(failure(answer, ours=False, dump=repr)) == ["no\nreally", "  {'requests': {'sts:GetCallerIdentity': 1}}"]


def test_what_is_no_wider_is_left_and_wide_characters_count_twice():
    assert fitting("abc", 3) == "abc"
    assert fitting("abcd", 3) == "ab…"
    assert fitting("表表表", 5) == "表表…"


@pytest.fixture
def running():
    running = Running()
    running.start("app1", "1", "The release is installed as locked", 10)
    running.start("app2", "1", "The release is installed as locked", 11)
    return running


def test_it_is_said_what_runs_for_how_long_and_where_not_everywhere(running):
    assert running.text(["app1", "app2"], "", 14, 80) == "    … 4 s · The release is installed as locked"
    assert running.end("app1", "1", 15) == 10
    assert running.text(["app1", "app2"], "npm ci", 15, 80) == "    … 4 s · The release is installed as locked · app2 · npm ci"
    running.end("app2", "1", 16)
    assert running.text(["app1", "app2"], "", 16, 80) == ""


def test_where_there_is_little_room_the_name_gives_way_to_what_is_awaited(running):
    both = ["app1", "app2"]
    assert running.text(both, "shop: 1 of 2 in service", 14, 62) == "    … 4 s · The release is installe… · shop: 1 of 2 in service"
    assert len(running.text(both, "word " * 30, 14, 40)) == 40


def test_what_others_say_does_not_steer_the_terminal(running):
    assert running.text(["app1", "app2"], "a\x1b[2J\nb\rc", 14, 80).endswith("· a [2J b c")
