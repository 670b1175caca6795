"""The roadmap, the phase playbooks, the roles and their claims say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import roadmap_table
from tools.said import dictionaries, read

CHECKOUT = Path(__file__).parents[2]
ROADMAP = roadmap_table.roadmap()
VARIABLES = yaml.safe_load((CHECKOUT / "playbooks/vars/roadmap.yml").read_text())
METRICS, DONE, LATER = (VARIABLES[f"roadmap_{name}"] for name in ("metrics", "done", "later"))
ALL = METRICS + DONE + ROADMAP + LATER
ROLES = sorted({role for item in ROADMAP for role in item["roles"]})
PHASES = sorted({item["phase"] for item in ROADMAP})
PAIRS = [(item["id"], role) for item in ROADMAP + METRICS for role in item["roles"]]


def plays(playbook: str) -> Iterator[dict[str, Any]]:
    """A playbook's plays and those of the playbooks it imports."""
    for play in read(f"playbooks/{playbook}"):
        if imported := play.get("ansible.builtin.import_playbook"):
            yield from plays(imported)
        else:
            yield play


def claims(role: str) -> list[dict[str, Any]]:
    return [found for found in dictionaries(read(f"roles/{role}/vars/main.yml")) if {"id", "item", "expect"} <= found.keys()]


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_playbook_has_the_roles_of_its_items_and_no_others(phase):
    found = {role["role"] for play in plays(f"{phase}.yml") for role in play.get("roles", [])}

    assert found == {f"prodready.aws.{role}" for item in ROADMAP if item["phase"] == phase for role in item["roles"]}


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_rehearses_all_its_roles_before_the_first_is_applied(phase):
    found = [play for play in plays(f"{phase}.yml") if play.get("vars", {}).get("runbook_rehearsal") or play.get("roles")]
    rehearsals = [play for play in found if not play.get("roles")]
    roles = [task["ansible.builtin.import_role"]["name"] for task in dictionaries(rehearsals) if "ansible.builtin.import_role" in task]

    assert found[: len(rehearsals)] == rehearsals
    assert all(play["check_mode"] for play in rehearsals)
    assert sorted(roles) == sorted(role["role"] for play in found for role in play.get("roles", []))


def locks(playbook: str) -> list[str] | None:
    """What a playbook locks, with nothing but the place's preparation and rehearsals before."""
    for play in read(f"playbooks/{playbook}"):
        imported = play.get("ansible.builtin.import_playbook")
        if imported == "lock.yml":
            return play["vars"]["runbook_locks"]
        if imported != "place.yml" and not play.get("check_mode"):
            return None
    return None


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_playbook_locks_its_phase(phase):
    assert phase in (locks(f"{phase}.yml") or [])


def test_what_changes_something_holds_a_lock_and_nothing_else_does():
    for playbook in ("deploy.yml", "rotate.yml", "rollback.yml"):
        assert locks(playbook) == ["immediate"], playbook
    assert sorted(locks("undo.yml") or []) == PHASES
    assert [locks(playbook) for playbook in ("verify.yml", "drill.yml", "unlock.yml")] == [None, None, None]


def test_the_proof_asks_every_role():
    proven = {(task.get("name"), task.get("tasks_from")) for play in plays("verify.yml") for task in dictionaries(play.get("tasks"))}

    assert {(f"prodready.aws.{role}", "verify") for role in ROLES} <= proven


def metrics(inventory: str) -> list[dict[str, Any]]:
    """The claims that are made of what an inventory measures (plugins/filter/metric_claims.py)."""
    found = read(f"inventories/{inventory}/group_vars/aws/readiness.yml")["readiness_metrics"]
    return [{"id": f"readiness.{one['name']}", "item": f"metrics.{one['name']}"} for one in found]


@pytest.mark.parametrize(("item", "role"), PAIRS)
def test_a_role_has_a_claim_about_each_of_its_items(item, role):
    more = metrics("sandbox") if role == "readiness" else []
    assert item in {claim["item"] for claim in claims(role) + more}


@pytest.mark.parametrize("inventory", ["sandbox", "production"])
def test_every_success_metric_is_measured(inventory):
    assert {one["item"] for one in metrics(inventory)} == {item["id"] for item in METRICS} - {"metrics.evidence"}


def made_claims() -> set[str]:
    """The ids of all claims that roles make."""
    return {re.sub(r"\$\w+|\{\{.*", "x", claim["id"]) for role in ROLES for claim in claims(role)}


@pytest.mark.parametrize("item", DONE, ids=lambda item: item["id"])
def test_what_was_there_before_is_proven_by_claims_that_some_role_makes(item):
    for pattern in item.get("claims", []):
        assert any(fnmatchcase(one, pattern) for one in made_claims()), pattern


RECOVERY = read("playbooks/vars/recovery.yml")["recovery"]


@pytest.mark.parametrize("failure", RECOVERY, ids=lambda one: one["failure"])
def test_a_way_of_recovery_names_claims_playbooks_and_a_drill_that_are_there(failure):
    made = made_claims() | {"readiness.intact"}
    assert [one for one in failure["claims"] if not any(fnmatchcase(found, one) for found in made)] == []
    playbooks = re.findall(r"playbooks/(\w+)\.yml", " ".join(failure["steps"]))
    assert [one for one in playbooks if not (CHECKOUT / f"playbooks/{one}.yml").is_file()] == []
    (drills,) = (play["vars"]["drills"] for play in read("playbooks/drill.yml") if "vars" in play)
    assert failure.get("drill", "alarms") in drills


def test_all_that_was_there_before_is_claimed_and_nothing_that_has_not_been_started():
    assert [item["id"] for item in DONE if "claims" not in item] == []
    assert [item["id"] for item in LATER if item.keys() & {"claims", "roles"}] == []


@pytest.mark.parametrize("role", [*ROLES, "readiness"])
def test_a_claim_is_about_an_item_of_the_roadmap_and_named_after_its_role(role):
    for claim in claims(role):
        assert claim["item"] in {item["id"] for item in ROADMAP + METRICS}, claim["id"]
        assert claim["id"].startswith(f"{role}."), claim["id"]


@pytest.mark.parametrize("role", ROLES)
def test_every_task_of_a_proof_is_marked_as_one(role):
    assert all(task["name"].startswith("Verify | ") for task in read(f"roles/{role}/tasks/verify.yml"))


def test_an_item_is_named_after_its_phase_once():
    ids = [item["id"] for item in ALL]

    assert len(set(ids)) == len(ids)
    assert all(item["id"].startswith(f"{item['phase']}.") for item in ALL)
    assert {item["priority"] for item in ALL} == {"critical", "high", "medium", "low"}


def test_the_table_of_the_readme_is_the_rendered_one():
    (found,) = roadmap_table.PLACE.findall((CHECKOUT / "README.md").read_text())

    assert found == roadmap_table.table(ROADMAP), "run: python tools/roadmap_table.py"
