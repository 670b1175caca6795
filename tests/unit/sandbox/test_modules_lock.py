"""The module lock as it runs: against the emulator's conditional writes."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import locks
from ansible_collections.prodready.aws.plugins.module_utils.aws import Aws
from ansible_collections.prodready.aws.plugins.modules import lock

RUN, OTHER = "20261123T114512Z-by-hand", "20261123T120000Z-by-hand"


@pytest.fixture
def held(run):
    """A function that asks for locks in the name of a run."""
    return lambda name, *names, **more: run(lock.main, names=names or ["immediate"], table="shop-locks", journal={"run": name}, **more)


@pytest.fixture
def released(held):
    return lambda **more: held(OTHER, state="released", **more)


@pytest.fixture
def later(monkeypatch):
    """A function that lets time pass for the module; boto3's, which paces retries, goes on as it is."""
    return lambda seconds: monkeypatch.setattr(lock, "time", SimpleNamespace(time=lambda: time.time() + seconds))


@pytest.fixture
def items(client):
    return lambda: client("dynamodb").scan(TableName="shop-locks")["Items"]


@pytest.fixture
def aws(endpoint_url):
    place = {"account": "123456789012", "region": "eu-central-1", "concurrency": 8, "endpoint_url": endpoint_url}
    return Aws({**place, "access_key": "AKIASANDBOX0000000", "secret_key": "sandbox-secret-key-sandbox"})


def test_the_table_is_made_with_the_lock_and_marked_as_ours(held, client):
    first = held(RUN)
    assert (first["changed"], first["plan"]) == (True, [{"action": "create", "name": "shop-locks"}])
    assert not held(RUN)["changed"]

    table = client("dynamodb").describe_table(TableName="shop-locks")["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    tags = client("dynamodb").list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert {"Key": "prodready:app", "Value": "shop"} in tags


def test_the_table_is_planned_in_check_mode_and_written_to_the_journal_when_made(held, client, run, tmp_path):
    planned = held(RUN, check_mode=True)
    assert client("dynamodb").list_tables()["TableNames"] == []

    file = tmp_path / "journal.jsonl"
    made = run(lock.main, names=["immediate"], table="shop-locks", journal={"run": RUN, "path": str(file)})
    assert (planned["plan"], planned["diff"]) == (made["plan"], made["diff"]) != ([], [])
    (line,) = map(json.loads, file.read_text().splitlines())
    assert (line["name"], line["action"], line["before"]) == ("shop-locks", "create", None)


def test_another_run_is_told_who_holds_the_lock_since_when_and_how_to_release_it(held):
    holder = held(RUN)["holders"]["immediate"]
    refused = held(OTHER)

    assert refused["failed"]
    assert refused["holders"] == {"immediate": holder}
    for word in (holder["who"], RUN, holder["since"], holder["expires"], "ansible-playbook playbooks/unlock.yml -e lock=immediate"):
        assert word in refused["msg"]


def test_the_same_run_may_ask_again(held):
    first = held(RUN)["holders"]

    assert held(RUN)["holders"] == first


def test_locks_of_other_names_are_not_in_the_way(held):
    held(RUN, "immediate")

    assert held(OTHER, "short_term")["holders"]["short_term"]["run"] == OTHER
    assert held("20261123T130000Z-by-hand", "long_term", "short_term")["failed"]


def test_an_expired_lock_is_taken_over_and_its_run_is_refused_from_then_on(held, later):
    held(RUN, ttl_seconds=60)
    later(61)

    assert held(OTHER)["holders"]["immediate"]["run"] == OTHER
    assert held(RUN)["failed"]


def test_a_lock_that_was_prolonged_has_not_expired(held, aws, items, later):
    held(RUN, ttl_seconds=60)
    mine = locks.plain(items()[0])
    assert locks.prolong(aws, "shop-locks", [mine], 3600) == ""
    later(61)

    assert held(OTHER)["failed"]
    assert locks.plain(items()[0])["since"] == mine["since"]


def test_of_many_runs_that_want_a_lock_one_takes_it(held, aws):
    held(RUN, "short_term")

    def attempt(number: int) -> bool:
        mine = {"lock_name": "immediate", "who": "ops", "run": f"run-{number}", "machine": "bastion", "since": 1.0, "expires": 2e9}
        return locks.take(aws, "shop-locks", mine) == mine

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_a_lock_is_taken_although_the_answer_was_lost_and_it_was_asked_twice(held, aws):
    held(RUN, "short_term")
    mine = {"lock_name": "immediate", "who": "ops", "run": RUN, "machine": "bastion", "since": time.time(), "expires": 2e9}

    assert locks.take(aws, "shop-locks", mine) == mine
    assert locks.take(aws, "shop-locks", mine) == mine


def test_a_run_that_lost_its_lock_cannot_release_it_from_the_other(held, aws, items, later):
    held(RUN, ttl_seconds=60)
    mine = locks.plain(items()[0])
    later(61)
    held(OTHER)

    assert not locks.release(aws, "shop-locks", mine)
    assert "locked by" in locks.prolong(aws, "shop-locks", [mine], 600)
    assert [item["run"]["S"] for item in items()] == [OTHER]


def test_a_lock_is_released_whoever_holds_it(held, released):
    held(RUN)

    assert released()["changed"]
    assert "failed" not in held(OTHER)


def test_releasing_what_nobody_holds_changes_nothing_and_makes_no_table(released, client):
    assert not released()["changed"]
    assert client("dynamodb").list_tables()["TableNames"] == []


def test_check_mode_neither_takes_nor_releases_but_warns(held, released, items):
    held(RUN)
    there = items()
    looking = held(OTHER, check_mode=True)
    assert (looking["changed"], looking["unchanged"]) == (False, 1)
    assert f"(run {RUN})" in str(looking["warnings"])
    assert released(check_mode=True)["changed"]

    assert items() == there != []


@pytest.mark.parametrize("state", ["held", "released"])
def test_a_lock_that_would_not_last_is_refused(held, client, state):
    assert held(RUN, ttl_seconds=2, state=state)["msg"] == "ttl_seconds: a lock lasts at least 3 seconds, not 2."
    assert client("dynamodb").list_tables()["TableNames"] == []
