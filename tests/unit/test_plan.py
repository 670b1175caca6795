"""The plan: what differs, what stays, and how it is undone."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, carry_out, diff, merged, plan
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.none() | st.booleans() | st.integers(0, 3) | st.text("ab", max_size=2) | st.lists(st.integers(0, 2), max_size=2)
STATES = st.dictionaries(st.sampled_from(["keys", "days", "ttl"]), VALUES)
TAGGED = st.builds(lambda state, tags: {**state, "tags": tags}, STATES, st.dictionaries(st.sampled_from("xyz"), st.text("ab", max_size=1)))
NAMES = st.sampled_from(["orders", "products", "users"])
CURRENT = st.dictionaries(NAMES, STATES | TAGGED)
DESIRED = st.dictionaries(NAMES, st.none() | STATES | TAGGED)


def applied(changes, current):
    after = {change.name: change.after for change in changes}
    return {name: state for name, state in {**current, **after}.items() if state is not None}


@given(DESIRED, CURRENT)
def test_nothing_is_left_to_change_after_a_plan_was_applied(desired, current):
    assert plan(desired, applied(plan(desired, current), current)) == []


@given(DESIRED, CURRENT)
def test_before_and_after_swapped_lead_back(desired, current):
    changes = plan(desired, current)
    undone = [Change(change.name, change.after, change.before) for change in changes]

    assert applied(undone, applied(changes, current)) == current


@given(DESIRED, CURRENT)
def test_what_is_not_mentioned_stays(desired, current):
    for change in plan(desired, current):
        if change.action == "update":
            untouched = change.before.keys() - desired[change.name].keys()
            assert {key: change.after[key] for key in untouched} == {key: change.before[key] for key in untouched}


@pytest.mark.parametrize(
    ("before", "after", "action"), [(None, {"a": 1}, "create"), ({"a": 1}, None, "delete"), ({"a": 1}, {"a": 2}, "update")]
)
def test_a_change_is_named_by_what_is_there_before_and_after(before, after, action):
    assert Change("orders", before, after).action == action


def test_a_resource_that_is_gone_already_needs_no_change():
    assert plan({"orders": None}, {}) == []


def test_resources_that_are_not_desired_are_left_alone():
    assert plan({"orders": {"days": 35}}, {"orders": {"days": 35}, "users": {"days": 1}}) == []


def test_changes_come_in_the_order_of_the_desired_names():
    assert [change.name for change in plan({"b": {"x": 1}, "a": {"x": 1}}, {})] == ["b", "a"]


def test_tags_of_others_stay():
    assert merged({"tags": {"team": "web", "app": "old"}}, {"tags": {"app": "shop"}}) == {"tags": {"team": "web", "app": "shop"}}


def test_other_dictionaries_are_replaced_whole():
    assert merged({"limits": {"read": 1, "write": 2}}, {"limits": {"read": 5}}) == {"limits": {"read": 5}}


def test_a_change_differs_in_the_keys_that_differ():
    change = Change("orders", {"days": 7, "ttl": "x"}, {"days": 35, "ttl": "x"})

    assert change.differs("days") and change.differs("ttl", "days") and not change.differs("ttl")


def test_every_answer_is_handed_back_to_the_change():
    def calls():
        made = yield Call("create")
        yield Call("tag", {"arn": made["arn"]})

    sent = []
    carry_out(calls(), lambda call: sent.append(call) or {"arn": "arn:orders"})

    assert sent == [Call("create"), Call("tag", {"arn": "arn:orders"})]


def test_the_diff_shows_the_fields_that_differ_and_no_others():
    (shown,) = diff([Change("orders", {"days": 7, "ttl": "x"}, {"days": 35, "ttl": "x"})])

    assert (shown["before"], shown["after"]) == ({"days": 7}, {"days": 35})


def test_the_diff_of_a_creation_shows_all_that_will_be():
    (shown,) = diff([Change("orders", None, {"days": 35})])

    assert (shown["before_header"], shown["before"], shown["after"]) == ("orders (create)", "", {"days": 35})


@given(DESIRED, CURRENT)
def test_the_diff_of_any_plan_has_the_fields_that_differ_and_no_others(desired, current):
    changes = plan(desired, current)
    for change, shown in zip(changes, diff(changes), strict=True):
        if change.action == "update":
            keys = {key for key in change.before.keys() | change.after.keys() if change.before.get(key, key) != change.after.get(key, key)}
            assert shown["before"].keys() | shown["after"].keys() == keys
            assert all(shown["after"][key] == change.after[key] for key in shown["after"])
