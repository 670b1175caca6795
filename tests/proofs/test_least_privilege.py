"""Each playbook passes with its policy, needs all of it, and says what is missing.

With PROOFS=all the policies are in force while all playbooks run once, and each action is refused when a run first asks for it: its task
fails and says which it is, is run again, and goes on as far as the next. What was not named so is taken away for good, one action at a
time. Otherwise the roles of the first phase that are about AWS alone are run, and a seeded sample of the actions that they ask for is
taken away; test_truth_of_plan.py has the policies in force in each of its runs.
"""

from __future__ import annotations

import functools
import json
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from string import Template
from typing import Any

import pytest

from sandbox.iam.least import without
from sandbox.iam.policy import parse
from sandbox.request_log import mutates
from tests.integration.place import Place, Run, shop
from tests.proofs import policies
from tests.proofs.broken import Edit, broken
from tests.proofs.drift import empty
from tests.proofs.policies import POLICIES, Step
from tests.proofs.stage import Stage

# Every playbook is run before the first test, in the fixture that all of them share.
pytestmark = pytest.mark.timeout(5400)
FILES = sorted(file.stem for file in POLICIES.glob("*.json"))
NAMES = sorted({policies.PART.sub("", name) for name in FILES})
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MANAGED_POLICY_CHARACTERS = 6144
ALL = os.environ.get("PROOFS") == "all"
SAMPLE = 5
# Actions named after no operation: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
READING = {"budgets:ViewBudget"}
DENIED = ("AccessDenied", "AuthorizationError", "403")
TAGS = ("--tags", "environment,dynamodb,s3,cloudwatch,cost")
SHORT = [
    Step("immediate-check", "immediate", ("--check", *TAGS), empty),
    Step("immediate", "immediate", TAGS, empty),
    Step("immediate-verify", "verify", TAGS),
]


def actions(name: str) -> list[str]:
    return sorted({action for one in policies.committed(name)["Statement"] for action in one["Action"]})


@dataclass
class Journey:
    """Every playbook, run with its policy in force."""

    place: Place
    stage: Stage
    taken: list[tuple[Step, Run, list[dict[str, Any]]]] = field(default_factory=list)
    # Policy -> its actions that were refused, and the run said so.
    named: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def asked(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for step, _, requests in self.taken:
            found.setdefault(step.policy, []).extend(requests)
        return found


@pytest.fixture(scope="module")
def journey(shared_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    source = shop(tmp_path_factory.mktemp("source") / "1.0.1", "1.0.1")
    yield travelled(shared_place, policies.steps(source) if ALL else SHORT)


def travelled(place: Place, steps: Iterable[Step]) -> Journey:
    """The beginning of each step can be gone back to, by its number."""
    made = Journey(place, Stage(place))
    for number, step in enumerate(steps):
        begun = functools.partial(made.stage.keep, f"{number}")
        named = made.named[step.policy]
        run, requests = policies.take(place, step, policies.committed(step.policy), begun, named if ALL and not step.background else None)
        made.taken.append((step, run, requests))
        named |= {action for action in policies.allowed(requests) if says(run, action)} if ALL else set()
    return made


def says(run: Run, action: str) -> bool:
    """Whether it was printed, or said by a task before it was run again, that this is missing."""
    words = (run.output, *(json.dumps(task["result"]) for task in run.tasks if task["state"] == "retried"))
    missing = re.compile(rf"grant {action}\b", re.IGNORECASE)
    return any(map(missing.search, words))


def refused(requests: list[dict[str, Any]]) -> list[str]:
    """The requests that the policy in force did not allow."""
    return [f"{request['service']}:{request['operation']}" for request in requests if request["error"].startswith(DENIED)]


def test_each_playbook_passes_with_its_policy(journey):
    assert {step.policy for step, _, _ in journey.taken} == set(NAMES if ALL else [step.policy for step in SHORT])
    # Of roles that were not run the report says that nothing is proven.
    report = () if ALL else ("The evidence is read", "Every claim holds")
    assert [task for _, run, _ in journey.taken for task in run.failures if task["task"] not in report] == []
    assert ALL or {step.policy: refused(requests) for step, _, requests in journey.taken if refused(requests)} == {}


@pytest.mark.skipif(not ALL, reason="takes every playbook: make proofs")
def test_each_policy_grants_what_its_playbook_asks_and_nothing_else(journey):
    assert policies.derived(journey.asked) == {name: (POLICIES / f"{name}.json").read_text() for name in FILES}, (
        "make policies writes them anew"
    )


@pytest.mark.skipif(not ALL, reason="takes every playbook: make proofs")
def test_the_roles_readmes_list_the_same_actions(journey):
    found = policies.readmes(journey.asked)

    assert {file.parent.name for file in found} == {role.name for role in policies.CHECKOUT.glob("roles/*")}
    assert {file: file.read_text() for file in found} == found


@pytest.mark.parametrize("name", FILES)
def test_each_part_is_a_managed_policy_that_is_filled_in(name):
    document = json.loads(Template((POLICIES / f"{name}.json").read_text()).substitute(policies.VALUES))
    parse(document)
    assert len("".join(json.dumps(document).split())) <= MANAGED_POLICY_CHARACTERS
    sids = [one["Sid"] for one in document["Statement"]]
    assert sorted(set(sids)) == sids
    assert all(one["Sid"].isalnum() and "${" not in json.dumps(one) for one in document["Statement"])


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(("-check", "-verify"))])
def test_plans_and_proofs_are_allowed_nothing_that_writes(name):
    assert [action for action in actions(name) if action not in READING and mutates(*action.split(":"))] == []


CASES = [(name, action) for name in NAMES for action in actions(name)]


@pytest.fixture(params=CASES if ALL else range(SAMPLE), ids=str)
def missing(request: pytest.FixtureRequest, journey: Journey) -> tuple[str, str]:
    """A policy, and an action of it that was asked for."""
    if ALL:
        return request.param
    asked = sorted((name, action) for name, requests in journey.asked.items() for action in policies.allowed(requests))
    return random.Random(3).sample(asked, SAMPLE)[request.param]


def test_without_one_action_it_fails_and_says_which(journey, bare, missing):
    name, action = missing
    if action in journey.named[name]:
        return
    place, step = situation(journey, bare, name, action)
    run, requests = policies.take(place, step, without(policies.committed(name), action))

    # All is done and proven when the lock is to be released: that it cannot be is said, and it expires.
    # The doctor says that it does not know.
    assert run.code != 0 or action == "dynamodb:DeleteItem" or name == "doctor", f"{step} passes without {action}"
    assert any(request["error"] in ("AccessDenied", "AccessDeniedException", "AuthorizationError", "403") for request in requests)
    assert says(run, action), run.error
    assert "Traceback" not in run.output


BUCKETS = Step("immediate", "immediate", ("--tags", "s3"), empty)


def test_this_proof_notices_an_action_that_is_missing_in_a_policy(bare):
    with broken(bare, Edit("policies/immediate.json", '"s3:PutBucketVersioning",', "")) as copy:
        run, requests = policies.take(bare, BUCKETS, policies.committed("immediate", copy / "policies"))
    assert run.code != 0
    assert set(refused(requests)) == {"s3:PutBucketVersioning"}


def test_this_proof_notices_code_that_needs_what_no_policy_grants(bare):
    request = 'yield Call("put_bucket_accelerate_configuration", {**bucket, "AccelerateConfiguration": {"Status": "Suspended"}})'
    made = 'yield Call("create_bucket", {**bucket, **location})'
    with broken(bare, Edit("plugins/modules/s3_buckets.py", made, f"{made}\n        {request}")):
        run, requests = policies.take(bare, BUCKETS, policies.committed("immediate"))
    assert run.code != 0
    assert set(refused(requests)) == {"s3:PutBucketAccelerateConfiguration"}
    assert "grant s3:PutAccelerateConfiguration" in run.output
    assert "s3:PutAccelerateConfiguration" in policies.derived({"immediate": requests})["immediate"]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Another place, for what the journey never asks, and for what is broken."""
    made = Place(tmp_path_factory.mktemp("bare") / "sandbox")
    made.sandbox("up")
    yield made
    made.sandbox("down")


def nothing_but_the_secret(place: Place) -> None:
    empty(place)
    place.playbook("immediate", "--tags", "environment")  # whose report says that the other roles have proven nothing
    assert place.secret()


# The roles of a playbook that need what others make, in its order.
IN_ORDER = {
    "immediate": ("environment", "app_deploy"),
    "short_term": ("elasticache", "alb", "waf", "uptime", "autoscaling", "cloudwatch", "load_test"),
}


def situation(journey: Journey, bare: Place, name: str, action: str) -> tuple[Place, Step]:
    """The beginning of the last step that asked for the action under this policy, and that step as far as the role that did."""
    using = [
        (number, step, policies.role_of(request))
        for number, (step, _, requests) in enumerate(journey.taken)
        for request in requests
        if step.policy == name and action in policies.allowed([request])
    ]
    if not using:  # the first deployment of all is part of the immediate phase
        return bare, Step(name, name, before=nothing_but_the_secret)
    number, step, role = next(one for one in using if one[0] == using[-1][0])
    journey.stage.at(f"{number}")
    return journey.place, replace(cut(step, role), before=lambda place: None)


def cut(step: Step, role: str) -> Step:
    if not role or step.playbook not in ("immediate", "short_term", "verify"):
        return step
    order = IN_ORDER.get(step.playbook, ())
    # Where the phase has the application's hosts serve with what it made, and where a deployment goes on to instances.
    role = {("short_term", "app_deploy"): "elasticache", ("immediate", "autoscaling"): "app_deploy"}.get((step.playbook, role), role)
    tags = order[: order.index(role) + 1] if role in order else (role,)
    return replace(step, arguments=(*(["--check"] if "--check" in step.arguments else []), "--tags", ",".join(tags)))
