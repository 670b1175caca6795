"""Claims: what is asked, when it holds, and what the evidence says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.claim import COMPARE, complaint, expand, holds, judge, problems
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2030, 6, 1)
CLAIM = {
    "id": "pitr.orders",
    "item": "immediate.infrastructure",
    "says": "The orders can be restored",
    "ask": {"service": "dynamodb", "operation": "describe_table", "params": {"TableName": "orders"}, "url": None},
    "expect": {"equals": "ENABLED"},
}
# AWS answers with JSON: all its types may be compared with all others.
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(COMPARE)), ANYTHING)
def test_nothing_observed_never_holds(comparison, expected):
    assert not holds({comparison: expected}, None)


# What is no regular expression is refused before anything is asked.
@given(st.sampled_from(sorted(set(COMPARE) - {"matches"})), ANYTHING, ANYTHING)
def test_whatever_is_compared_the_answer_is_yes_or_no(comparison, expected, observed):
    assert holds({comparison: expected}, observed) in (True, False)


@given(st.sampled_from(sorted(set(COMPARE) - {"matches"})), ANYTHING, ANYTHING)
def test_a_record_says_what_was_seen_and_never_holds_beside_what_fails(comparison, expected, observed):
    record = judge({**CLAIM, "expect": {comparison: expected}}, observed, TODAY)
    assert (record["state"] == "holds") is holds({comparison: expected}, observed)
    assert (record["observed"], record["expected"]) == (observed, {comparison: expected})


@given(st.lists(st.text("ab-", min_size=1, max_size=4), max_size=4), st.text("$each{} .", max_size=12))
def test_a_claim_is_made_once_for_each_value_and_nothing_else_is_filled_in(values, text):
    found = list(expand({"id": "it.$each", "says": text, "each": values, "expect": {"equals": "$each"}}))
    assert [one["id"] for one in found] == [f"it.{value}" for value in values]
    assert [one["expect"]["equals"] for one in found] == values
    assert [one["says"] for one in found if "each" not in text] == [text.replace("$$", "$") for _ in values if "each" not in text]


@pytest.mark.parametrize(
    ("expect", "holding", "failing"),
    [
        ({"equals": 35}, 35, 7),
        ({"differs": "OFF"}, "ON", "OFF"),
        ({"below": 500}, 499.9, 500),
        ({"above": 0}, 1, 0),
        ({"at_most": 1}, 1, 2),
        ({"at_least": 80}, 80, 79.9),
        ({"contains": "a"}, ["a", "b"], ["b"]),
        ({"contains": ["a", "b"]}, ["b", "a", "c"], ["a"]),
        ({"among": ["ENABLED", "ENABLING"]}, "ENABLING", "DISABLED"),
        ({"matches": "^20"}, "2030", "1930"),
        ({"below": 5}, 4, "4"),
    ],
)
def test_comparisons(expect, holding, failing):
    assert holds(expect, holding) and not holds(expect, failing)


def test_a_moment_is_younger_than_some_days_or_not():
    moment = (datetime.now(UTC) - timedelta(days=2)).isoformat()

    assert holds({"younger_than_days": 3}, moment) and not holds({"younger_than_days": 1}, moment)


def test_one_claim_for_each_value_in_the_place_of_each():
    claim = {"id": "pitr.$each", "each": ["orders", "users"], "expect": {"equals": "$each"}}

    assert list(expand(claim)) == [
        {"id": "pitr.orders", "expect": {"equals": "orders"}},
        {"id": "pitr.users", "expect": {"equals": "users"}},
    ]


def test_a_text_that_is_nothing_but_a_key_becomes_its_value_of_its_own_type():
    claim = {"says": "$name keeps $days days", "each": [{"name": "orders", "days": 35}], "expect": {"equals": ["$name", "$days"]}}

    assert list(expand(claim)) == [{"says": "orders keeps 35 days", "expect": {"equals": ["orders", 35]}}]


def test_no_values_are_no_claims():
    assert list(expand({"id": "pitr.$each", "each": []})) == []


def test_a_claim_without_each_is_itself():
    assert list(expand(CLAIM)) == [CLAIM]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"expect": {"resembles": 1}}, "pitr.orders: expect must be one of"),
        ({"expect": {}}, "pitr.orders: expect must be one of"),
        ({"expect": {"equals": 1, "below": 2}}, "pitr.orders: expect must be one of"),
        ({"expect": {"matches": "("}}, "pitr.orders: expect.matches must be a regular expression, not '('"),
        ({"observed": 1}, "pitr.orders: a claim has either ask or observed"),
        ({"waived": {"until": "2030-07-01"}}, "pitr.orders: a waiver gives its reason"),
        ({"waived": {"reason": "moving", "until": "soon"}}, "pitr.orders: waived.until must be a date such as 2030-06-01, not 'soon'"),
    ],
)
def test_a_claim_that_cannot_be_judged_is_named(change, problem):
    (found,) = problems([{**CLAIM, **change}], TODAY)

    assert found.startswith(problem)


def test_two_claims_of_one_id_are_refused():
    assert problems([CLAIM, CLAIM], TODAY) == ["pitr.orders: two claims have this id"]


def test_a_good_claim_has_no_problem():
    assert problems([CLAIM, {**CLAIM, "id": "other", "ask": None, "observed": 0}], TODAY) == []


def test_the_evidence_says_what_was_asked_seen_and_expected():
    assert judge(CLAIM, "ENABLED", TODAY, at="now") == {
        "id": "pitr.orders",
        "item": "immediate.infrastructure",
        "says": "The orders can be restored",
        "asked": {"service": "dynamodb", "operation": "describe_table", "params": {"TableName": "orders"}},
        "observed": "ENABLED",
        "expected": {"equals": "ENABLED"},
        "state": "holds",
        "at": "now",
    }


@pytest.mark.parametrize(("until", "state"), [("2030-06-01", "waived"), ("2030-05-31", "fails")])
def test_a_waiver_counts_to_the_end_of_its_day(until, state):
    waived = {"reason": "moving", "until": until}

    assert judge({**CLAIM, "waived": waived}, "DISABLED", TODAY)["state"] == state


def test_a_claim_that_holds_needs_no_waiver():
    assert judge({**CLAIM, "waived": {"reason": "moving", "until": "2030-07-01"}}, "ENABLED", TODAY)["state"] == "holds"


def test_the_complaint_says_what_was_expected_and_seen():
    assert complaint(judge(CLAIM, "DISABLED", TODAY)) == (
        "pitr.orders: The orders can be restored: expected equals 'ENABLED', saw 'DISABLED'"
    )


def test_the_complaint_says_why_nothing_was_seen():
    assert complaint(judge(CLAIM, None, TODAY, error="no permission")).endswith("expected equals 'ENABLED', no permission")


@pytest.mark.parametrize(("seen", "state"), [(500, "holds"), (499, "unproven"), (0, "unproven"), (None, "unproven")])
def test_a_figure_of_too_few_samples_is_neither_green_nor_red(seen, state):
    for observed in ("ENABLED", "DISABLED"):
        found = judge({**CLAIM, "samples": {"seen": seen, "at_least": 500}}, observed, TODAY)
        assert found["state"] == (state if state == "unproven" or observed == "ENABLED" else "fails")
    assert judge({**CLAIM, "samples": {"seen": 12, "at_least": 500}}, "ENABLED", TODAY)["error"] == "not enough data: 12 of 500 samples"


def test_a_waiver_covers_too_few_samples_too():
    claim = {**CLAIM, "samples": {"seen": 1, "at_least": 500}, "waived": {"reason": "new", "until": "2030-07-01"}}
    assert judge(claim, "ENABLED", TODAY)["state"] == "waived"


def test_a_claim_about_no_samples_could_not_fail():
    assert problems([{**CLAIM, "samples": {"at_least": 0}}], TODAY) == ["pitr.orders: samples.at_least must be 1 or more"]
