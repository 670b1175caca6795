"""The plan as people read it."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.plan import Change, diff
from ansible_collections.prodready.aws.plugins.module_utils.plan_view import (
    ABSENT,
    WIDTH,
    differing,
    entries,
    kept,
    lines,
    summary,
    unchanged,
)


def printed(before, after, kind="s3_buckets"):
    changed = {"changed": True, "diff": diff([Change("images", before, after)])}
    return [line for entry in entries(kind, "a task", changed) for _, line in lines(entry)]


def test_a_changed_resource_shows_only_what_differs_deep_inside():
    before = {"versioning": "Suspended", "lifecycle": {"old": {"Days": 30, "Status": "Enabled"}}, "tags": {"team": "a"}}
    after = {"versioning": "Suspended", "lifecycle": {"old": {"Days": 90, "Status": "Enabled"}}, "tags": {"app": "shop"}}
    assert printed(before, after) == [
        "  ~ s3_buckets: images",
        "    ~ lifecycle.old.Days: 30 -> 90",
        "    - tags.team: a",
        "    + tags.app: shop",
    ]


def test_a_new_resource_shows_what_it_will_be_but_not_what_is_empty():
    after = {"versioning": "Enabled", "policy": None, "tags": {}, "rules": [{"id": 1}, {"id": 2}]}
    assert printed(None, after) == ["  + s3_buckets: images", "      versioning: Enabled", "      rules: 2 items"]


def test_a_removed_resource_shows_what_is_lost():
    assert printed({"versioning": "Enabled"}, None) == ["  - s3_buckets: images", "      versioning: Enabled"]


def test_items_of_a_list_are_compared_one_by_one():
    before, after = {"widgets": [{"x": 0}, {"x": 8}]}, {"widgets": [{"x": 0}, {"x": 9}, {"x": 1}]}
    assert printed(before, after)[1:] == ["    ~ widgets[1].x: 8 -> 9", "    + widgets[2].x: 1"]


def test_no_line_is_wider_than_a_terminal_and_none_is_cut():
    words = [f"word{number}" for number in range(60)]
    found = printed({"description": " ".join(words)}, {"description": " ".join(reversed(words))})
    assert max(map(len, found)) <= WIDTH
    assert [word for line in found[2:] for word in line.split() if word.startswith("word")] == [*words, *reversed(words)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, {"variables": {"KEY": "2026-01-01"}, "version": "a"}, ["  + secrets: images", "      variables.KEY: (secret)"]),
        (
            {"variables": {"KEY": "2026-01-01", "OLD": "2026-01-01"}, "version": "a"},
            {"variables": {"KEY": "2026-02-02"}, "version": "b"},
            ["  ~ secrets: images", "    ~ variables.KEY: changed", "    - variables.OLD: (secret)"],
        ),
    ],
)
def test_of_a_secret_only_the_names_and_that_they_change_are_shown(before, after, expected):
    assert printed(before, after, "secrets") == expected


def test_a_task_without_a_diff_is_an_entry_by_its_name():
    (entry,) = entries("ansible.builtin.copy", "The file is there", {"changed": True})
    assert [line for _, line in lines(entry)] == ["  ~ ansible.builtin.copy: The file is there"]


def test_a_task_that_changes_nothing_is_no_entry():
    assert entries("deployment", "a task", {"changed": False, "diff": {"before": 1, "after": 1}}) == []


def test_what_is_left_is_counted_by_the_module_or_is_the_one_thing_that_it_keeps():
    assert unchanged({"changed": True, "unchanged": 3, "diff": []}) == 3
    assert unchanged({"changed": False, "diff": {}}) == 1
    assert unchanged({"changed": True, "diff": {}}) == 0
    assert unchanged({"changed": False, "claims": []}) == 0


def test_the_last_line_counts_every_action():
    changes = [Change("a", None, {"x": 1}), Change("b", {"x": 1}, {"x": 2}), Change("c", {"x": 1}, None), Change("d", {"x": 1}, None)]
    found = entries("s3_buckets", "a task", {"changed": True, "diff": diff(changes)})
    assert summary(found, 5) == "1 to create, 1 to change, 2 to remove, 5 to leave"


def test_a_field_that_becomes_something_nested_is_one_field():
    assert list(differing({"watch": [1]}, {"watch": {"a": 1}})) == [(("watch",), [1], {"a": 1})]
    assert list(differing({}, {"watch": {"a": 1}})) == [(("watch", "a"), ABSENT, 1)]


def test_what_is_kept_of_a_resource_are_its_fields_and_of_secrets_only_that_they_change():
    before, after = {"variables": {"TOKEN": "2026-11-01"}}, {"variables": {"TOKEN": "2026-11-27"}}
    (entry,) = entries("secrets", "a task", {"changed": True, "diff": diff([Change("shop", before, after)])})
    assert kept(entry) == {"kind": "secrets", "name": "shop", "action": "update", "fields": ["~ variables.TOKEN: changed"]}
    (entry,) = entries("s3_buckets", "a task", {"changed": True, "diff": diff([Change("logs", None, {"policy": "x" * 90})])})
    assert kept(entry)["fields"] == ["policy:", "  " + "x" * 72, "  " + "x" * 18]
