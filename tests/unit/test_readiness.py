"""One decision from evidence: what makes it, what it says, and how it is read."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.readiness import budget, decision, document, next_steps, state
from ansible_collections.prodready.aws.plugins.module_utils.readiness_papers import papers
from ansible_collections.prodready.aws.plugins.module_utils.readiness_views import junit, markdown, text
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
TABLES = {
    "id": "immediate.tables",
    "phase": "immediate",
    "item": "Tables",
    "promise": "Restorable",
    "priority": "critical",
    "roles": ["dynamodb"],
}
LIMITS = {
    "id": "metrics.errors",
    "phase": "metrics",
    "item": "Error rate",
    "promise": "Few fail",
    "priority": "high",
    "roles": ["readiness"],
    "mend": "ansible-playbook playbooks/load_test.yml",
}
DONE = {"id": "done.pitr", "phase": "done", "item": "Recovery", "promise": "Any second", "claims": ["dynamodb.pitr.*"]}
LATER = {"id": "long_term.cost", "phase": "long_term", "item": "Cost", "promise": "Used"}
ROADMAP = [LIMITS, DONE, TABLES, LATER]


def record(name: str, item: str, seen_as: str = "holds", **more: object) -> dict:
    return {
        "id": name,
        "item": item,
        "says": f"{name} is so",
        "observed": 1,
        "expected": {"below": 1.0},
        "state": seen_as,
        "at": "2026-11-27T11:59:00+00:00",
        "host": "primary",
        "role": name.partition(".")[0],
        **more,
    }


PITR = record("dynamodb.pitr.orders", "immediate.tables")
ERRORS = record("readiness.errors", "metrics.errors", samples={"seen": 900, "at_least": 500})
FIGURE = {
    "value": 0.5,
    "samples": 900,
    "source": "100 * (a) / (b)",
    "window_seconds": 86400,
    "period_seconds": 300,
    "start": 0,
    "end": 86400,
    "course": [[0, 0.1, 100], [86100, 2.0, 100]],
}
DRILL = record("alb.drill.back", "immediate.tables", role="drill-health_checks")


def made(*records: dict, **more: object) -> dict:
    about = {"application": "shop", "environment": "production", "title": "shop in production"}
    return document(about, ROADMAP, records, figures={"primary": {"errors": FIGURE}}, now=NOW, **more)


def changed(one: dict, seen_as: str, **more: object) -> dict:
    return {**one, "state": seen_as, **more}


@pytest.mark.parametrize(
    ("records", "decided", "code"),
    [
        ([PITR, ERRORS], "ready", 0),
        ([changed(PITR, "waived", waived={"reason": "moving", "until": "2026-12-01"}), ERRORS], "ready", 0),
        ([changed(PITR, "fails"), ERRORS], "not_ready", 2),
        ([changed(PITR, "fails"), changed(ERRORS, "unproven")], "not_ready", 2),
        ([PITR, changed(ERRORS, "unproven")], "not_proven", 3),
        ([changed(PITR, "stale"), ERRORS], "not_proven", 3),
        ([PITR], "not_proven", 3),
        ([], "not_proven", 3),
    ],
)
def test_the_decision_is_of_all_claims(records, decided, code):
    found = made(*records)
    assert (found["decision"], found["exit_code"]) == (decided, code)


@given(st.lists(st.sampled_from(["holds", "waived", "fails", "stale", "unproven"]), max_size=6))
def test_it_is_ready_only_when_everything_holds_or_is_waived(states):
    records = [changed(PITR, one, id=f"dynamodb.pitr.{number}") for number, one in enumerate(states)]
    assert (decision([TABLES], records) == "ready") == (bool(states) and set(states) <= {"holds", "waived"})


def test_a_host_without_evidence_is_not_proven():
    assert decision([TABLES], [PITR], ["app1"]) == "not_proven"


def test_a_drill_that_failed_counts_and_one_that_was_never_done_does_not():
    assert made(PITR, ERRORS, drills=[changed(DRILL, "fails")])["decision"] == "not_ready"
    (shown,) = made(PITR, ERRORS, drills=[DRILL])["drills"]
    assert (shown["name"], shown["state"], shown["figures"]) == ("health_checks", "holds", {"alb.drill.back is so": 1})


def test_an_item_of_others_claims_is_what_they_are_and_one_with_neither_has_not_started():
    assert state(DONE, [PITR]) == "holds"
    assert state(DONE, [changed(PITR, "fails")]) == "fails"
    assert state(DONE, [ERRORS]) == "unproven"
    assert state(LATER, [PITR]) == "not_started"


def test_what_holds_production_back_is_what_fails_then_what_matters_most_with_its_command():
    steps = next_steps(ROADMAP, [changed(PITR, "stale"), changed(ERRORS, "fails")])
    assert [(step["command"], step["fails"]) for step in steps] == [
        ("ansible-playbook playbooks/load_test.yml", True),
        ("ansible-playbook playbooks/verify.yml -e phase=immediate", False),
    ]
    assert next_steps(ROADMAP, [PITR, ERRORS]) == []
    (step, *_) = next_steps(ROADMAP, [changed(PITR, "fails"), ERRORS])
    assert step["command"] == "ansible-playbook playbooks/immediate.yml --tags dynamodb"


def test_an_error_budget_is_used_by_what_failed_and_burns_as_fast_as_the_last_hour():
    assert budget(FIGURE, {"below": 1}) == {"allowed_percent": 1, "used_percent": 50.0, "burn_rate": 2.0}
    up = {**FIGURE, "value": 99.95, "course": [[86000, 100.0, 10]]}
    assert budget(up, {"above": 99.9}) == {"allowed_percent": 0.1, "used_percent": 50.0, "burn_rate": 0.0}
    assert budget({**FIGURE, "source": "Shop Latency p95"}, {"below": 500}) is None
    assert budget({**FIGURE, "value": None}, {"below": 1}) is None


def test_a_trend_keeps_what_was_decided_and_measured():
    before = {"at": "2026-11-26T12:00:00+00:00", "decision": "not_ready", "claims": {"fails": 1}, "metrics": {"primary.errors": 4}}
    now = {"at": NOW.isoformat(), "decision": "ready", "claims": {"holds": 2}, "metrics": {"primary.errors": 0.5}}
    assert made(PITR, ERRORS, history=[before])["history"] == [before, now]


def test_the_terminal_says_the_decision_the_metrics_and_what_to_do():
    said = text(made(changed(PITR, "fails", observed=None), ERRORS))
    assert said.startswith("NOT READY: shop in production\n1 of 2 claims hold, 1 do not hold\n")
    assert "✔ readiness.errors is so  0.5 < 1, 900 samples in 1 day, burn rate 2" in said
    assert "1. ansible-playbook playbooks/immediate.yml --tags dynamodb\n       primary: dynamodb.pitr.orders is so" in said
    assert "· long_term: not started" in said


def test_too_few_samples_are_said_with_how_many_it_takes():
    few = changed(ERRORS, "unproven", samples={"seen": 900, "at_least": 5000}, error="not enough data: 900 of 5000 samples")
    assert "900 of 5000 samples" in text(made(PITR, few))


def test_a_pull_request_gets_a_page_whose_tables_hold_together():
    page = markdown(made(changed(PITR, "fails", says="a | b\nc"), ERRORS))
    assert page.startswith("# Not ready: shop in production")
    rows = [line for line in page.splitlines() if line.startswith("| ✘ | primary")]
    assert rows == ["| ✘ | primary | a \\| b c | 1 |"]


CHECKED = {**DONE, "id": "done.deployment_checklist", "item": "Deployment checklist"}
WAYS = [
    {"failure": "Items are gone", "seen": "404", "steps": ["aws dynamodb restore", "Compare"], "claims": ["dynamodb.*"], "drill": None},
    {"failure": "A host is lost", "seen": "alarm", "steps": ["Wait"], "claims": ["alb.*"], "drill": "health_checks"},
    {"failure": "The cache is lost", "seen": "alarm", "steps": ["Wait"], "claims": ["readiness.*"], "drill": "cache"},
]


def test_a_checklists_boxes_are_claims():
    found = document(
        {"application": "shop", "environment": "production"},
        [CHECKED],
        [PITR, changed(PITR, "fails", id="dynamodb.pitr.carts", says="carts", observed=None)],
        now=NOW,
    )
    page = papers(found, [])["deployment-checklist.md"]
    assert "- [x] dynamodb.pitr.orders is so, at primary\n" in page
    assert "- [ ] carts, at primary (nothing)\n" in page


def test_who_is_new_finds_the_places_the_addresses_and_what_was_seen():
    site = record("alb.site.shop", "immediate.tables", host="standby", asked={"url": "https://shop.example.com/", "take": "status"})
    page = papers(made(PITR, ERRORS, site), [])["what-runs-where.md"]
    assert "| primary | dynamodb, readiness | 2 of 2 claims hold |\n| standby | alb | 1 of 1 claims hold |" in page
    assert "\n- https://shop.example.com/\n" in page
    assert "## Tables\n\nRestorable.\n\n- [x] dynamodb.pitr.orders is so, at primary\n- [x] alb.site.shop is so, at standby\n" in page


def test_the_recovery_plan_says_of_each_failure_what_to_do_and_whether_that_works_today():
    plan = papers(made(PITR, changed(ERRORS, "fails"), drills=[DRILL]), WAYS)["recovery-plan.md"]
    rows = [line for line in plan.splitlines() if line.startswith("| ") and "Failure" not in line]
    assert rows == [
        "| Items are gone | yes: 1 of 1 claims hold | none |",
        "| A host is lost | yes: 1 of 1 claims hold | health_checks, 2026-11-27T11:59:00+00:00 |",
        "| The cache is lost | no: 0 of 1 claims hold, 1 do not hold | never: `ansible-playbook playbooks/drill.yml -e drill=cache` |",
    ]
    assert "1. `aws dynamodb restore`\n2. Compare\n" in plan
    assert "Drill `health_checks` at primary, 2026-11-27T11:59:00+00:00: holds.\n- alb.drill.back is so: 1" in plan
    assert "no: 0 of 0 claims hold" in papers(made(PITR), [{**WAYS[0], "claims": ["none.*"]}])["recovery-plan.md"]


def test_a_ci_server_gets_a_case_for_each_claim():
    found = made(changed(PITR, "fails", observed="\x1b[31m"), changed(ERRORS, "unproven", error="not enough data"))
    suites = {suite.get("name"): suite for suite in ElementTree.fromstring(junit(found))}
    counts = {name: tuple(int(suite.get(kind)) for kind in ("tests", "failures", "errors", "skipped")) for name, suite in suites.items()}
    assert counts == {
        "metrics.errors": (1, 0, 1, 0),
        "done.pitr": (1, 1, 0, 0),
        "immediate.tables": (1, 1, 0, 0),
        "long_term.cost": (0, 0, 0, 0),
    }
