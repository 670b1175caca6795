"""The pages of docs/runbooks are the rendered ones, and say what is there."""

from __future__ import annotations

import functools
import os
import re
import shlex
import subprocess
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.proofs import policies
from tests.proofs.test_production_path import COMMANDS
from tools import roadmap_table, runbooks, said

CHECKOUT = Path(__file__).parents[2]
PAGES = runbooks.runbooks()
RENDERED = runbooks.rendered()
# Those that other playbooks import.
PARTS = {"place", "claims", "lock", "report", "application"}
OPTIONS = said.options()
ROLES = {file.name for file in (CHECKOUT / "roles").iterdir()}
# What roles, modules and playbooks say, without line breaks and templates.
SOURCES = [file for folder in ("playbooks", "plugins", "roles") for ext in ("py", "yml") for file in (CHECKOUT / folder).rglob(f"*.{ext}")]
SAID = " ".join(" ".join(file.read_text() for file in SOURCES).replace('"\n', "\n").split())
FILE = re.compile(r"\.(yml|json|html|md)$")
# Where variables that are no role's are read.
READ = " ".join(file.read_text() for pattern in ("playbooks/**/*.yml", "plugins/action/*.py") for file in CHECKOUT.glob(pattern))
PHASES = {item["phase"] for item in roadmap_table.roadmap()}

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page["name"])


def typed_on_pages() -> list[str]:
    return sorted({command for text in RENDERED.values() for command in re.findall(r"^\$ (.+)$", text, re.MULTILINE)})


def words(command: str) -> tuple[str, ...]:
    """A command as it is compared: without its inventory and what it may end with; a plan is the playbook in check mode."""
    command = command.partition(" || ")[0].replace(f" -i {runbooks.INVENTORY}", "").replace("tools/plan", "ansible-playbook --check")
    return tuple(sorted(word for word in shlex.split(command) if word != "--diff"))


def command_of(step: policies.Step) -> str:
    variables = [f"{name}={value}" for name, value in step.variables.items() if name != "app_deploy_source"]
    return shlex.join(
        ["ansible-playbook", f"playbooks/{step.playbook}.yml", *step.arguments, *(word for one in variables for word in ("-e", one))]
    )


@functools.cache
def executed() -> set[tuple[str, ...]]:
    """Every command that the tests of README, of docs/production.md and of the policies run."""
    readme = re.findall(r"^\$ (.+)$", (CHECKOUT / "README.md").read_text(), re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        typed = [command_of(step) for step in policies.steps(Path(folder, "shop"))]
    return {words(command) for command in [*readme, *(command for _, command in COMMANDS), *typed]}


def unexecuted() -> list[str]:
    return [command for command in typed_on_pages() if words(command) not in executed()]


def test_the_pages_are_the_rendered_ones() -> None:
    found = {file.name: file.read_text() for file in runbooks.PAGES.iterdir()}

    assert found == RENDERED, "run: python -m tools.runbooks"


def test_every_playbook_of_operators_and_every_drill_has_a_page() -> None:
    playbooks = {file.stem for file in (CHECKOUT / "playbooks").glob("*.yml")} - PARTS - {"drill"}

    assert {page["name"] for page in PAGES if "drill" not in page} == playbooks
    assert [(page["name"], page["drill"]) for page in PAGES if "drill" in page] == [(f"drill-{name}", name) for name in said.drills()]


@pages
def test_every_input_is_a_variable_that_is_read_and_has_a_meaning(page: dict[str, Any]) -> None:
    for one in page["inputs"]:
        if one["name"].startswith("--"):
            continue
        assert one["name"] in OPTIONS or re.search(rf"\b{one['name']}\b", READ), one["name"]
        assert one.get("meaning") or OPTIONS[one["name"]]["description"], one["name"]


@pages
def test_every_variable_and_claim_that_a_page_speaks_of_is_there(page: dict[str, Any]) -> None:
    made = [said.claim_id(claim) for claim in said.claims()]
    of_roles = [word for word in re.findall(r"`([a-z_]+)`", RENDERED[f"{page['name']}.md"]) if re.match(rf"({'|'.join(ROLES)})_", word)]
    claims = page["claims"] + [
        word for word in re.findall(rf"`((?:{'|'.join(ROLES)})\.[\w.*]+)`", str({**page, "claims": []})) if not FILE.search(word)
    ]

    assert [word for word in of_roles if word not in OPTIONS] == []
    assert [pattern for pattern in claims if not any(fnmatchcase(one, pattern) for one in made)] == []


@pages
def test_an_error_that_a_page_explains_is_one_that_is_said(page: dict[str, Any]) -> None:
    for quoted in (text for one in page["wrong"] for text in one["see"].split("`")[1::2]):
        assert [part for part in quoted.split("…") if part.strip(" ,") not in SAID] == [], quoted


@pages
def test_a_page_names_the_policies_of_its_playbook_of_which_only_load_tests_and_the_fleets_report_need_none(page: dict[str, Any]) -> None:
    assert bool(runbooks.policies(page)) == (page["name"] not in ("load_test", "fleet"))


@pages
def test_a_page_can_be_followed_at_night(page: dict[str, Any]) -> None:
    text = RENDERED[f"{page['name']}.md"]

    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[:7] == [
        *("When", "Run it", "It worked when", "When something goes wrong", "Undo", "Inputs", "Permissions")
    ]
    assert all(page[key] for key in ("purpose", "when", "changes", "run", "worked", "undo", "wrong", "inputs"))
    assert all({"say", "type"} & one.keys() == one.keys() for one in page["run"] + page["undo"])
    assert all({"see", "do"} == one.keys() for one in page["wrong"])


def test_most_commands_of_the_pages_are_run_by_other_tests() -> None:
    assert unexecuted() == [
        "ansible-playbook playbooks/doctor.yml -i inventories/shop -e phase=short_term",
        "ansible-playbook playbooks/rollback.yml -i inventories/shop -e app_deploy_release=NAME",
        "ansible-playbook playbooks/rotate.yml -i inventories/shop",
        "ansible-playbook playbooks/undo.yml -i inventories/shop -e run=ID",
        "ansible-playbook playbooks/verify.yml -i inventories/shop",
    ]


@pytest.mark.parametrize("command", unexecuted())
def test_the_others_are_commands_that_ansible_takes(command: str) -> None:
    program, *arguments = shlex.split(command.replace(runbooks.INVENTORY, "inventories/production"))
    done = subprocess.run(
        [program, "--syntax-check", *arguments],
        cwd=CHECKOUT,
        env={**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", typed_on_pages())
def test_what_a_command_names_is_there(command: str) -> None:
    (playbook,) = re.findall(r"playbooks/(\w+)\.yml|tools/(?=readiness)(\w+)", command)
    given = re.findall(r" -e (\w+)=(\w+)", command)
    known = {"drill": set(said.drills()), "phase": PHASES, "lock": PHASES}

    assert (CHECKOUT / f"playbooks/{''.join(playbook)}.yml").is_file()
    assert [name for name, _ in given if name not in OPTIONS and not re.search(rf"\b{name}\b", READ)] == []
    assert [value for name, value in given if value not in known.get(name, {value})] == []
