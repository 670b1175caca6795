"""Many places as one: what a line says, what the fleet is, and how it is read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import fleet

from tests import decisions
from tests.decisions import HOSTILE, NOW, ROLE
from tests.unit.test_readiness_page import LIMIT_BYTES, Outline

ABOUT = {"name": "shop-eu", "account": "100000000001", "region": "eu-central-1", "report": "shop-eu/readiness.html"}
READY, FAILING = decisions.ready(), decisions.failing()


def of(*made: dict | None, **problems: str) -> dict:
    lines = [fleet.line({**ABOUT, "name": f"place{number}"}, one, problems.get(f"place{number}", "")) for number, one in enumerate(made)]
    return fleet.document("production", lines, NOW)


@pytest.mark.parametrize(
    ("places", "decision", "code"),
    [
        ([READY, READY], "ready", 0),
        ([READY, decisions.empty()], "not_proven", 3),
        ([READY, None], "not_proven", 3),
        ([FAILING, None, READY], "not_ready", 2),
        ([], "not_proven", 3),
    ],
)
def test_a_fleet_is_what_its_worst_place_is(places, decision, code):
    made = of(*places)

    assert (made["decision"], made["exit_code"]) == (decision, code)
    assert sum(made["decisions"].values()) == len(places)


def test_the_worst_place_is_the_first():
    assert [one["name"] for one in of(READY, None, FAILING)["places"]] == ["place2", "place1", "place0"]


def test_a_line_counts_the_claims_and_names_those_that_do_not_hold():
    found = fleet.line(ABOUT, FAILING)

    assert {state: found["claims"][state] for state in ("waived", "fails", "unproven")} == {"waived": 1, "fails": 1, "unproven": 2}
    assert sum(found["claims"].values()) == len(FAILING["claims"])
    assert found["broken"][0] == {
        "id": "dynamodb.pitr.carts",
        "state": "fails",
        "says": "carts can be restored plain",
        "seen": "DISABLED plain",
    }
    assert {one["state"] for one in found["broken"]} == {"fails", "stale", "unproven"}
    assert any("carts can be restored" in what for what in found["holds_back"])


def test_a_metric_is_told_with_what_was_seen():
    assert [(one["name"], one["state"], one["seen"].split(",")[0]) for one in fleet.line(ABOUT, READY)["metrics"]] == [
        ("errors", "holds", "0.399 < 1"),
        ("uptime", "holds", "99.9792 > 99.9"),
    ]


def test_a_decision_that_does_not_count_is_not_ready_for_what_it_said():
    found = fleet.line(ABOUT, READY, "was decided too long ago")

    assert found["decision"] == "not_proven"
    assert found["holds_back"] == ["was decided too long ago"]


def test_a_decision_that_does_not_count_does_not_make_what_failed_better():
    assert fleet.line(ABOUT, FAILING, "was decided too long ago")["decision"] == "not_ready"


@pytest.mark.parametrize(("age", "counts"), [(timedelta(hours=23), True), (timedelta(hours=25), False), (timedelta(hours=-1), False)])
def test_a_decision_is_as_old_as_it_may_be(age, counts):
    assert (fleet.too_old({"at": (NOW - age).isoformat()}, NOW, timedelta(hours=24)) == "") is counts


def test_the_terminal_has_a_line_a_place():
    lines = fleet.text(of(READY, FAILING, None)).splitlines()

    assert lines[0] == "NOT READY: fleet production"
    assert lines[1].startswith("3 places: 1 ready, 1 not proven, 1 not ready; ")
    assert [line[:10].split() for line in lines[4:]] == [["✘", "place1"], ["?", "place2"], ["✔", "place0"]]
    assert all(len(line) <= 160 for line in lines)


def test_a_place_that_is_not_ready_has_one_error_that_names_it_and_a_ready_one_has_none():
    verdicts = fleet.page(of(READY, FAILING))["verdicts"]

    assert verdicts["place0"] == ""
    assert verdicts["place1"].startswith("NOT READY: place1: ")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    made = {name: make() for name, make in decisions.FLEETS.items()}
    return decisions.rendered_fleets(made, tmp_path_factory.mktemp("fleets"))


def test_the_page_has_a_line_a_place_with_a_link_to_its_own_report(pages):
    outline = Outline(pages["fleet"])
    rows = [attributes for tag, attributes in outline.elements if tag == "tbody"]

    assert [row["data-decision"] for row in rows] == ["not_ready", "not_proven", "ready"]
    assert {attributes.get("href") for tag, attributes in outline.elements if tag == "a"} == {
        "#places",
        "shop-eu/readiness.html",
        "shop-us/readiness.html",
    }


def test_the_page_asks_for_nothing_else(pages):
    for name, text in pages.items():
        asked = [one for tag, one in Outline(text).elements if tag in ("link", "img", "iframe") or (tag == "script" and "src" in one)]
        assert asked == [], name


def test_hostile_text_is_text(pages):
    outline = Outline(pages["fleet-hostile"])

    assert HOSTILE in outline.text
    assert "img" not in {tag for tag, _ in outline.elements}


def test_every_value_that_the_template_writes_is_escaped():
    template = (ROLE / "templates/fleet.html.j2").read_text()
    written = re.findall(r"\{\{ (.*?) \}\}", template)

    assert [one for one in written if not one.endswith("| e") and not re.match(r"part\(|state\(|say\(|lookup\(", one)] == []


def test_fifty_places_with_two_thousand_claims_are_below_the_limit(pages):
    made = decisions.large_fleet()

    assert (len(made["places"]), sum(made["claims"].values())) == (50, 2000)
    assert made["claims"]["fails"] > 200
    assert len(pages["fleet-large"].encode()) < LIMIT_BYTES
