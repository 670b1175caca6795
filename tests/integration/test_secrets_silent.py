"""No secret is shown, however talkative the runs are: not printed, not recorded, not in a process's arguments."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values

pytestmark = pytest.mark.timeout(600)
SECRETS = ("SESSION_SECRET", "ADMIN_TOKEN", "PAYMENT_API_KEY", "AWS_SECRET_ACCESS_KEY")
# Where they belong: what the operator wrote, and what systemd reads.
THEIR_PLACES = ("shop.env", "hosts/*/etc/shop/*.env")
TOO_MANY = ("node_modules", "cache")


@pytest.fixture(scope="module")
def values(applied, rotated):
    """Every value that a secret has or had, each found where it belongs."""
    versions = (dotenv_values(applied.folder / "shop.env"), rotated.before, applied.secret(), applied.secret("AWSPREVIOUS"))
    found = {version[name] for version in versions for name in SECRETS}
    assert len(found) > len(SECRETS)
    assert all(len(value) >= 16 for value in found)
    return found


@pytest.fixture(scope="module")
def files(applied, rotated, unable_to_start):
    """Evidence, journal, report, request log, logs, units, archives: all below the sandbox's folder, and what Ansible left."""
    theirs = {path for pattern in THEIR_PLACES for path in applied.folder.glob(pattern)}
    assert len(theirs) == 5
    folders = (applied.folder, Path(applied.env["ANSIBLE_LOCAL_TEMP"]))
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not set(path.parts) & set(TOO_MANY)]
    assert {"journal.jsonl", "report.md", "requests.jsonl", "emulator.log", "shop.service.journal"} <= {path.name for path in found}
    return {path: path.read_bytes().decode(errors="replace") for path in found if path not in theirs}


def holding(texts, values):
    return sorted({str(name) for name, text in texts.items() for value in values if value in text})


def test_no_secret_is_printed_by_a_deployment_a_failing_one_and_a_rotation(immediate, values, rotated, unable_to_start):
    runs = {"first": immediate.runs["first"], "rotate": rotated.run, "failing": unable_to_start.run}
    assert {name: run.code == 0 for name, run in runs.items()} == {"first": True, "rotate": True, "failing": False}
    assert all("task path" in run.output for run in (rotated.run, unable_to_start.run)), "they were to run with -vvvv"
    assert holding({name: run.output for name, run in runs.items()}, values) == []


def test_no_callback_is_handed_a_secret(immediate, values, rotated, unable_to_start):
    runs = (immediate.runs["first"], rotated.run, unable_to_start.run)
    tasks = {f"{task['host']}: {task['task']}": str(task["result"]) for run in runs for task in run.tasks}
    assert holding(tasks, values) == []


def test_no_file_beside_their_own_holds_a_secret(values, files):
    assert holding(files, values) == []


def test_no_process_has_a_secret_among_its_arguments(values, rotated, unable_to_start):
    for seen in (rotated.arguments, unable_to_start.arguments):
        assert any("ansible-playbook" in text for text in seen)
        assert any("bin/server.js" in text for text in seen)
        assert holding({text: text for text in seen}, values) == []
