"""The callback prodready.aws.kept_plan, driven by real playbooks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.evidence import tampered

SECRET = "hunter2"
FILE = {"name": "A file is there", "ansible.builtin.copy": {"content": SECRET, "dest": "planned", "mode": "0600"}, "no_log": True}
FAILS = {"name": "It cannot be", "ansible.builtin.fail": {"msg": "no"}}


@pytest.fixture
def planned(piped, tmp_path):
    """The plan that a run has kept in its folder of evidence, which is a template; None where it kept none."""

    def planned(*options: str, tasks: list[dict[str, Any]] | None = None) -> Any:
        folder = {"about": "shop", "runbook_evidence_dir": str(tmp_path / "{{ about }}")}
        piped([{"name": "A play", "hosts": "all", "gather_facts": False, "vars": folder, "tasks": tasks or [FILE]}], *options)
        file: Path = tmp_path / "shop/plans/playbook.json"
        assert not file.exists() or (tampered(file.parent) == {} and SECRET not in file.read_text())
        return json.loads(file.read_text()) if file.exists() else None

    return planned


def test_what_a_whole_run_in_check_mode_would_change_is_kept_with_its_seal(planned):
    found = planned("--check")
    assert (found["whole"], found["leave"]) == (True, 0)
    (change,) = found["changes"]
    assert (change["place"], change["role"], change["action"]) == ("h1", "", "update")


def test_a_plan_that_fails_is_kept_as_one_that_is_not_whole(planned):
    assert planned("--check", tasks=[FILE, FAILS])["whole"] is False


@pytest.mark.parametrize("options", [(), ("--check", "--tags", "all,never"), ("--check", "--limit", "h1"), ("--check", "--skip-tags", "a")])
def test_a_run_that_changes_things_and_one_of_a_part_keep_none(planned, options):
    assert planned(*options) is None
