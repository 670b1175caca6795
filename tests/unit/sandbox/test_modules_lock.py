"""The module lock as it runs: against the emulator's conditional writes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.aws import Aws
from ansible_collections.prodready.aws.plugins.modules import lock

RUN, OTHER = "20261123T114512Z-by-hand", "20261123T120000Z-by-hand"


@pytest.fixture
def held(run):
    """A function that asks for the lock in the name of a run."""
    return lambda name, **more: run(lock.main, name="deploy", table="shop-locks", journal={"run": name}, **more)


@pytest.fixture
def released(held):
    return lambda name, **more: held(name, state="released", **more)


@pytest.fixture
def later(monkeypatch):
    """A function that lets time pass for the module; boto3's, which paces retries, goes on as it is."""
    return lambda seconds: monkeypatch.setattr(lock, "time", SimpleNamespace(time=lambda: time.time() + seconds))


@pytest.fixture
def aws(endpoint_url):
    place = {"account": "123456789012", "region": "eu-central-1", "concurrency": 8, "endpoint_url": endpoint_url}
    return Aws({**place, "access_key": "AKIASANDBOX0000000", "secret_key": "sandbox-secret-key-sandbox"})


def test_the_table_is_made_with_the_lock_and_marked_as_ours(held, client):
    assert held(RUN)["changed"]

    table = client("dynamodb").describe_table(TableName="shop-locks")["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    tags = client("dynamodb").list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert {"Key": "prodready:app", "Value": "shop"} in tags


def test_another_run_is_told_who_holds_the_lock_since_when_and_how_to_release_it(held):
    holder = held(RUN)["holder"]
    refused = held(OTHER)

    assert refused["failed"]
    assert refused["holder"] == holder
    for word in (holder["who"], RUN, holder["since"], holder["expires"], "ansible-playbook playbooks/unlock.yml -e lock=deploy"):
        assert word in refused["msg"]


def test_the_same_run_takes_its_lock_again_and_holds_it_longer(held, later):
    first = held(RUN)["holder"]
    later(60)
    again = held(RUN)

    assert not again["changed"]
    assert again["holder"]["since"] == first["since"]
    assert again["holder"]["expires"] > first["expires"]


def test_an_expired_lock_is_taken_over_and_its_run_is_refused_from_then_on(held, later):
    held(RUN, ttl_seconds=60)
    later(61)

    assert held(OTHER)["holder"]["run"] == OTHER
    assert held(RUN)["failed"]


def test_of_two_runs_that_see_the_same_expired_lock_one_takes_it(held, aws, later):
    held(RUN, ttl_seconds=60)
    later(61)
    seen = lock.current(aws, "shop-locks", "deploy")

    def attempt(number: int) -> bool:
        item = {"who": "ops@bastion", "run": f"run-{number}", "machine": "bastion", "since": 1.0, "expires": 2.0}
        return lock.take(aws, "shop-locks", "deploy", seen, item)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_a_lock_that_its_run_prolonged_meanwhile_is_not_taken_over(held, aws, later):
    held(RUN, ttl_seconds=60)
    seen = lock.current(aws, "shop-locks", "deploy")
    later(61)
    held(RUN)

    assert not lock.take(aws, "shop-locks", "deploy", seen, {**seen, "run": OTHER})


def test_only_its_holder_releases_a_lock(held, released):
    held(RUN)
    refused = released(OTHER)

    assert not refused["changed"]
    assert refused["holder"]["run"] == RUN
    assert released(RUN)["changed"]
    assert held(OTHER)["changed"]


def test_a_lock_is_released_by_force_whoever_holds_it(held, released):
    held(RUN)

    assert released(OTHER, force=True)["changed"]
    assert held(OTHER)["changed"]


def test_releasing_what_nobody_holds_changes_nothing_and_makes_no_table(released, client):
    assert not released(RUN)["changed"]
    assert client("dynamodb").list_tables()["TableNames"] == []


def test_check_mode_makes_no_table(held, client):
    assert held(RUN, check_mode=True)["changed"]
    assert client("dynamodb").list_tables()["TableNames"] == []


def test_check_mode_neither_takes_nor_releases(held, released, client):
    held(RUN)
    released(RUN)
    before = client("dynamodb").scan(TableName="shop-locks")["Items"]
    assert held(OTHER, check_mode=True)["changed"]
    assert client("dynamodb").scan(TableName="shop-locks")["Items"] == before == []

    held(RUN)
    assert released(RUN, check_mode=True)["changed"]
    assert held(OTHER)["failed"]


def test_a_lock_that_changes_hands_before_it_is_released_stays(held, released, monkeypatch):
    held(RUN)
    monkeypatch.setattr(lock, "release", lambda *_: False)

    assert not released(RUN)["changed"]


def test_a_lock_that_would_not_last_is_refused(held, client):
    assert held(RUN, ttl_seconds=0)["msg"] == "ttl_seconds: a lock lasts at least 1 second, not 0."
    assert client("dynamodb").list_tables()["TableNames"] == []
