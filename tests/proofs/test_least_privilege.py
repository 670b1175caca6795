"""Each playbook passes with its policy, needs all of it, and says what is missing.

The policies are in force while all playbooks run once; then actions are taken away one at a time: a seeded sample, or with
PROOFS=all every one.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.iam.least import without
from sandbox.iam.policy import parse
from sandbox.request_log import mutates
from tests.integration.place import Place, Run, shop
from tests.proofs import policies
from tests.proofs.drift import empty
from tests.proofs.policies import POLICIES, Step

pytestmark = pytest.mark.timeout(1200)
NAMES = sorted(file.stem for file in POLICIES.glob("*.json"))
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MANAGED_POLICY_CHARACTERS = 6144
SAMPLE = 5


def actions(name: str) -> list[str]:
    return sorted({action for one in json.loads((POLICIES / f"{name}.json").read_text())["Statement"] for action in one["Action"]})


@dataclass
class Journey:
    """Every playbook, run with its policy in force."""

    place: Place
    folder: Path
    taken: list[tuple[Step, Run, list[dict[str, Any]]]] = field(default_factory=list)

    @property
    def asked(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for step, _, requests in self.taken:
            found.setdefault(step.policy, []).extend(requests)
        return found


@pytest.fixture(scope="module")
def journey(shared_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    made = Journey(shared_place, tmp_path_factory.mktemp("source"))
    for step in policies.steps(shop(made.folder / "1.0.1", "1.0.1")):
        run, requests = policies.take(shared_place, step, policies.committed(step.policy))
        made.taken.append((step, run, requests))
    yield made


def test_each_playbook_passes_with_its_policy(journey):
    assert {step.policy for step, _, _ in journey.taken} == set(NAMES)
    assert {step.policy: run.error or run.output[-500:] for step, run, _ in journey.taken if run.code} == {}
    assert [request for request in journey.place.requests() if request["error"].startswith(("AccessDenied", "AuthorizationError"))] == []


def test_each_policy_grants_what_its_playbook_asks_and_nothing_else(journey):
    assert policies.derived(journey.asked) == {name: (POLICIES / f"{name}.json").read_text() for name in NAMES}, (
        "make policies writes them anew"
    )


def test_the_roles_readmes_list_the_same_actions(journey):
    found = policies.readmes(journey.asked)

    assert {file.parent.name for file in found} == {"app_deploy", "cloudwatch", "dynamodb", "environment", "s3"}
    assert {file: file.read_text() for file in found} == found


@pytest.mark.parametrize("name", NAMES)
def test_each_policy_is_a_managed_policy_that_is_filled_in(name):
    document = policies.committed(name)
    assert document
    parse(document)
    assert len("".join(json.dumps(document).split())) <= MANAGED_POLICY_CHARACTERS
    sids = [one["Sid"] for one in document["Statement"]]
    assert sorted(set(sids)) == sids
    assert all(one["Sid"].isalnum() and "${" not in json.dumps(one) for one in document["Statement"])


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(("-check", "-verify"))])
def test_plans_and_proofs_are_allowed_nothing_that_writes(name):
    assert [action for action in actions(name) if mutates(*action.split(":"))] == []


# Those that leave resources changed by hand come last.
CASES = [
    (name, action) for name in sorted(NAMES, key=lambda name: (name in ("immediate", "immediate-check"), name)) for action in actions(name)
]
CHOSEN = CASES if os.environ.get("PROOFS") == "all" else [case for case in CASES if case in random.Random(3).sample(CASES, SAMPLE)]


@pytest.mark.parametrize(("name", "action"), CHOSEN)
def test_without_one_action_it_fails_and_says_which(journey, bare, name, action):
    step = situation(journey, name, action)
    place = bare if step.before in ON_AN_EMPTY_ACCOUNT else journey.place
    run, requests = policies.take(place, step, without(policies.committed(name), action))

    # All is done and proven when the lock is to be released: that it cannot be is said, and it expires.
    assert run.code != 0 or action == "dynamodb:DeleteItem", f"{step} passes without {action}"
    assert any(request["error"] in ("AccessDenied", "AccessDeniedException", "AuthorizationError", "403") for request in requests)
    assert f"grant {action}".lower() in run.output.lower(), run.error
    assert "Traceback" not in run.output


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Another place, for what only an empty account asks."""
    made = Place(tmp_path_factory.mktemp("bare") / "sandbox")
    made.sandbox("up")
    yield made
    made.sandbox("down")


def nothing_but_the_secret(place: Place) -> None:
    empty(place)
    place.playbook("immediate", "--tags", "environment")  # whose report says that the other roles have proven nothing
    assert place.secret()


ON_AN_EMPTY_ACCOUNT = (empty, nothing_but_the_secret, policies.first_run, policies.whole_run)


def situation(journey: Journey, name: str, action: str) -> Step:
    """The last step that asked for the action under this policy, cut down to the role that did."""
    using = [
        (step, policies.role_of(request))
        for step, _, requests in journey.taken
        for request in requests
        if step.policy == name and action in policies.allowed([request])
    ]
    if not using:  # the first deployment of all is part of the immediate phase
        return Step(name, name, before=nothing_but_the_secret)
    using.sort(key=lambda one: one[0].before is not policies.whole_run)  # which takes long
    step, role = using[-1]
    if role and step.playbook in ("immediate", "verify"):
        step = replace(step, arguments=(*step.arguments, "--tags", role))
    if step.before is empty and role == "app_deploy":
        step = replace(step, before=nothing_but_the_secret)
    version = f"1.1.{len(list(journey.folder.iterdir()))}"
    if "app_deploy_source" in step.variables:
        return replace(step, variables={"app_deploy_source": str(shop(journey.folder / version, version))})
    if step.playbook == "rollback":
        source = str(shop(journey.folder / version, version))
        return replace(step, before=lambda place: place.playbook("deploy", app_deploy_source=source))
    return step
