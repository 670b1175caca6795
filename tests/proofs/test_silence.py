"""No secret is anywhere but where it belongs, however talkative the runs are and whatever goes wrong.

Every secret that is given in is a canary. All playbooks run at -vvvv, with failures in every role; a few in each `make test`, and
with PROOFS=all the others too.
"""

from __future__ import annotations

import base64
import json
import os
import stat
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml

from tests.integration.place import CHECKOUT, Place, Run, shop
from tests.proofs.drift import held_lock, rules_count
from tests.proofs.silence import MADE, SECRETS, Neighbour, SecretPlace, exposed, files, forms, leaks

ALL = os.environ.get("PROOFS") == "all"
pytestmark = pytest.mark.timeout(3600 if ALL else 900)
# What each role's run is denied.
DENIED = {"environment": "CreateSecret", "cloudwatch": "PutMetricAlarm"}
if ALL:
    DENIED |= {"dynamodb": "UpdateContinuousBackups", "s3": "PutBucketPolicy", "cost": "CreateBudget"}
    DENIED |= {"alb": "CreateListener", "waf": "CreateIPSet"}
    DENIED |= {"elasticache": "CreateCacheParameterGroup", "autoscaling": "CreateRole", "uptime": "CreateHealthCheck"}
SHORT = {"secret": True, "rotation": {"by": "generated", "length": 16, "maximum_age_days": 30}}
SCHEMA = yaml.safe_load((CHECKOUT / "inventories/sandbox/group_vars/all/environment.yml").read_text())["environment_schema"]


@dataclass(frozen=True)
class Step:
    """A playbook as it is typed; whether it is to fail, and to run in `make test`."""

    playbook: str
    arguments: tuple[str, ...] = ()
    variables: dict[str, Any] = field(default_factory=dict)
    release: dict[str, str] | None = None
    before: Callable[[SecretPlace], object] = lambda place: None
    fails: bool = False
    short: bool = False


def denied(place: Place, *operations: str) -> None:
    place.control("PUT", "faults", {"rules": [{"operation": one, "code": "AccessDeniedException", "message": "No"} for one in operations]})


def allowed(place: Place) -> None:
    place.control("DELETE", "faults")


STEPS = [
    Step("immediate", ("--check", "--diff")),
    Step("immediate", short=True),
    Step("verify"),
    Step("verify", variables={"runbook_pack_modules": True}),
    Step("verify", before=lambda place: denied(place, "GetSecretValue"), fails=True),
    Step("rotate", ("--check",), {"environment_rotate": "SESSION_SECRET"}),
    Step("rotate", variables={"environment_rotate": "SESSION_SECRET"}, short=True),
    # The shop wants at least 32 characters.
    Step(
        "rotate",
        variables={
            **{"environment_rotate": "ADMIN_TOKEN", "app_deploy_health_seconds": 5},
            "environment_schema": {**SCHEMA, "ADMIN_TOKEN": SHORT},
        },
        fails=True,
    ),
    Step("immediate", ("--tags", "environment"), before=lambda place: place.supply("PAYMENT_API_KEY")),
    Step(
        "rotate",
        variables={"environment_rotate": "SESSION_SECRET"},
        before=lambda place: denied(place, "UpdateSecretVersionStage"),
        fails=True,
    ),
    Step(
        "deploy",
        release={"bin/server.js": "console.error('no shelves')\nprocess.exit(3)\n"},
        variables={"app_deploy_health_seconds": 8},
        fails=True,
        short=True,
    ),
    Step("deploy", release={"migrations/0003-fails.js": "export async function up () { throw new Error('too small') }\n"}, fails=True),
    Step("deploy", ("--check",), release={}),
    Step("deploy", release={}),
    Step("rollback"),
    # When there is a token already.
    Step("short_term", ("--tags", "elasticache"), before=lambda place: denied(place, "CreateReplicationGroup"), fails=True),
    Step("short_term", ("--check", "--diff")),
    Step("short_term"),
    Step("rotate", ("--check", "--diff"), {"environment_rotate": MADE}),
    Step("rotate", variables={"environment_rotate": MADE}, before=lambda place: denied(place, "ModifyReplicationGroup"), fails=True),
    Step("rotate", variables={"environment_rotate": MADE}),
    Step("drill", variables={"drill": "cache"}),
    Step("deploy", release={}),
    Step("promote_waf", before=rules_count),
    Step("load_test"),
    Step("drill", variables={"drill": "health_checks", "alb_drill_rate": 25, "alb_drill_grace_seconds": 120}),
    Step("undo", ("--check", "--diff")),
    Step("undo"),
    Step("drill", variables={"drill": "alarms"}),
    Step("unlock", variables={"lock": "deploy"}, before=held_lock),
]
TAKEN = [step for step in STEPS if ALL or step.short]


@dataclass
class Journey:
    place: SecretPlace
    neighbour: Neighbour
    runs: list[tuple[Step, Run]] = field(default_factory=list)


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    root = tmp_path_factory.mktemp("silence")
    place = SecretPlace(root / "sandbox")
    place.sandbox("up")
    place.supply(*SECRETS)
    made = Journey(place, Neighbour(place))

    def take(number: int, step: Step) -> None:
        step.before(place)
        variables = {"environment_src": str(place.src), "load_test_headers": {"x-load-test": place.header}, **step.variables}
        if step.release is not None:
            variables["app_deploy_source"] = str(shop(root / f"source-{number}", f"1.{number}.0", step.release))
        run = place.playbook(step.playbook, "-vvvv", *step.arguments, **variables)
        if number:
            allowed(place)
        place.learn()
        made.runs.append((step, run))

    try:
        with made.neighbour:
            denied(place, *DENIED.values())
            for role in DENIED:
                take(
                    0,
                    Step(
                        "short_term" if role in ("elasticache", "alb", "waf", "uptime", "autoscaling") else "immediate",
                        ("--tags", role),
                        fails=True,
                    ),
                )
            allowed(place)
            for number, step in enumerate(TAKEN, 1):
                take(number, step)
        yield made
    finally:
        place.sandbox("down")


def test_the_runs_went_as_they_were_meant_to(journey):
    outcome = [(step.playbook, step.arguments, run.code != 0) for step, run in journey.runs]
    assert outcome == [(step.playbook, step.arguments, step.fails) for step, _ in journey.runs], [run.error for _, run in journey.runs]
    assert all("task path" in run.output for _, run in journey.runs), "they were to run with -vvvv"
    denials = [run.error for step, run in journey.runs if step.arguments[:1] == ("--tags",) and step.fails]
    assert sorted(operation for error in denials for operation in DENIED.values() if operation in error) == sorted(DENIED.values())


def test_every_secret_had_values_and_is_where_it_belongs(journey):
    values = journey.place.values
    given = {*SECRETS, "runbook_aws.secret_key", "runbook_aws.session_token", "load_test_headers"}
    assert values.keys() == given | ({MADE} if ALL else set())
    assert len(values["SESSION_SECRET"]) >= 2, "what was rotated in is a secret too"
    if ALL:
        assert len(values["ADMIN_TOKEN"]) >= 2, "and what was refused"
        assert len(values["PAYMENT_API_KEY"]) >= 2, "and what its owner supplied anew"
        assert len(values[MADE]) >= 2, "and what a role made"
    belonging = [path.name for path in files(journey.place) if journey.place.theirs(path)]
    assert {"canaries.env", "shop.env", "candidate.env"} <= set(belonging)
    process = journey.place.process("app1")
    assert {name: process[name] for name in SECRETS} == {name: journey.place.secret()[name] for name in SECRETS}


def test_no_secret_is_printed_recorded_left_behind_or_seen_by_a_neighbour(journey):
    names = {path.name for path in journey.place.folder.rglob("*")}
    assert {"journal.jsonl", "report.md", "requests.jsonl", "emulator.log", "shop.service.journal"} <= names
    commands = {command for command, _ in journey.neighbour.seen}
    assert all(any(part in command for command in commands) for part in ("ansible-playbook", "npm ci", "bin/server.js"))
    assert leaks(journey.place, journey.neighbour) == []


def test_what_holds_secrets_is_its_owners_alone(journey):
    place = journey.place
    assert exposed(place) == []
    for host in place.hosts:
        folder = place.root(host) / "etc/shop"
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
        assert modes == {"shop": 0o700, "shop.env": 0o600, "candidate.env": 0o600}


def test_journal_and_evidence_are_written_by_nobody_else(journey):
    place = journey.place
    assert stat.S_IMODE((place.evidence / "journal.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE((place.folder / "requests.jsonl").stat().st_mode) == 0o600
    written = [place.evidence, *place.evidence.rglob("*")]
    assert len(written) > 5
    assert [path for path in written if stat.S_IMODE(path.stat().st_mode) & 0o022] == []


def test_the_proof_notices_each_way_for_a_secret_to_get_out(journey):
    place = journey.place
    with Neighbour(place) as neighbour:
        run = place.playbook("../tests/proofs/playbooks/leaking")
    assert run.code == 0, run.error
    found = leaks(place, neighbour)
    assert [one for one in found if one.startswith("SESSION_SECRET in ") and one.endswith(".vars.txt")], "what is printed"
    assert [one for one in found if one.startswith("SESSION_SECRET in ") and one.endswith(".vars.jsonl")], "what a callback is told"
    assert set(found) >= {
        *("ADMIN_TOKEN in sandbox/leaks/plain", "ADMIN_TOKEN in sandbox/leaks/base64"),
        *("PAYMENT_API_KEY in sandbox/leaks/url", "PAYMENT_API_KEY in sandbox/leaks/json"),
        "ADMIN_TOKEN among the arguments of a process",
        "AWS_SECRET_ACCESS_KEY in the environment of sh",
    }
    assert {"sandbox/leaks/plain", "sandbox/leaks/json"} <= set(exposed(place))


@pytest.mark.parametrize("value", ["0123456789abcdefABCDEF", '0123456789abcdefABCDEF"\\ +/=&'])
def test_a_secret_is_found_in_every_form(value: str) -> None:
    for before in ("", "a", "ab"):
        text = before + value + "z"
        for written in (
            *(text, json.dumps(text), json.dumps(json.dumps(text)), urllib.parse.quote(text), repr(text), text.encode().hex()),
            *(base64.b64encode(text.encode()).decode(), base64.urlsafe_b64encode(text.encode()).decode()),
        ):
            assert any(form in written for form in forms(value)), written
