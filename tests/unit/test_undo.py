"""Undo, pure: what the journal tells of a run, what may be taken back, and that every module says how."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from ansible_collections.prodready.aws.plugins import modules
from ansible_collections.prodready.aws.plugins.module_utils.plan import Change, merged, plan
from ansible_collections.prodready.aws.plugins.module_utils.undo import Recorded, Undo, begun, change, last_run, parsed, plain, recorded
from hypothesis import given
from hypothesis import strategies as st

FILES = sorted(Path(modules.__path__[0]).glob("*.py"))
WRITERS = [file.stem for file in FILES if ".ensure(" in file.read_text() or "journal.append(" in file.read_text()]


def line(name, before, after, module="prodready.aws.s3_buckets", **more):
    return {"run": "r1", "module": module, "name": name, "before": before, "after": after, **more}


def test_there_are_modules_that_write_to_the_journal():
    assert {"s3_buckets", "secrets", "secret_rotations", "cloudwatch_alarms"} <= set(WRITERS)


@pytest.mark.parametrize("name", WRITERS)
def test_every_module_that_writes_to_the_journal_offers_undo(name):
    undo = importlib.import_module(f"ansible_collections.prodready.aws.plugins.modules.{name}").UNDO
    assert isinstance(undo, Undo)
    assert undo.read(EMPTY, {}) == {}


class Empty:
    """An account with nothing in it."""

    region = "eu-central-1"

    def pages(self, *_, **__):
        return []

    def each(self, function, items):
        return [function(item) for item in items]


EMPTY = Empty()


def test_several_steps_with_one_resource_are_one_from_the_first_to_the_last():
    found = recorded([line("a", {"x": 1}, {"x": 2}), line("b", None, {"x": 1}), line("a", {"x": 2, "y": 1}, {"x": 3, "y": 2})])
    assert found == [Recorded("s3_buckets", "a", {"x": 1, "y": 1}, {"x": 3, "y": 2}), Recorded("s3_buckets", "b", None, {"x": 1})]


def test_what_a_run_made_and_changed_was_not_there_before():
    (one,) = recorded([line("a", None, {"x": 1}), line("a", {"x": 1}, {"x": 2})])
    assert (one.before, one.after) == (None, {"x": 2})


def test_the_last_change_is_the_first_to_be_taken_back():
    assert [one.name for one in recorded([line("topic", None, {}), line("alarm", None, {})])] == ["alarm", "topic"]


def test_what_stands_on_something_that_was_made_is_taken_back_before_it_though_that_was_changed_again():
    lines = [line("acl", None, {"x": 1}), line("association", None, {}), line("acl", {"x": 1}, {"x": 2})]
    assert [one.name for one in recorded(lines)] == ["association", "acl"]


def test_what_was_made_and_removed_has_the_place_where_it_was_removed():
    assert [one.name for one in recorded([line("a", None, {}), line("b", None, {}), line("a", {}, None)])] == ["a", "b"]


def test_resources_of_one_name_and_two_modules_are_two():
    assert len(recorded([line("shop", None, {}), line("shop", None, {}, "prodready.aws.cloudwatch_dashboards")])) == 2


def test_the_last_run_is_none_that_undid():
    change = {"module": "prodready.aws.s3_buckets"}
    undoing = [{"run": "third", "module": "prodready.aws.lock"}, {"run": "third", **change, "undoes": "second"}]
    lines = [{"run": "first", **change}, {"run": "second", **change}, *undoing]
    assert last_run(lines) == last_run(lines[:3]) == "second"
    assert last_run([]) is None


def test_half_a_line_is_named():
    with pytest.raises(ValueError, match="line 2 is not JSON"):
        parsed('{"run": "r1"}\n{"run": "r1", "mod')


@pytest.mark.parametrize(
    ("before", "after", "current", "expected"),
    [
        (None, {"x": 1}, {"x": 1, "default": 0}, Change("a", {"x": 1, "default": 0}, None)),
        ({"x": 1, "default": 0}, None, None, Change("a", None, {"x": 1, "default": 0})),
        ({"x": 1, "z": 5}, {"x": 2, "z": 5}, {"x": 2, "z": 5}, Change("a", {"x": 2, "z": 5}, {"x": 1, "z": 5})),
        # What the run gave a value and had none before, has none again; what it did not look at stays.
        ({"x": 1}, {"x": 1, "key": "k"}, {"x": 1, "key": "k", "w": 7}, Change("a", {"x": 1, "key": "k", "w": 7}, {"w": 7, "x": 1})),
        ({"x": 1}, {"x": 1, "key": "k"}, {"x": 1, "w": 7}, None),
        # Half done, by a run that was killed or by an undo that AWS stopped.
        ({"x": 1, "y": 1}, {"x": 2, "y": 2}, {"x": 2, "y": 1}, Change("a", {"x": 2, "y": 1}, {"x": 1, "y": 1})),
        ({"x": 1}, {"x": 2, "key": "k"}, {"x": 2, "key": "k", "w": 7}, Change("a", {"x": 2, "key": "k", "w": 7}, {"w": 7, "x": 1})),
    ],
)
def test_what_is_as_the_run_left_it_goes_back(before, after, current, expected):
    assert change(Recorded("m", "a", before, after), current) == expected


@pytest.mark.parametrize(("before", "after"), [(None, {"x": 1}), ({"x": 1}, None), ({"x": 1}, {"x": 2})])
def test_what_is_as_before_stays(before, after):
    assert change(Recorded("m", "a", before, after), before) is None


@pytest.mark.parametrize(
    ("before", "after", "current", "named"),
    [
        ({"x": 1}, {"x": 2, "y": 1}, {"x": 3, "y": 1}, r"\(x\)"),
        (None, {"x": 2}, {"x": 3}, r"\(x\)"),
        ({"x": 1}, {"x": 2}, None, "all of it"),
        ({"x": 1}, None, {"x": 2}, "all of it"),
    ],
)
def test_what_somebody_else_changed_since_is_refused_and_named(before, after, current, named):
    with pytest.raises(ValueError, match=rf"m: a is neither .*{named}"):
        change(Recorded("m", "a", before, after), current)


def test_what_a_broken_off_deletion_changed_on_its_way_is_no_bodys_change():
    made = Recorded("dynamodb_tables", "orders", None, {"deletion_protection": True})
    open_now = {"deletion_protection": False}
    with pytest.raises(ValueError, match="deletion_protection"):
        change(made, open_now)
    assert change(made, open_now, begun=True) == Change("orders", open_now, None)
    updated = Recorded("dynamodb_tables", "orders", {"ttl": "a"}, {"ttl": "b"})
    with pytest.raises(ValueError, match="ttl"):
        change(updated, {"ttl": "c"}, begun=True)


def test_a_run_that_came_after_the_undo_has_a_deletion_that_is_not_under_way():
    made, undone = line("orders", None, {"a": 1}, run="r1"), line("orders", {"a": 1}, None, run="u1", undoes="r1")
    assert begun([made, undone], "r1") == {("s3_buckets", "orders")}
    assert begun([made, undone], "r2") == set()
    assert begun([made, undone, line("orders", None, {"a": 2}, run="r2")], "r1") == set()


def test_a_state_is_compared_as_the_journal_has_it():
    state = {"days": (1, 2), "nested": {"path": Path("x")}}
    assert plain(state) == json.loads(json.dumps(state, default=str))
    assert plain(None) is None


STATES = st.dictionaries(st.sampled_from(["days", "ttl", "class"]), st.integers(0, 2) | st.just(""), min_size=1)


@given(STATES, st.lists(STATES, min_size=1, max_size=3))
def test_any_steps_of_a_run_are_taken_back_as_one(before, steps):
    """AWS has all fields always; the modules read those that are asked for."""
    before = {"days": 0, "ttl": 0, "class": 0, **before}
    lines, state = [], before
    for step in steps:
        for one in plan({"logs": step}, {"logs": state}):
            lines.append(line("logs", one.before, one.after))
            state = one.after
    for found in recorded(lines):
        back = change(found, state)
        assert back is None if state == before else (back.before, back.after) == (state, before)
        # And taken back, there is nothing more to take back.
        assert change(found, before) is None


@given(STATES, STATES, STATES)
def test_a_field_that_somebody_else_has_set_is_never_put_back(before, desired, theirs):
    before = {"days": 0, "ttl": 0, "class": 0, **before}
    after, now = merged(before, desired), {**merged(before, desired), **theirs}
    foreign = [key for key in now if now[key] not in (before[key], after[key])]
    for found in recorded([line("logs", before, after)]):
        if foreign:
            with pytest.raises(ValueError, match=f"somebody else|{foreign[0]}"):
                change(found, now)
        else:
            back = change(found, now)
            assert back is None or back.after == before


@given(STATES, STATES)
def test_an_undo_that_is_undone_leads_back(before, after):
    after = {**before, **after}
    for one in plan({"logs": after}, {"logs": before}):
        again = change(Recorded("m", "logs", one.after, one.before), one.before)
        assert again.after == after
