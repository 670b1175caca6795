from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.rules import entropy_bits
from ansible_collections.prodready.aws.plugins.module_utils.schema import check, generate, normal, rotations


def findings(value: str | None, **rule: Any) -> list[str]:
    rules, problems = normal({"NAME": rule})
    assert problems == []
    return check({} if value is None else {"NAME": value}, rules)["NAME"]


@pytest.mark.parametrize(
    ("rule", "right", "wrong", "finding"),
    [
        ({"type": "integer"}, "-60", "60s", "is not an integer such as 60"),
        ({"type": "integer", "minimum": 1}, "1", "0", "is below 1"),
        ({"type": "number", "maximum": 0.5}, "0.5", "0.6", "is above 0.5"),
        ({"type": "number"}, "1e3", "inf", "is not a number such as 0.5"),
        ({"type": "boolean"}, "True", "yes", "is not a boolean (true, false, 1, 0)"),
        ({"type": "url"}, "postgres://db.internal:5432/shop", "db.internal", "is not a URL with scheme and host"),
        ({"type": "url"}, "https://[::1]/", "https://host:99999/", "is not a URL with scheme and host"),
        (
            {"type": "url", "hosts": ["*.shop.io"]},
            "https://www.SHOP.io",
            "https://evilshop.io",
            "has a host that is not one of *.shop.io",
        ),
        ({"type": "email"}, "on-call@shop.io", "on-call@shop", "is not an email address"),
        ({"type": "enum", "choices": ["debug", "none"]}, "none", "nonsense", "is not one of debug, none"),
        ({"type": "json"}, "[1]", "{1}", "is not JSON"),
        ({"type": "base64"}, "aGVsbG8=", "hell o!", "is not base64"),
        ({"pattern": "[a-z]{2}-[0-9]"}, "eu-1", "xeu-1", "does not match the pattern [a-z]{2}-[0-9]"),
        ({"minimum_length": 3}, "abc", "ab", "is shorter than 3 characters"),
        ({"maximum_length": 3}, "abc", "abcd", "is longer than 3 characters"),
        (
            {"minimum_entropy_bits": 60},
            "8uTh7K6poQbSw3Zr",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "is too easy to guess: less than 60 bits of entropy",
        ),
        ({"forbidden": ["acme"]}, "acme2", "ACME", "is a placeholder"),
    ],
)
def test_a_rule_tells_right_from_wrong(rule: dict[str, Any], right: str, wrong: str, finding: str):
    assert findings(right, **rule) == []
    assert findings(wrong, **rule) == [finding]


@pytest.mark.parametrize(
    "value",
    [
        "changeme",
        "Change-Me",
        "redis://user:changeme@host",
        "TODO",
        "<token>",
        "${SECRET}",
        "your-api-key",
        "xxxx",
        "wJalrXUtnFEMI/bPxRfiCYEXAMPLEKEY",
    ],
)
def test_placeholders_are_refused(value: str):
    assert findings(value) == ["is a placeholder"]


@pytest.mark.parametrize("value", ["ExchangeMetrics", "https://shop.example", "[1]", "tokenizer", "production"])
def test_what_only_looks_like_a_placeholder_is_not(value: str):
    assert findings(value) == []


def test_a_required_variable_is_there_and_not_empty():
    assert findings(None) == ["is required and missing"]
    assert findings("") == ["is required and empty"]
    assert findings(None, required=False, type="integer") == []


def test_what_is_not_declared_is_an_error_unless_allowed():
    assert check({"EXTRA": "1"}, {}) == {"EXTRA": ["is not declared in the schema"]}
    assert check({"EXTRA": "1"}, {}, allow_undeclared=True) == {"EXTRA": []}


GENERATED = {"by": "generated", "maximum_age_days": 90}


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (
            {"rotation": {"by": "moon", "maximum_age_days": 1}},
            "value of by must be one of: generated, command, external, got: moon found in rotation",
        ),
        (
            {"rotation": {"by": "command", "maximum_age_days": 1}},
            "by is command but all of the following are missing: command found in rotation",
        ),
        ({"rotation": {"by": "external"}}, "missing required arguments: maximum_age_days found in rotation"),
        ({"rotation": {**GENERATED, "length": 8}}, "rotation.length must be at least 16, not 8"),
        ({"rotation": {**GENERATED, "alphabet": "ab"}}, "rotation.alphabet must have at least 10 different characters"),
        ({"rotation": GENERATED, "maximum_length": 20}, "no generated value obeys the variable's own rules"),
        ({"rotation": {**GENERATED, "maximum_age_days": 0}}, "rotation.maximum_age_days must be at least 1, not 0"),
        ({"secret": True}, "a secret declares its rotation: by generated, command or external"),
        ({"type": "enum"}, "type enum needs choices"),
        ({"hosts": ["a"]}, "hosts is for type url"),
        ({"minimum": 3}, "minimum and maximum are for type integer and number; minimum_length and maximum_length for text"),
        ({"pattern": "("}, "pattern is not a regular expression: missing ), unterminated subpattern at position 0"),
    ],
)
def test_a_schema_that_contradicts_itself_is_one_clear_error(rule: dict[str, Any], problem: str):
    assert normal({"NAME": rule})[1] == [f"environment_schema.NAME: {problem}"]


def test_an_unknown_key_of_a_rule_is_named_with_what_is_allowed():
    (problem,) = normal({"NAME": {"requierd": True}})[1]
    assert "requierd" in problem
    assert "minimum_entropy_bits" in problem


def test_a_generated_value_obeys_its_own_rules():
    rules, _ = normal({"NAME": {"secret": True, "minimum_entropy_bits": 128, "pattern": "[A-Za-z].*", "rotation": GENERATED}})
    first, second = generate(rules["NAME"]), generate(rules["NAME"])
    assert first != second
    assert check({"NAME": first or ""}, rules) == {"NAME": []}
    assert len(first or "") == 48


def test_rotations_are_found_by_kind():
    rules, _ = normal({"A": {"rotation": GENERATED}, "B": {"rotation": {"by": "external", "maximum_age_days": 9}}, "C": {}})
    assert list(rotations(rules)) == ["A", "B"]
    assert list(rotations(rules, "generated", "command")) == ["A"]


def test_runs_and_repetitions_are_worth_nothing():
    assert entropy_bits("") == entropy_bits("aaaaaaaa") == 0
    assert entropy_bits("abcdefghijklmnopqrst") < 10
    assert entropy_bits("hunterhunterhunterhunter") < 35
