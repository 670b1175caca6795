"""The fleet's report reads the decisions that were kept, and believes none that does not count."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.evidence import keep
from ansible_collections.prodready.aws.plugins.modules import fleet

from tests import decisions


@pytest.fixture
def decided(tmp_path):
    """A function that keeps a decision of a place, as the module readiness does, and gives its file."""

    def decided(place: str, made: dict | None = None, hours_ago: float = 0) -> Path:
        at = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat(timespec="seconds")
        file = tmp_path / place / "readiness" / f"{at.replace(':', '-')}.json"
        keep(file, {**(made or decisions.ready()), "at": at})
        return file

    return decided


@pytest.fixture
def report(run, tmp_path):
    def report(*places: str, **more: object) -> dict:
        folders = {place: str(tmp_path / place) for place in places}
        return run(fleet.main, **{"places": folders, "environment": "production", "dest": str(tmp_path), **more})

    return report


def test_places_that_are_ready_are_a_ready_fleet(report, decided, tmp_path):
    decided("shop-eu")
    decided("shop-us")
    found = report("shop-eu", "shop-us", accounts={"shop-eu": "100000000001"}, decision_dest=str(tmp_path / "decision"))

    assert found["decision"] == "ready"
    assert (tmp_path / "decision").read_text() == "ready"
    kept = json.loads((tmp_path / "fleet.json").read_text())
    assert [(one["name"], one["account"], one["report"]) for one in kept["places"]] == [
        ("shop-eu", "100000000001", "shop-eu/readiness.html"),
        ("shop-us", "", "shop-us/readiness.html"),
    ]


def test_a_place_that_fails_is_named(report, decided):
    decided("shop-eu")
    decided("shop-us", decisions.failing())
    found = report("shop-eu", "shop-us")

    assert found["decision"] == "not_ready"
    assert [one["name"] for one in found["document"]["places"]] == ["shop-us", "shop-eu"]


def test_the_last_decision_counts(report, decided):
    decided("shop-eu", decisions.failing(), hours_ago=2)
    decided("shop-eu")

    assert report("shop-eu")["decision"] == "ready"


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (lambda file: None, "this run broke here"),
        (lambda file: file.write_text(file.read_text().replace("shop", "shoq")), "is not as it was written"),
        (lambda file: file.with_name("seals.jsonl").write_text("{}\n"), "line 1 is no seal"),
    ],
)
def test_a_decision_of_another_run_or_one_that_was_edited_does_not_count(report, decided, problem, said):
    problem(decided("shop-eu"))
    found = report("shop-eu", broke=["shop-eu"] if said.startswith("this run") else [])

    assert found["decision"] == "not_proven"
    assert said in found["document"]["places"][0]["problem"]


def test_a_decision_that_is_too_old_does_not_count(report, decided):
    decided("shop-eu", hours_ago=30)

    assert report("shop-eu")["decision"] == "not_proven"
    assert report("shop-eu", max_age_hours=48)["decision"] == "ready"


def test_a_place_without_a_decision_is_said(report):
    assert report("shop-eu")["document"]["places"][0]["problem"] == "no decision was made here"


def test_check_mode_writes_nothing(report, decided, tmp_path):
    decided("shop-eu")

    assert report("shop-eu", check_mode=True)["decision"] == "ready"
    assert not (tmp_path / "fleet.json").exists()
