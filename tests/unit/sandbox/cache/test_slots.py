"""How slots are written, and spread over shards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cache import slots

IDS = [f"{number:04}" for number in range(1, 13)]


@given(st.sets(st.integers(0, slots.NUMBER - 1)))
def test_what_is_written_is_read_again(some):
    assert slots.parsed(slots.text(some)) == some


@pytest.mark.parametrize("text", ["0-16384", "9-3", "a-b", "-1", "1--2"])
def test_what_is_no_range_of_slots_is_refused(text):
    with pytest.raises(ValueError, match="is no range of slots"):
        slots.parsed(text)


def test_two_shards_have_half_each():
    assert {name: slots.text(some) for name, some in slots.spread({}, IDS[:2]).items()} == {"0001": "0-8191", "0002": "8192-16383"}


@given(st.integers(1, 12), st.integers(1, 12))
def test_every_slot_is_somewhere_once_as_evenly_as_can_be_and_no_more_move_than_must(before, after):
    now = slots.spread({}, IDS[:before])
    then = slots.spread(now, IDS[:after])
    sizes = [len(some) for some in then.values()]
    assert sum(sizes) == len(set().union(*then.values())) == slots.NUMBER and max(sizes) - min(sizes) <= 1
    stays = sum(len(now[name] & then[name]) for name in now.keys() & then.keys())
    assert stays == sum(min(len(now[name]), len(then[name])) for name in now.keys() & then.keys())
