"""The plan is the truth: check mode writes nothing, and the run then does all that it said and nothing else.

On an empty account, on half-built ones, on a drifted one, and for each of the operator's other playbooks: what `--check --diff`
said is held against the journal, the account, the hosts and every request of the run. Then a second run changes nothing.
A seeded sample of the half-built ones, or with PROOFS=all every one.
"""

from __future__ import annotations

import functools
import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.place import Place, Run, shop
from tests.proofs import account, hosts, truth
from tests.proofs.drift import REMOVED, drift_each, empty, held_lock, without

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Case:
    """A playbook in a situation; `again` has the variables of the second run where it needs others."""

    name: str
    playbook: str
    before: Callable[[Place], object] = lambda place: None
    arguments: tuple[str, ...] = ()
    variables: dict[str, Any] = field(default_factory=dict)
    again: Callable[[Place], dict[str, Any]] = lambda place: {}


@dataclass
class Taken:
    """The three runs of a case, and what was there before and after them."""

    plan: Run
    done: Run
    writes: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    journal: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    hosts: list[dict[str, Any]]
    files: list[dict[str, Any]]

    @property
    def lies(self) -> list[str]:
        """What of the plan was not true."""
        plan, requests = truth.planned(self.plan), [request for request in self.requests if request["mutates"]]
        return [
            *(f"check mode asked for {request['operation']}" for request in self.writes),
            *(f"check mode changed {name}" for name in account.differences(*self.accounts[:2])),
            *(f"check mode wrote {name}" for name in account.differences(*self.files)),
            *truth.against_journal(plan, truth.journalled(self.journal)),
            *truth.against_account(plan, *self.accounts[1:]),
            *truth.against_requests(plan, requests),
            *truth.against_hosts(plan, *self.hosts),
        ]


def take(place: Place, case: Case) -> Taken:
    """The plan, then the run."""
    case.before(place)
    accounts, running, files = [account.read(place.client)], [hosts.read(place)], [hosts.files(place)]
    place.control("DELETE", "requests")
    plan = place.playbook(case.playbook, "--check", "--diff", *case.arguments, **case.variables)
    writes = place.writes()
    accounts.append(account.read(place.client))
    files.append(hosts.files(place))
    lines = len(place.journal())
    place.control("DELETE", "requests")
    done = place.playbook(case.playbook, *case.arguments, **case.variables)
    requests = place.requests()
    accounts.append(account.read(place.client))
    running.append(hosts.read(place))
    return Taken(plan, done, writes, requests, place.journal()[lines:], accounts, running, files)


def due(place: Place) -> None:
    """The value of SESSION_SECRET is 100 days old."""
    client = place.client("secretsmanager")
    content = json.loads(client.get_secret_value(SecretId="shop/sandbox")["SecretString"])
    content["prodready:origin"]["since"]["SESSION_SECRET"] = (datetime.now(UTC) - timedelta(days=100)).isoformat()
    client.put_secret_value(SecretId="shop/sandbox", SecretString=json.dumps(content))


def applied_on_drift(place: Place) -> None:
    drift_each(place)
    assert place.playbook("immediate", "--tags", "dynamodb,s3,cloudwatch").code == 0


ROLES = list(REMOVED)
HALVES = ROLES if os.environ.get("PROOFS") == "all" else random.Random(3).sample(ROLES, 1)
CASES = [
    Case("on an empty account", "immediate", empty),
    *(Case(f"without {role}", "immediate", functools.partial(without, role=role)) for role in HALVES),
    Case("drifted", "immediate", drift_each),
    Case("of a new release", "deploy", variables={"app_deploy_source": "1.0.1"}),
    Case("to the release before", "rollback", again=lambda place: {"app_deploy_release": place.release("app1")}),
    Case("of what is due", "rotate", due),
    Case("of a dead run's lock", "unlock", held_lock, variables={"lock": "deploy"}),
    Case("of the last run", "undo", applied_on_drift),
]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case.playbook} {case.name}")
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    found: Case = request.param
    if version := found.variables.get("app_deploy_source"):
        found.variables["app_deploy_source"] = str(shop(tmp_path_factory.mktemp("source"), version))
    return found


@pytest.fixture(scope="module")
def taken(shared_place: Place, case: Case) -> Taken:
    return take(shared_place, case)


def test_what_was_planned_is_what_is_done_and_nothing_else(taken: Taken) -> None:
    assert taken.plan.code == 0, taken.plan.error
    assert taken.done.code == 0, taken.done.error
    assert truth.planned(taken.plan)
    assert "\n".join(taken.lies) == ""


def test_a_second_run_changes_nothing(shared_place: Place, case: Case, taken: Taken) -> None:
    shared_place.control("DELETE", "requests")
    again = shared_place.playbook(case.playbook, *case.arguments, **{**case.variables, **case.again(shared_place)})
    assert (again.code, again.changed, shared_place.writes()) == (0, 0, []), again.error
