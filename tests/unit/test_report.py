"""Evidence as people read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import report

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
ROADMAP = [
    {"id": "immediate.infrastructure", "item": "Recovery", "promise": "Tables can be restored", "roles": ["dynamodb", "s3"]},
    {"id": "immediate.application", "item": "Deploy", "promise": "It answers", "roles": ["app_deploy"]},
]
HOLDS = {
    "id": "pitr.orders",
    "item": "immediate.infrastructure",
    "says": "Table orders can be restored",
    "observed": "ENABLED",
    "expected": {"equals": "ENABLED"},
    "state": "holds",
    "at": "2026-11-23T11:00:00+00:00",
    "host": "primary",
    "role": "dynamodb",
}
FAILS = {**HOLDS, "id": "pitr.carts", "says": "Table carts can be restored", "state": "fails", "observed": None}
WAIVED = {**FAILS, "id": "pitr.logs", "state": "waived", "waived": {"reason": "test data", "until": "2026-11-23"}}
OLD = {"at": "2026-11-22T11:59:59+00:00"}


def test_fresh_evidence_counts_as_it_is():
    for record in (HOLDS, FAILS, WAIVED):
        assert report.aged(record, NOW, DAY) == record


@pytest.mark.parametrize("record", [HOLDS, WAIVED])
def test_what_was_seen_too_long_ago_is_stale(record):
    aged = report.aged({**record, **OLD}, NOW, DAY)

    assert aged["state"] == "stale"
    assert OLD["at"] in aged["error"]
    assert report.broken([aged]) == [aged]


def test_what_is_to_be_seen_yet_is_stale_for_a_clock_is_wrong():
    aged = report.aged({**HOLDS, "at": "2026-11-23T12:05:01+00:00"}, NOW, DAY)

    assert aged["state"] == "stale"
    assert "a clock is wrong" in aged["error"]
    assert report.aged({**HOLDS, "at": "2026-11-23T12:04:59+00:00"}, NOW, DAY)["state"] == "holds"


def test_what_failed_long_ago_still_fails():
    assert report.aged({**FAILS, **OLD}, NOW, DAY)["state"] == "fails"


def test_a_waiver_that_ended_since_no_longer_counts():
    assert report.aged(WAIVED, NOW + timedelta(hours=12), DAY)["state"] == "fails"


def test_an_item_is_unproven_for_every_role_without_a_claim_about_it():
    records = [HOLDS, {**HOLDS, "item": "immediate.application", "role": "s3"}]

    assert report.unproven(ROADMAP, ["primary"], records) == [
        "immediate.infrastructure: no claim of role s3 was proven",
        "immediate.application: no claim of role app_deploy was proven",
    ]


def test_a_host_without_any_claim_is_unproven():
    records = [HOLDS, {**HOLDS, "role": "s3"}, {**HOLDS, "item": "immediate.application", "role": "app_deploy", "host": "app1"}]

    assert report.unproven(ROADMAP, ["primary", "app1", "app2"], records) == ["app2: no claim was proven"]


def test_the_summary_counts_every_state():
    stale = report.aged({**HOLDS, **OLD}, NOW, DAY)

    assert report.summary([HOLDS, HOLDS]) == "2 of 2 claims hold"
    assert report.summary([HOLDS, WAIVED, stale, FAILS]) == "1 of 4 claims hold, 1 waived, 1 stale, 1 do not hold"


@pytest.mark.parametrize(
    ("record", "seen"),
    [
        ({"observed": None}, "nothing"),
        ({"observed": []}, "nothing"),
        ({"observed": ""}, "nothing"),
        ({"observed": 0}, "0"),
        ({"observed": False}, "False"),
        ({"observed": ["a", 1]}, "a, 1"),
        ({"observed": {"a": "x", "b": "y"}}, "a, b"),
        ({"observed": "two\n lines"}, "two lines"),
        ({"observed": "x", "error": "AccessDenied:\n no"}, "AccessDenied: no"),
    ],
)
def test_what_was_seen_takes_one_line(record, seen):
    assert report.seen(record) == seen


def test_the_table_has_every_claim_under_its_item():
    records = [HOLDS, FAILS, {**HOLDS, "id": "health", "item": "immediate.application", "says": "It is healthy", "observed": 200}]

    assert report.table(ROADMAP, records) == "\n".join(
        [
            "Recovery (immediate.infrastructure): 1 of 2 claims hold, 1 do not hold",
            "  ✘ Table carts can be restored   nothing",
            "  ✔ Table orders can be restored  ENABLED",
            "Deploy (immediate.application): 1 of 1 claims hold",
            "  ✔ It is healthy                 200",
        ]
    )


def test_no_line_of_the_table_is_wider_than_the_terminal():
    records = [{**HOLDS, "says": "long " * 50, "observed": "wide " * 50}, HOLDS]

    assert max(map(len, report.table(ROADMAP, records, 100).splitlines())) <= 100


def test_the_page_has_every_claim_with_what_was_expected_and_seen():
    page = report.markdown("The shop", ROADMAP, [HOLDS, WAIVED], NOW)

    assert page.startswith("# The shop\n\n1 of 2 claims hold, 1 waived, 2026-11-23 12:00 UTC.\n")
    assert "## Recovery\n\nTables can be restored\n" in page
    assert "| holds | Table orders can be restored | equals ENABLED | ENABLED | 2026-11-23T11:00:00+00:00 |" in page
    assert "| waived: test data, until 2026-11-23 | Table carts can be restored |" in page


def test_nothing_that_was_seen_breaks_the_pages_table():
    page = report.markdown("The shop", ROADMAP, [{**HOLDS, "observed": "a|b\nc"}], NOW)

    assert "| a\\|b c |" in page


def test_a_claim_that_rests_on_what_was_only_accepted_is_marked():
    accepted = {**HOLDS, "fidelity": "accepted"}

    assert report.seen(accepted) == "(only accepted) ENABLED"
    assert report.seen({**FAILS, "fidelity": "accepted"}) == "nothing"
    assert report.summary([HOLDS, accepted, FAILS]).startswith("2 of 3 claims hold (1 only accepted)")
    assert "(only accepted) ENABLED" in report.table(ROADMAP, [accepted])
