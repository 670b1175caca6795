"""Two at once: one run holds the lock of its phase, every other one stops before it changes anything and says who does.

The run that holds it is stopped in its midst (SIGSTOP) while others are typed. With PROOFS=all every playbook is.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.place import Place, Run, Started, until
from tests.proofs.broken import Edit, broken

pytestmark = pytest.mark.timeout(900)
ALL = os.environ.get("PROOFS") == "all"
# The smallest part of a phase, so that it is the lock that takes the time.
PHASE = ("immediate", "--tags", "s3")
CHANGING = [("deploy",), ("rotate",), ("rollback",), ("undo",)]
OTHER = "AKIAOTHER00000000000"
# Three seconds instead of minutes.
BRIEFLY = Edit("playbooks/lock.yml", 'table: "{{ runbook_app }}-locks"', 'table: "{{ runbook_app }}-locks"\n        ttl_seconds: 3')
# A condition that always holds.
UNCONDITIONAL = Edit("plugins/module_utils/locks.py", "OR expires < :now", "OR expires < :now OR NOT expires < :now")


def lock(place: Place, name: str = "immediate") -> dict[str, Any]:
    item: dict[str, Any] = {}
    client = place.client("dynamodb")
    with contextlib.suppress(client.exceptions.ResourceNotFoundException):  # the table is about to be made
        item = client.get_item(TableName="shop-locks", Key={"lock_name": {"S": name}}).get("Item", {})
    return {key: value.get("S") or float(value["N"]) for key, value in item.items()}


def asked(place: Place, key: str = OTHER) -> list[dict[str, Any]]:
    return [request for request in place.control("GET", "requests")["requests"] if request["access_key"] == key]


@contextlib.contextmanager
def at_work(place: Place, *typed: str) -> Iterator[Started]:
    """A run that has the lock and stands still until the end, when it goes on."""
    # Its requests for buckets take so long that there is a midst.
    place.control("PUT", "faults", {"rules": [{"service": "s3", "delay_seconds": 1}]})
    started = place.start(*(typed or PHASE))
    try:
        until(lambda: lock(place) or started.process.poll() is not None, "the first run has the lock", 120)
        assert started.process.poll() is None, started.wait().output[-2000:]
        started.freeze()
        place.control("DELETE", "faults")
        yield started
    finally:
        place.control("DELETE", "faults")
        if started.process.poll() is None:
            started.process.send_signal(signal.SIGCONT)
            started.wait()


def typed(place: Place, *what: str, **variables: Any) -> Run:
    """By somebody else, whose requests are told from the first one's by their key."""
    place.control("DELETE", "requests")
    aws = {**place.aws, "access_key": OTHER, **variables.pop("aws", {})}
    return place.playbook(*what, **{"runbook_aws": aws, **variables})


def wrong(place: Place, second: Run, held: dict[str, Any]) -> list[str]:
    """What is not as it must be with a run that was typed while another one had the lock."""
    found = [] if second.code else ["both ran"]
    requests = asked(place)
    writes = [f"{one['operation']} {one['error']}".strip() for one in requests if one["mutates"]]
    if writes != ["PutItem ConditionalCheckFailedException"]:
        found.append(f"the second one asked for {', '.join(writes)}")
    found += ["it went on"] if not requests[-1]["mutates"] else []
    since = datetime.fromtimestamp(held["since"], UTC).isoformat(timespec="seconds")
    words = (f"immediate is locked by {getpass.getuser()}@{platform.node()}", held["run"], since, "playbooks/unlock.yml -e lock=immediate")
    found += [f"the error does not say {word}" for word in words if word not in second.error]
    found += ["it changed something"] if second.changed else []
    return found


@pytest.fixture(scope="module")
def first(shared_place: Place) -> Iterator[Started]:
    with at_work(shared_place) as started:
        yield started


@pytest.mark.parametrize("what", [PHASE, *(CHANGING if ALL else CHANGING[:2])], ids=lambda what: what[0])
def test_whoever_comes_second_stops_before_it_changes_anything_and_says_who_is_at_work(shared_place, first, what):
    held = lock(shared_place)
    assert wrong(shared_place, typed(shared_place, *what), held) == []
    assert lock(shared_place) == held


def test_a_plan_is_made_all_the_same_and_warns(shared_place, first):
    plan = typed(shared_place, *PHASE, "--check")
    assert plan.code == 0, plan.error
    assert plan.planned()
    assert f"(run {lock(shared_place)['run']})" in plan.output
    assert not any(request["operation"] in ("PutItem", "DeleteItem") for request in asked(shared_place))


def test_a_proof_takes_no_lock(shared_place, first):
    proof = typed(shared_place, "verify", "--tags", "s3")
    assert proof.tasks[-1]["task"] == "Every claim holds"  # they do not, on an account that is half done
    assert "shop-locks" not in str(asked(shared_place))


def test_another_phase_is_not_in_the_way(shared_place, first):
    run = typed(shared_place, "immediate", "--tags", "none", runbook_locks=["short_term"])
    assert run.of("lock")[0]["result"]["holders"]["short_term"]["run"] != lock(shared_place)["run"]
    assert lock(shared_place, "short_term") == {}


def test_another_place_is_not_in_the_way(shared_place, first):
    run = typed(shared_place, "immediate", "--tags", "none", aws={"region": "eu-west-1"})
    assert run.of("lock")[0]["result"]["plan"] == [{"action": "create", "name": "shop-locks"}]


def test_the_first_one_comes_to_its_end_and_the_lock_is_free(shared_place, first):
    first.process.send_signal(signal.SIGCONT)
    run = first.wait()
    assert lock(shared_place) == {}
    buckets = {f"shop-{kind}-123456789012" for kind in ("images", "logs", "releases")}
    assert {name for _, name, _ in run.planned()} == {"shop-locks", *buckets}


def test_a_run_that_fails_frees_the_lock(shared_place):
    claim = {"id": "s3.never", "item": "immediate.infrastructure", "says": "Two is one", "observed": 2, "expect": {"equals": 1}}
    run = shared_place.playbook(*PHASE, __s3_claims=[claim])
    assert run.of("lock")
    assert (run.code != 0, lock(shared_place)) == (True, {})


def test_a_run_that_is_killed_frees_the_lock_when_its_last_task_is_over(shared_place):
    with at_work(shared_place) as started:
        started.process.kill()
        started.wait()
        until(lambda: not lock(shared_place), "the lock is free")


def test_the_lock_of_a_machine_that_died_is_taken_over_at_once_on_that_machine(shared_place):
    with at_work(shared_place) as started:
        started.kill()
    dead = lock(shared_place)
    assert dead
    run = typed(shared_place, "immediate", "--tags", "none")
    assert run.of("lock")[0]["result"]["holders"]["immediate"]["run"] != dead["run"]
    assert lock(shared_place) == {}


@pytest.mark.parametrize(("minutes", "refused"), [(5, True), (-5, False)])
def test_that_of_another_machine_holds_until_it_expires(shared_place, minutes, refused):
    times = {"since": {"N": str(time.time() - 3600)}, "expires": {"N": str(time.time() + 60 * minutes)}}
    words = {"lock_name": "immediate", "who": "ops@elsewhere", "run": "20261123T114512Z-1-3f2a9c", "machine": "elsewhere"}
    item = {**{key: {"S": value} for key, value in words.items()}, **times}
    shared_place.client("dynamodb").put_item(TableName="shop-locks", Item=item)
    run = typed(shared_place, "immediate", "--tags", "none")
    assert ("immediate is locked by ops@elsewhere" in run.error) is refused
    assert bool(lock(shared_place)) is refused
    if refused:
        assert typed(shared_place, "unlock", lock="immediate").changed == 1
        assert lock(shared_place) == {}


def test_a_long_run_keeps_its_lock_and_is_interrupted_when_somebody_takes_it(shared_place):
    with broken(shared_place, BRIEFLY), at_work(shared_place) as started:
        held = lock(shared_place)
        until(lambda: time.time() > held["expires"] + 1, "the lock would have expired", 30)
        assert wrong(shared_place, typed(shared_place, *PHASE), held) == []
        assert typed(shared_place, "unlock", lock="immediate").code == 0
        started.process.send_signal(signal.SIGCONT)
        run = started.wait()
    assert run.code != 0
    assert "This run was interrupted, for it no longer holds the lock immediate. Somebody has released it." in run.output


def test_a_lock_that_is_not_conditional_is_seen_by_this_proof(shared_place):
    with broken(shared_place, UNCONDITIONAL), at_work(shared_place):
        held = lock(shared_place)
        found = wrong(shared_place, typed(shared_place, *PHASE), held)
    assert any(text.startswith("the second one asked for PutItem, ") for text in found)
