"""The document of a decision is as docs/readiness.schema.json describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests import decisions

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/readiness.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def objects(schema: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The descriptions of objects whose keys are listed."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield where, schema
        for key, value in schema.items():
            if key != "examples":
                yield from objects(value, f"{where}/{key}")


def complaints(made: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(made)]


def test_the_schema_itself_is_valid():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", decisions.ALL)
def test_what_is_decided_is_as_described(name):
    assert complaints(decisions.ALL[name]()) == []


def test_the_example_is_as_described_and_its_numbers_fit():
    (example,) = SCHEMA["examples"]
    assert complaints(example) == []
    assert {number for phase in example["phases"] for item in phase["items"] for number in item["claims"]} == {0}
    assert example["history"][-1]["at"] == example["at"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"decision": "green"}, "$.decision: 'green' is not one of"),
        ({"exit_code": 1}, "$.exit_code: 1 is not one of"),
        ({"at": "yesterday"}, "$.at: 'yesterday' does not match"),
        ({"more": 1}, "$: Additional properties are not allowed ('more' was unexpected)"),
        ({"claims": [{"id": "a"}]}, "$.claims[0]: 'item' is a required property"),
    ],
)
def test_what_is_otherwise_is_refused(change, complaint):
    assert any(one.startswith(complaint) for one in complaints({**decisions.failing(), **change}))


def test_all_that_is_made_is_described_and_all_that_must_be_is_made():
    """A key that the code gains or loses is missed by nobody."""
    made = decisions.failing()
    assert list(made) == list(SCHEMA["properties"])
    samples = {
        "step": made["next_steps"],
        "metric": made["metrics"],
        "phase": made["phases"],
        "drill": made["drills"],
        "plan": made["plans"],
        "estimate": made["costs"],
        "run": made["history"],
    }
    for name, (first, *_) in samples.items():
        assert set(first) == set(SCHEMA["$defs"][name]["properties"]), name
    assert {key for claim in made["claims"] for key in claim} == set(SCHEMA["$defs"]["claim"]["properties"])
    assert [where for where, one in objects(SCHEMA) if not set(one.get("required", ())) <= set(one["properties"])] == []
