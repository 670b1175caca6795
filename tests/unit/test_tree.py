"""The shape of the tree, and the rules of the house that a reader of a diff may miss."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.plugin_docs import read_docstring
from ansible_collections.prodready.aws.plugins.module_utils.aws import AWS_SPEC

CHECKOUT = Path(__file__).parents[2]
COLLECTION = CHECKOUT / ".collections/ansible_collections/prodready/aws"
LINKS = ("galaxy.yml", "meta", "playbooks", "plugins", "roles")
ROLES = sorted(path.name for path in (CHECKOUT / "roles").iterdir())
MODULES = sorted(path.stem for path in (CHECKOUT / "plugins/modules").glob("*.py"))
PARTS = ("README.md", "defaults", "meta/argument_specs", "meta/main", "tasks/main", "tasks/verify", "vars/main")
RUNTIME = yaml.safe_load((CHECKOUT / "meta/runtime.yml").read_text())


def read(path: str) -> Any:
    return yaml.safe_load((CHECKOUT / path).read_text())


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", "--", *patterns], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return [CHECKOUT / name for name in listed.split("\0") if name and (CHECKOUT / name).is_file()]


def holding(pattern: str, *files: str) -> list[str]:
    """The lines of tracked files in which the pattern is."""
    return [
        f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()}"
        for path in tracked(*files)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_the_collection_is_five_links_and_nothing_else():
    """Molecule's prerun and `ansible-galaxy collection install . --force` would put a copy in their place."""
    assert sorted(path.name for path in COLLECTION.iterdir()) == sorted(LINKS)
    for name in LINKS:
        assert (COLLECTION / name).is_symlink(), name
        assert not (COLLECTION / name).readlink().is_absolute(), name
        assert (COLLECTION / name).resolve() == CHECKOUT / name


def test_every_module_goes_through_the_controller():
    own = [name for name in MODULES if (CHECKOUT / "plugins" / "action" / f"{name}.py").exists()]
    assert sorted([*RUNTIME["plugin_routing"]["action"], *own]) == MODULES
    assert {route["redirect"] for route in RUNTIME["plugin_routing"]["action"].values()} == {"prodready.aws.in_controller"}


def test_every_module_that_asks_aws_has_the_groups_defaults():
    asking = [name for name in MODULES if "AwsModule(" in (CHECKOUT / f"plugins/modules/{name}.py").read_text()]

    assert sorted(RUNTIME["action_groups"]["aws"]) == asking


def test_no_other_module_has_an_option_that_the_controller_keeps_from_it():
    """in_controller drops the AWS modules' common options on the way to the others."""
    others = {name: f"plugins/modules/{name}.py" for name in MODULES if name not in RUNTIME["action_groups"]["aws"]}
    options = {name: read_docstring(str(CHECKOUT / path))["doc"].get("options", {}) for name, path in others.items()}
    assert {name: sorted(found.keys() & AWS_SPEC.keys()) for name, found in options.items() if found.keys() & AWS_SPEC.keys()} == {}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("part", PARTS)
def test_a_role_has_all_its_parts(role, part):
    file = CHECKOUT / "roles" / role / part
    file = file / "main.yml" if part == "defaults" else file if file.suffix else file.with_suffix(".yml")

    assert file.is_file()
    assert file.stat().st_size > 0


@pytest.mark.parametrize("role", ROLES)
def test_a_role_depends_on_no_other(role):
    assert read(f"roles/{role}/meta/main.yml")["dependencies"] == []


@pytest.mark.parametrize("role", ROLES)
def test_what_may_be_set_is_described_and_named_after_its_role(role):
    specs = read(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]
    described = {name for spec in specs.values() for name in spec.get("options", {})}
    defaults = set(read(f"roles/{role}/defaults/main.yml") or {})

    assert defaults <= described
    assert {name for name in described | defaults if not name.startswith(f"{role}_")} == set()


@pytest.mark.parametrize("role", ROLES)
def test_what_is_internal_is_named_so(role):
    assert {name for name in read(f"roles/{role}/vars/main.yml") if not name.startswith(f"__{role}_")} == set()


@pytest.mark.parametrize("role", ROLES)
def test_every_entry_point_that_is_described_is_there(role):
    points = read(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]

    assert {"main", "verify"} <= set(points)
    assert {point for point in points if not (CHECKOUT / f"roles/{role}/tasks/{point}.yml").is_file()} == set()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_ends_with_its_proof(role):
    last = read(f"roles/{role}/tasks/main.yml")[-1]
    proof = last.get("ansible.builtin.import_tasks") or last.get("ansible.builtin.include_tasks")

    assert (last["name"], "when" in last) == ("The claims hold", False)
    assert "prodready.aws.prove" in read(f"roles/{role}/tasks/{proof}")[-1]


def test_only_defaults_and_playbooks_read_what_all_roles_share():
    assert holding(r"\brunbook_(?!rehearsal\b)", "roles/*/tasks/*", "roles/*/vars/*", "roles/*/templates/*") == []


def test_nothing_that_runs_in_production_knows_of_an_emulator():
    assert holding(r"(?i)sandbox|\bmoto\b", "roles", "plugins", "playbooks", "meta") == []


def test_no_role_sets_facts_or_runs_a_shell():
    assert holding(r"\b(set_fact|shell|raw)\s*:|builtin\.(set_fact|shell|raw)\b", "roles", "playbooks") == []


def test_no_lock_names_a_registrys_host():
    assert holding(r"://|--(extra-)?index-url|--find-links", "requirements/*.lock") == []
    assert (
        holding(r'"resolved": "(?!file:vendor/)', "examples/*package-lock.json", "packages/*package-lock.json", "tests/*package-lock.json")
        == []
    )


def test_no_file_names_a_place_on_somebodys_machine():
    assert holding(r"/(work|root)/", ".") == []


def test_what_the_sandbox_imports_is_installed_with_it():
    """`make setup` does not install what only tests need."""
    lines = holding(r"^(import|from) (?!sandbox|plugins|__future__)\w", "sandbox/*.py")
    modules = {re.split(r"[ .]", line.partition(": ")[2])[1] for line in lines} - sys.stdlib_module_names
    installed = set(re.findall(r"^([\w.-]+)==", (CHECKOUT / "requirements/sandbox.lock").read_text(), re.MULTILINE))
    distributions = packages_distributions()
    missing = {name for name in modules if not {one.lower().replace("_", "-") for one in distributions[name]} & installed}
    assert missing == set()
