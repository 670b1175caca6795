"""The report reads evidence of many hosts, and fails for what is missing as for what does not hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ansible_collections.prodready.aws.plugins.modules import report

ROADMAP = [{"id": "immediate.infrastructure", "phase": "immediate", "item": "Recovery", "promise": "It is restored", "roles": ["dynamodb"]}]
HOLDS = {
    "id": "pitr.orders",
    "item": "immediate.infrastructure",
    "says": "Table orders can be restored",
    "observed": "ENABLED",
    "expected": {"equals": "ENABLED"},
    "state": "holds",
}


def ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="seconds")


@pytest.fixture
def seen(tmp_path):
    """A function that keeps these records as a host's evidence of the role dynamodb."""

    def seen(*records: dict, host: str = "primary") -> Path:
        file = tmp_path / "evidence" / host / "dynamodb.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps([{"at": ago(0), **record} for record in records]))
        return file

    return seen


@pytest.fixture
def show(run, tmp_path):
    folders = {"evidence": str(tmp_path / "evidence"), "dest": str(tmp_path / "out" / "report.md")}
    return lambda **more: run(report.main, **{**folders, "hosts": ["primary"], "roadmap": ROADMAP, **more})


def test_claims_that_hold_are_shown_and_written_to_the_page(show, seen, tmp_path):
    seen(HOLDS)
    shown = show()

    assert not shown.get("failed")
    assert shown["summary"] == "1 of 1 claims hold"
    assert "✔ Table orders can be restored  ENABLED" in shown["text"]
    assert "| holds | Table orders can be restored |" in (tmp_path / "out" / "report.md").read_text()


def test_a_claim_that_does_not_hold_fails_the_report_and_is_on_the_page(show, seen, tmp_path):
    seen(HOLDS, {**HOLDS, "id": "pitr.carts", "observed": "DISABLED", "state": "fails"})
    shown = show()

    assert shown["failed"]
    assert "pitr.carts: Table orders can be restored: expected equals 'ENABLED', saw 'DISABLED'" in shown["msg"]
    assert "| fails |" in (tmp_path / "out" / "report.md").read_text()


def test_a_waived_claim_does_not_fail_the_report(show, seen):
    until = datetime.now(UTC).date().isoformat()
    seen(HOLDS, {**HOLDS, "id": "pitr.carts", "observed": None, "state": "waived", "waived": {"reason": "test data", "until": until}})

    assert show()["summary"] == "1 of 2 claims hold, 1 waived"


def test_stale_evidence_fails_the_report(show, seen):
    seen({**HOLDS, "at": ago(25)})
    shown = show()

    assert shown["failed"]
    assert "too long ago to count" in shown["msg"]
    assert not show(max_age_hours=26).get("failed")


@pytest.mark.parametrize("records", [[], [{**HOLDS, "item": "immediate.application"}]])
def test_an_item_without_a_claim_fails_the_report(show, seen, records):
    seen(*records)

    assert "immediate.infrastructure: no claim of role dynamodb was proven" in show()["msg"]


def test_a_place_where_nothing_was_ever_proven_fails_the_report(show):
    assert show()["failed"]


def test_a_host_without_evidence_fails_the_report(show, seen):
    seen(HOLDS)

    assert "standby: no claim was proven" in show(hosts=["primary", "standby"])["msg"]


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]", '[{"id": "x"}]', '["\\ud800'])
def test_evidence_that_cannot_be_read_fails_the_report_and_is_named(show, seen, text):
    file = seen(HOLDS)
    file.write_text(text)
    shown = show()

    assert str(file) in shown["msg"]
    assert "playbooks/verify.yml" in shown["msg"]


def test_evidence_with_an_unknown_state_is_refused(show, seen):
    seen({**HOLDS, "state": "fine"})

    assert "holds something else than evidence" in show()["msg"]


def test_evidence_of_other_hosts_does_not_count(show, seen):
    seen(HOLDS)
    seen({**HOLDS, "state": "fails"}, host="retired")

    assert show()["summary"] == "1 of 1 claims hold"


def test_check_mode_shows_and_writes_no_page(show, seen, tmp_path):
    seen(HOLDS)

    assert show(check_mode=True)["summary"] == "1 of 1 claims hold"
    assert not (tmp_path / "out").exists()


def test_a_page_that_cannot_be_written_is_an_error_that_names_it(show, seen, tmp_path):
    seen(HOLDS)
    (tmp_path / "out").write_text("in the way")

    assert str(tmp_path / "out" / "report.md") in show()["msg"]
