"""What teams run it with, AWX, execution environments and GitHub Actions: every name in these files is one that is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import ansiblelint.schemas
import jsonschema
import pytest
import yaml
from ansible.parsing.dataloader import DataLoader

CHECKOUT = Path(__file__).parents[2]
SCHEMAS = Path(ansiblelint.schemas.__file__).parent
AWX = DataLoader().load_from_file(str(CHECKOUT / "docs/awx/controller.yml"))
TEMPLATES = {one["name"]: one for one in AWX["controller_templates"]}
SURVEYS = [(one["playbook"], question) for one in TEMPLATES.values() for question in one.get("survey_spec", {}).get("spec", [])]
NODES = {one["name"]: {node["identifier"]: node for node in one["simplified_workflow_nodes"]} for one in AWX["controller_workflows"]}
PARTS = {"place", "lock", "report", "claims", "application"}


@pytest.mark.parametrize(
    ("file", "schema"), [("execution-environment.yml", "execution-environment"), ("ansible-navigator.yml", "ansible-navigator-config")]
)
def test_it_is_as_its_tools_own_schema_demands(file, schema):
    jsonschema.validate(yaml.safe_load((CHECKOUT / file).read_text()), json.loads((SCHEMAS / f"{schema}.json").read_text()))


def test_the_execution_environment_has_what_this_checkout_has_and_navigator_runs_it():
    made = yaml.safe_load((CHECKOUT / "execution-environment.yml").read_text())
    assert made["dependencies"]["ansible_core"]["package_pip"] in (CHECKOUT / "requirements/sandbox.in").read_text().splitlines()
    assert (CHECKOUT / made["dependencies"]["python"]).is_file()
    tag = re.search(r"--tag (\S+)", (CHECKOUT / "execution-environment.yml").read_text())
    navigator = yaml.safe_load((CHECKOUT / "ansible-navigator.yml").read_text())["ansible-navigator"]
    assert tag
    assert navigator["execution-environment"]["image"] == tag[1]


def test_every_playbook_of_awx_is_there_and_each_for_an_operator_is_in_awx():
    named = {Path(one["playbook"]).stem for one in TEMPLATES.values()}
    playbooks = {file.stem for file in (CHECKOUT / "playbooks").glob("*.yml")}
    assert named <= playbooks
    assert playbooks - named == PARTS


def all_of(playbook: str) -> str:
    """A playbook with what it imports, and the roles that it names."""
    text = (CHECKOUT / playbook).read_text()
    roles = {match for match in re.findall(r"prodready\.aws\.(\w+)", text) if (CHECKOUT / "roles" / match).is_dir()}
    imported = re.findall(r"import_playbook: (\w+\.yml)", text)
    files = [file for role in roles for file in (CHECKOUT / "roles" / role / "meta/argument_specs.yml",)]
    more = [file.read_text() for file in files] + [(CHECKOUT / "playbooks" / name).read_text() for name in imported]
    return "\n".join([text, *more, (CHECKOUT / "playbooks/vars/roadmap.yml").read_text()])


@pytest.mark.parametrize(("playbook", "question"), SURVEYS, ids=lambda value: value if isinstance(value, str) else value["variable"])
def test_every_survey_asks_for_a_variable_that_its_playbook_takes(playbook: str, question: dict[str, Any]):
    assert re.search(rf"\b{question['variable']}\b", all_of(playbook))


@pytest.mark.parametrize(("playbook", "question"), SURVEYS, ids=lambda value: value if isinstance(value, str) else value["variable"])
def test_every_choice_of_a_survey_is_one_that_its_playbook_knows(playbook: str, question: dict[str, Any]):
    for choice in question.get("choices", []):
        assert re.search(rf"\b{choice}\b", all_of(playbook)), choice
    assert question["default"] in question.get("choices", [question["default"]])


def test_only_a_variable_whose_empty_value_means_not_given_may_be_left_empty():
    assert {question["variable"] for _, question in SURVEYS if not question["required"]} == {
        "app_deploy_release",
        "environment_rotate",
        "run",
    }


def test_all_that_a_template_names_is_declared():
    for one in TEMPLATES.values():
        assert one["project"] in {project["name"] for project in AWX["controller_projects"]}
        assert one["inventory"] in {inventory["name"] for inventory in AWX["controller_inventories"]}
        assert one["execution_environment"] in {found["name"] for found in AWX["controller_execution_environments"]}
        assert set(one["credentials"]) <= {credential["name"] for credential in AWX["controller_credentials"]}


@pytest.mark.parametrize("name", NODES)
def test_a_workflow_changes_nothing_before_somebody_has_approved_the_plan_and_ends_with_readiness(name):
    nodes, order, at = NODES[name], [], "doctor"
    while at:
        order.append(at)
        (at,) = nodes[at].get("success_nodes") or [None]
    assert order == ["doctor", "plan", "approve", "apply", "readiness"] == list(nodes)
    plan, apply = (TEMPLATES[nodes[one]["unified_job_template"]] for one in ("plan", "apply"))
    assert plan["playbook"] == apply["playbook"]
    assert (plan["job_type"], plan["diff_mode"], apply.get("job_type", "run")) == ("check", True, "run")
    assert "approval_node" in nodes["approve"]
    for node in nodes.values():
        asked = {
            question["variable"] for question in TEMPLATES.get(node.get("unified_job_template"), {}).get("survey_spec", {}).get("spec", [])
        }
        assert set(node.get("extra_data", {})) <= asked


def test_nothing_in_awx_that_is_secret_is_in_the_file():
    assert all("inputs" not in credential for credential in AWX["controller_credentials"])


WORKFLOW = (CHECKOUT / "docs/examples/github-actions.yml").read_text()


def test_the_github_workflow_pins_every_action_by_its_hash_and_says_which_version_that_is():
    used = re.findall(r"uses: (\S+)(.*)", WORKFLOW)
    assert used
    assert [one for one, version in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", one) or not re.match(r" # v\d", version)] == []


def test_the_github_workflow_has_no_key_and_no_right_that_it_does_not_use():
    made = yaml.safe_load(WORKFLOW)
    (job,) = made["jobs"].values()
    assert made["permissions"] == {}
    assert job["permissions"] == {"contents": "read", "id-token": "write", "pull-requests": "write"}
    assert "secrets." not in WORKFLOW
    # What others may write is never pasted into a command.
    assert [step["run"] for step in job["steps"] if "${{" in step.get("run", "")] == []


def test_the_github_workflow_changes_nothing_and_runs_what_is_there():
    run = [step["run"] for step in yaml.safe_load(WORKFLOW)["jobs"]["plan"]["steps"] if "run" in step]
    named = {name for text in run for name in re.findall(r"(?:tools|playbooks)/[\w.]+", text)}
    assert named == {"tools/plan", "tools/readiness", "playbooks/immediate.yml"}
    assert {name for name in named if not (CHECKOUT / name).exists()} == set()
    assert "ansible-playbook" not in WORKFLOW
    core = yaml.safe_load((CHECKOUT / "execution-environment.yml").read_text())["dependencies"]["ansible_core"]["package_pip"]
    assert f"'{core}'" in WORKFLOW


@pytest.mark.parametrize("link", re.findall(r"\]\(((?!http)[^)#]+)\)", (CHECKOUT / "docs/teams.md").read_text()))
def test_what_the_guide_for_teams_links_to_is_there(link):
    assert (CHECKOUT / "docs" / link).is_file()
