"""Drift: what a plan says of now, and what the decision makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.readiness import next_steps
from ansible_collections.prodready.aws.plugins.module_utils.readiness_plans import planned
from ansible_collections.prodready.aws.plugins.module_utils.readiness_views import markdown, text

from tests import decisions
from tests.decisions import NOW, plan

CHANGE = {
    "place": "primary",
    "role": "dynamodb",
    "kind": "dynamodb_tables",
    "name": "orders",
    "action": "update",
    "fields": ["~ recovery_days: 0 -> 35"],
}


@pytest.mark.parametrize(
    ("found", "state", "note"),
    [
        (plan("immediate"), "clean", ""),
        (plan("immediate", CHANGE), "drifted", ""),
        (plan("immediate", CHANGE, made_since=1), "outdated", "1 change was made since it was planned"),
        (plan("immediate", CHANGE, at=(NOW - timedelta(days=2)).isoformat()), "outdated", "planned too long ago to count"),
        (plan("immediate", whole=False), "broken", "the plan failed, so it is not whole"),
        (planned("immediate", None, "", 0, NOW, timedelta(1)), "unplanned", "never planned here"),
        (
            planned("immediate", {"at": NOW.isoformat(), "whole": True, "changes": []}, "is not as it was written", 0, NOW, timedelta(1)),
            "unplanned",
            "the plan does not count: it is not as it was written",
        ),
    ],
)
def test_a_plan_counts_while_it_is_whole_young_unedited_and_nothing_was_changed_since(found, state, note):
    assert (found["state"], found["note"]) == (state, note)


def test_drift_is_mended_by_running_the_phase_and_what_is_not_known_by_planning_it():
    assert plan("immediate", CHANGE)["command"] == "ansible-playbook playbooks/immediate.yml"
    assert plan("immediate", CHANGE, made_since=1)["command"] == "tools/readiness --drift"


def test_drift_comes_after_all_that_holds_production_back_and_only_while_it_counts():
    steps = next_steps(decisions.ROADMAP, decisions.failing()["claims"], [plan("immediate", CHANGE)])
    assert [step["drifts"] for step in steps] == [False] * (len(steps) - 1) + [True]
    assert steps[-1] == {
        "command": "ansible-playbook playbooks/immediate.yml",
        "item": "immediate.tables",
        "priority": "critical",
        "fails": False,
        "drifts": True,
        "what": ["primary: dynamodb_tables orders differs"],
    }
    assert next_steps(decisions.ROADMAP, decisions.HELD, [plan("immediate", CHANGE, made_since=1)]) == []


def test_drift_decides_nothing_and_is_said_in_the_terminal_and_in_markdown():
    made = decisions.decided(*decisions.HELD, figures=decisions.FIGURES, plans=[plan("immediate", CHANGE)])
    assert made["decision"] == "ready"
    said = "0 to create, 1 to change, 0 to remove, planned 2026-11-27 11:58 UTC"
    assert f"~ plan of immediate: would be changed ({said})" in text(made)
    assert "What to do next:\n  1. ansible-playbook playbooks/immediate.yml\n       primary: dynamodb_tables orders differs" in text(made)
    assert f"| ~ | immediate | {said} |" in markdown(made)
    assert "| primary | update | dynamodb_tables | orders | ~ recovery_days: 0 -> 35 |" in markdown(made)
