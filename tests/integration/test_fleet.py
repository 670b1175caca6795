"""Many places in one inventory: each is kept, proven and decided apart, and one report names what is wrong and where."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.fleet import client, fleet, inventory, visit
from tests.integration.place import Place, Run

pytestmark = pytest.mark.timeout(900)
# Two regions of an account, and another account.
READY, UNVISITED, BROKEN = "shop-eu-central-1", "shop-eu-west-1", "orders-us-east-1"


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Path, Run]]:
    place = Place(tmp_path_factory.mktemp("fleet") / "sandbox")
    hosts = inventory(place.folder.parent, [READY, UNVISITED, BROKEN])
    place.sandbox("up")
    run = place.over(hosts, "immediate")
    yield place, hosts, run
    place.sandbox("down")
    shutil.rmtree(place.folder)


@pytest.fixture(scope="module")
def decided(applied: tuple[Place, Path, Run]) -> tuple[Run, dict[str, Any]]:
    place, hosts, _ = applied
    visit(place, READY)
    visit(place, BROKEN)
    client(place, "cloudwatch", BROKEN).delete_alarms(AlarmNames=["orders-items-latency"])
    run = place.over(hosts, "readiness", readiness_decision_dest=str(place.folder / "decision"))
    return run, json.loads((fleet(place) / "fleet.json").read_text())


def test_the_phase_is_applied_to_every_account_and_region(applied):
    place, _, run = applied

    assert run.code == 0, run.error
    found = {host: sorted(client(place, "dynamodb", host).list_tables()["TableNames"]) for host in (READY, UNVISITED, BROKEN)}
    assert found[READY] == found[UNVISITED] == ["shop-events", "shop-items", "shop-locks"]
    assert found[BROKEN] == ["orders-events", "orders-items", "orders-locks"]


def test_the_own_account_of_the_sandbox_is_left_alone(applied):
    assert applied[0].client("dynamodb").list_tables()["TableNames"] == []


def test_evidence_and_journal_are_kept_apart_by_place(applied):
    place = applied[0]

    for host in (READY, UNVISITED, BROKEN):
        folder = fleet(place) / host
        assert {one.name for one in folder.iterdir() if one.is_dir()} == {host}
        assert {json.loads(line)["host"] for line in (folder / "journal.jsonl").read_text().splitlines()} == {host}


def test_each_place_has_a_decision_of_its_own(decided, applied):
    found = {host: json.loads((fleet(applied[0]) / host / "readiness.json").read_text()) for host in (READY, UNVISITED, BROKEN)}

    assert {host: one["decision"] for host, one in found.items()} == {READY: "ready", UNVISITED: "not_proven", BROKEN: "not_ready"}
    assert all({claim["host"] for claim in one["claims"]} == {host} for host, one in found.items())


def test_the_fleet_names_the_place_and_the_alarm_that_was_deleted(decided, applied):
    run, made = decided
    first = made["places"][0]

    assert (made["decision"], first["name"], first["account"], first["region"]) == ("not_ready", BROKEN, "100000000002", "us-east-1")
    assert any("orders-items-latency" in claim["says"] and claim["state"] == "fails" for claim in first["broken"])
    assert [(one["name"], one["decision"]) for one in made["places"][1:]] == [(UNVISITED, "not_proven"), (READY, "ready")]
    assert (applied[0].folder / "decision").read_text() == "not_ready"
    assert f'href="{BROKEN}/readiness.html"' in (fleet(applied[0]) / "fleet.html").read_text()


def test_the_error_is_the_places_that_are_not_ready(decided):
    failed = {task["host"]: task["result"]["msg"] for task in decided[0].failures}

    assert decided[0].code == 2
    assert failed.keys() == {UNVISITED, BROKEN}
    assert failed[BROKEN].startswith(f"NOT READY: {BROKEN}: ")
    assert failed[UNVISITED].startswith(f"NOT PROVEN: {UNVISITED}: ")


def test_a_key_of_another_account_stops_its_place_alone_and_the_fleet_says_so(decided, applied):
    place, hosts, _ = applied
    file = hosts / "host_vars" / f"{BROKEN}.yml"
    file.parent.mkdir(exist_ok=True)
    aws = {**place.aws, "account": "100000000003", "region": "us-east-1", "app": "orders", "access_key": "AKIA0000100000000002"}
    file.write_text(json.dumps({"runbook_aws": aws}))
    try:
        run = place.over(hosts, "readiness")
    finally:
        file.unlink()

    made = json.loads((fleet(place) / "fleet.json").read_text())
    found = {one["name"]: one["problem"] for one in made["places"]}
    refused = next(str(task["result"]["msg"]) for task in run.failures if task["host"] == BROKEN)
    assert "belong to account 100000000002, the inventory names 100000000003" in refused
    assert found == {BROKEN: "this run broke here", UNVISITED: "", READY: ""}


def test_places_that_share_a_folder_are_refused_before_anything_is_asked(applied):
    place, hosts, _ = applied
    place.control("DELETE", "requests")
    run = place.over(hosts, "immediate", runbook_evidence_dir=str(place.folder / "evidence/one"))

    assert "3 places have 1 folders" in run.error
    assert place.control("GET", "requests")["requests"] == []
