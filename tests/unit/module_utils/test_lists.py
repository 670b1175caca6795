"""Lists of what is declared."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.lists import batches, declared_twice, repeated, used_twice


@pytest.mark.parametrize(
    ("items", "found"),
    [("", []), ("abc", []), ("cbacb", ["b", "c"]), ([("x", 1), ("x", 2), ("x", 1)], [("x", 1)])],
)
def test_what_is_there_more_than_once_is_told_once_and_in_order(items, found):
    assert repeated(items) == found


def test_both_ways_to_say_it():
    assert declared_twice("table", iter("aba")) == ["a: the table is declared twice"]
    assert used_twice("alarm", iter("aba")) == ["alarm a: the name is used twice"]


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (20, [20]), (41, [20, 20, 1])])
def test_batches_are_full_but_the_last_and_keep_the_order(count, sizes):
    found = batches(iter(range(count)), 20)
    assert [len(some) for some in found] == sizes
    assert [one for some in found for one in some] == list(range(count))
