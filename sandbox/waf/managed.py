"""AWS's managed rule groups, as far as AWS documents them: managed.yml, made into rule groups as one's own are."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Statement = dict[str, Any]

_FILE = Path(__file__).with_suffix(".yml")

_RAW = [{"Priority": 0, "Type": "NONE"}]
_DECODED = [{"Priority": number, "Type": kind} for number, kind in enumerate(("URL_DECODE_UNI", "HTML_ENTITY_DECODE", "LOWERCASE"))]
# A script's letters matter to libinjection, so that they stay as they are.
_ATTACK = _DECODED[:2]

_ALL: dict[str, Any] = {"MatchPattern": {"All": {}}, "OversizeHandling": "CONTINUE"}
_PARTS: dict[str, dict[str, Any]] = {
    "ARGS": {"AllQueryArguments": {}},
    "BODY": {"Body": {"OversizeHandling": "CONTINUE"}},
    "COOKIE": {"Cookies": _ALL | {"MatchScope": "VALUE"}},
    "COOKIE_HEADER": {"SingleHeader": {"Name": "cookie"}},
    "HEADERS": {"Headers": _ALL | {"MatchScope": "ALL"}},
    "HOST": {"SingleHeader": {"Name": "host"}},
    "METHOD": {"Method": {}},
    "PATH": {"UriPath": {}},
    "QUERY": {"QueryString": {}},
    "USER_AGENT": {"SingleHeader": {"Name": "user-agent"}},
}

# libinjection judges a value by itself; the quotes of JSON around it are half of an attack.
_VALUES: dict[str, dict[str, Any]] = {
    "QUERY": {"AllQueryArguments": {}},
    "BODY": {"JsonBody": _ALL | {"MatchScope": "ALL", "InvalidFallbackBehavior": "EVALUATE_AS_STRING"}},
}


@functools.cache
def groups() -> dict[str, dict[str, Any]]:
    """By name: Description, Capacity, Versions, LabelNamespace, Rules, and NotEmulated where nothing of it is."""
    content = yaml.load(_FILE.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    patterns = content.pop("_patterns")
    return {name: _described(known, patterns) for name, known in content.items()}


def group(name: str) -> dict[str, Any]:
    return groups()[name]


def families(name: str) -> Iterator[tuple[str, set[str]]]:
    """The families of the Core Rule Set that a group's rules look for, with the part of the request."""
    for rule in group(name)["Rules"]:
        for test in rule["Statement"].get("OrStatement", {"Statements": [rule["Statement"]]})["Statements"]:
            if "CrsMatchStatement" in test:
                yield test["CrsMatchStatement"]["Part"], set(test["CrsMatchStatement"]["Families"])


def _described(known: dict[str, Any], patterns: dict[str, str]) -> dict[str, Any]:
    missing = known.get("not_emulated", "")
    rules = [
        {
            "Name": rule["name"],
            "Priority": number,
            "Action": {rule.get("action", "Block"): {}},
            "Statement": {missing: {}} if missing else _statement(rule, patterns),
            "RuleLabels": [{"Name": rule["label"]}] if "label" in rule else [],
        }
        for number, rule in enumerate(known["rules"])
    ]
    return {
        "Description": known["description"],
        "Capacity": known["capacity"],
        "Versions": known.get("versions", []),
        "LabelNamespace": f"awswaf:managed:aws:{known['labels']}:",
        "Rules": rules,
        "NotEmulated": missing,
    }


def _statement(rule: dict[str, Any], patterns: dict[str, str]) -> Statement:
    part, tests = rule["part"], []
    if "over" in rule:
        field = {"Body": {"OversizeHandling": "MATCH"}} if part == "BODY" else _PARTS[part]
        tests.append(_size(field, rule["over"]))
    if "missing" in rule:
        tests.append({"NotStatement": {"Statement": _size(_PARTS[part], 0)}})
    if "attack" in rule:
        inspected = {"FieldToMatch": _VALUES.get(part, _PARTS[part]), "TextTransformations": _ATTACK}
        tests.append(
            {"SqliMatchStatement": inspected | {"SensitivityLevel": "LOW"}}
            if rule["attack"] == "sqli"
            else {"XssMatchStatement": inspected}
        )
    if "pattern" in rule:
        inspected = {"FieldToMatch": _PARTS[part], "TextTransformations": _DECODED}
        tests.append({"RegexMatchStatement": inspected | {"RegexString": patterns[rule["pattern"]]}})
    if "families" in rule:
        tests.append({"CrsMatchStatement": {"Part": part, "Families": [rule["families"]]}})
    return tests[0] if len(tests) == 1 else {"OrStatement": {"Statements": tests}}


def _size(field: dict[str, Any], size: int) -> Statement:
    inspected = {"FieldToMatch": field, "TextTransformations": _RAW}
    return {"SizeConstraintStatement": inspected | {"ComparisonOperator": "GT", "Size": size}}
