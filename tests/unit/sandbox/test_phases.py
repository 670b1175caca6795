from __future__ import annotations

from types import SimpleNamespace

from sandbox.phases import begin, is_over, state_of


def test_a_phase_ends_by_itself(clock):
    table = SimpleNamespace()
    begin(table, "CREATING")
    assert state_of(table, "ACTIVE") == "CREATING"
    assert not is_over(table, "CREATING")
    clock.shift(1)
    assert state_of(table, "ACTIVE") == "ACTIVE"
    assert is_over(table, "CREATING")
    assert not is_over(table, "DELETING")


def test_a_clock_that_is_set_back_leaves_no_phase_behind(clock):
    table = SimpleNamespace()
    begin(table, "CREATING")
    clock.shift(-3600)
    assert state_of(table, "ACTIVE") == "ACTIVE"
