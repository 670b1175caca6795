"""The plan is the truth: check mode writes nothing, and the run then does all that it said and nothing else.

On an empty account, on half-built ones, on a drifted one, and for each of the operator's other playbooks: what `--check --diff`
said is held against the journal, the account, the hosts and every request of the run. Then a second run changes nothing.
tests/integration holds both phases to it on an account without them; with PROOFS=all every case is run.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.place import Place, shop
from tests.proofs import policies, truth
from tests.proofs.broken import Edit, broken
from tests.proofs.drift import BUCKETS, all_drift, drift_each, empty, held_lock, rules_count, without
from tests.proofs.taken import Case, Taken, take

pytestmark = pytest.mark.timeout(600)
UTILS = "plugins/module_utils"


def due(place: Place) -> None:
    """The value of SESSION_SECRET is 100 days old."""
    client = place.client("secretsmanager")
    content = json.loads(client.get_secret_value(SecretId="shop/sandbox")["SecretString"])
    content["prodready:origin"]["since"]["SESSION_SECRET"] = (datetime.now(UTC) - timedelta(days=100)).isoformat()
    client.put_secret_value(SecretId="shop/sandbox", SecretString=json.dumps(content))


def made_anew(place: Place) -> None:
    """The load balancer and its web ACL are of the last run, all of them."""
    for role in ("autoscaling", "uptime", "waf", "alb", "elasticache"):
        without(place, role)
    place.playbook("short_term")


PHASES = {
    "immediate": ("environment", "dynamodb", "s3", "cloudwatch", "cost", "app_deploy"),
    "short_term": ("elasticache", "alb", "waf", "uptime", "autoscaling"),
}
EACH = pytest.mark.skipif(os.environ.get("PROOFS") != "all", reason="takes every playbook: make proofs")


def halves(phase: str) -> list[Case]:
    return [Case(f"without {role}", phase, functools.partial(without, role=role)) for role in PHASES[phase]]


CASES = [
    Case("on an empty account", "immediate", empty),
    *halves("immediate"),
    Case("drifted", "immediate", drift_each),
    Case("of a new release", "deploy", variables={"app_deploy_source": "1.0.1"}),
    Case("to the release before", "rollback", again=lambda place: {"app_deploy_release": place.release("app1")}),
    Case("of what is due", "rotate", due),
    Case("of a dead run's lock", "unlock", held_lock, variables={"lock": "immediate"}),
    Case("on an account without it", "short_term"),
    *halves("short_term"),
    Case("drifted", "short_term", all_drift),
    *(
        Case(
            f"of the cache's password, {time} time",
            "rotate",
            variables={"environment_rotate": "REDIS_AUTH_TOKEN"},
            again=lambda place: {"environment_rotate": ""},
        )
        for time in ("the first", "another")  # which has a token before it that does not work any more
    ),
    Case("of rules that count", "promote_waf", rules_count),
    Case("of a new release behind a load balancer", "deploy", variables={"app_deploy_source": "1.0.2"}),
    Case("of what was made", "undo", made_anew),
    Case("of what was changed", "undo", policies.repaired),
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


@EACH
def test_what_was_planned_is_what_is_done_and_nothing_else(taken: Taken) -> None:
    assert taken.plan.code == 0, taken.plan.error
    assert taken.done.code == 0, taken.done.error
    assert truth.planned(taken.plan)
    assert "\n".join(taken.lies) == ""


@EACH
def test_a_second_run_changes_nothing(shared_place: Place, case: Case, taken: Taken) -> None:
    shared_place.control("DELETE", "requests")
    again = shared_place.playbook(case.playbook, *case.arguments, **{**case.variables, **case.again(shared_place)})
    assert (again.code, again.changed, shared_place.writes()) == (0, 0, []), again.error


def suspended(place: Place) -> None:
    """The buckets are there, and one was changed by hand."""
    empty(place)
    assert place.playbook("immediate", "--tags", "s3").planned()
    place.client("s3").put_bucket_versioning(Bucket=BUCKETS[0], VersioningConfiguration={"Status": "Suspended"})


# What is broken on purpose, where, and what the proof then says.
BROKEN = {
    "a role writes in check mode": (
        empty,
        (Edit("roles/s3/tasks/main.yml", '"{{ s3_buckets }}"\n', '"{{ s3_buckets }}"\n  check_mode: false\n'),),
        "check mode asked for CreateBucket",
    ),
    "a module writes in check mode": (
        empty,
        (
            Edit(f"{UTILS}/aws.py", "if not self.check_mode:\n            for", "if True:\n            for"),
            Edit(f"{UTILS}/guard.py", "if self.check_mode and", "if False and"),
        ),
        "check mode asked for CreateBucket",
    ),
    "a change is not in the plan": (
        empty,
        (Edit(f"{UTILS}/aws.py", '"diff": diff(changes)', '"diff": diff(changes[1:])'),),
        f"in the account and not planned: s3_buckets: {BUCKETS[0]} (create)",
    ),
    "a change is made beside the plan": (
        empty,
        (
            Edit(
                "plugins/modules/s3_buckets.py",
                'yield Call("create_bucket", {**bucket, **location})',
                'yield Call("create_bucket", {**bucket, **location})\n'
                '        yield Call("create_bucket", {"Bucket": f"{change.name}-2", **location})',
            ),
        ),
        f"asked and not planned: CreateBucket of s3_buckets: {BUCKETS[0]}-2 by the role s3",
    ),
    "a field is missing from the plan": (
        suspended,
        (
            Edit(
                f"{UTILS}/plan.py",
                "if other is None or key not in other or other[key] != value}",
                'if key != "versioning" and (other is None or key not in other or other[key] != value)}',
            ),
        ),
        f"s3_buckets: {BUCKETS[0]} (update): versioning after: planned None, done 'Enabled'",
    ),
    "a field that was planned stays as it was": (
        suspended,
        (Edit("plugins/modules/s3_buckets.py", "if aspect in after and", 'if aspect != "versioning" and aspect in after and'),),
        f"planned and not in the account: s3_buckets: {BUCKETS[0]} (update)",
    ),
}


@pytest.mark.parametrize(("before", "edits", "words"), BROKEN.values(), ids=BROKEN)
def test_this_proof_notices_when(broken_place: Place, before: Callable[[Place], object], edits: tuple[Edit, ...], words: str) -> None:
    before(broken_place)
    with broken(broken_place, *edits):
        lies = take(broken_place, Case("broken", "immediate", arguments=("--tags", "s3"))).lies
    assert words in lies, lies


@pytest.fixture(scope="module")
def broken_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("broken") / "sandbox")
    made.sandbox("up")
    yield made
    made.sandbox("down")
