# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The schema of an environment: what each variable must be. Every finding names variable and rule, never a value."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .env_file import NAME
from .rules import NUMBERS, TYPES, broken

ALPHABET = string.ascii_letters + string.digits
TRIES = 100
SHORTEST_GENERATED = 16

ROTATION = {
    "by": {"type": "str", "required": True, "choices": ["generated", "command", "external"]},
    "length": {"type": "int", "default": 48},
    "alphabet": {"type": "str", "default": ALPHABET},
    "command": {"type": "list", "elements": "str"},
    "maximum_age_days": {"type": "int", "required": True},
}
RULE = {
    "description": {"type": "str"},
    "type": {"type": "str", "default": "string", "choices": sorted(TYPES)},
    "required": {"type": "bool", "default": True},
    "pattern": {"type": "str"},
    "choices": {"type": "list", "elements": "str"},
    "minimum": {"type": "float"},
    "maximum": {"type": "float"},
    "minimum_length": {"type": "int"},
    "maximum_length": {"type": "int"},
    "hosts": {"type": "list", "elements": "str"},
    "forbidden": {"type": "list", "elements": "str", "default": []},
    "secret": {"type": "bool", "default": False},
    "minimum_entropy_bits": {"type": "float"},
    "rotation": {"type": "dict", "options": ROTATION, "required_if": [("by", "command", ["command"])]},
}

Rules = Mapping[str, Mapping[str, Any]]


def generate(rule: Mapping[str, Any]) -> str | None:
    """A value that obeys the variable's own rules; None when chance finds none."""
    rotation = rule["rotation"]
    for __ in range(TRIES):
        value = "".join(secrets.choice(rotation["alphabet"]) for __ in range(rotation["length"]))
        if not broken(value, rule):
            return value
    return None


def contradictions(rule: Mapping[str, Any]) -> list[str]:
    """What a rule cannot ask for, beyond what its specification says."""
    found = []
    try:
        re.compile(rule["pattern"] or "")
    except re.error as error:
        found.append(f"pattern is not a regular expression: {error}")
    if rule["type"] == "enum" and not rule["choices"]:
        found.append("type enum needs choices")
    if rule["type"] != "url" and rule["hosts"]:
        found.append("hosts is for type url")
    if rule["type"] not in NUMBERS and not rule["minimum"] is rule["maximum"] is None:
        found.append("minimum and maximum are for type integer and number; minimum_length and maximum_length for text")
    if rule["secret"] and not rule["rotation"]:
        found.append("a secret declares its rotation: by generated, command or external")
    return found + (rotation_contradictions(rule) if rule["rotation"] and not found else [])


def rotation_contradictions(rule: Mapping[str, Any]) -> list[str]:
    rotation = rule["rotation"]
    if rotation["maximum_age_days"] < 1:
        return [f"rotation.maximum_age_days must be at least 1, not {rotation['maximum_age_days']}"]
    if rotation["by"] == "external":
        return []
    found = []
    if rotation["length"] < SHORTEST_GENERATED:
        found.append(f"rotation.length must be at least {SHORTEST_GENERATED}, not {rotation['length']}")
    if len(set(rotation["alphabet"])) < 10:
        found.append("rotation.alphabet must have at least 10 different characters")
    return found or ([] if generate(rule) else ["no generated value obeys the variable's own rules"])


def normal(schema: Mapping[str, Any]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The rules with their defaults, and what is wrong with the schema itself."""
    validator = ArgumentSpecValidator(RULE)
    rules: dict[str, dict[str, Any]] = {}
    found = []
    for name, given in schema.items():
        if not NAME.fullmatch(name):
            found.append(f"environment_schema: {name!r} is not a name of a variable (letters, digits and _)")
            continue
        result = validator.validate(given if isinstance(given, dict) else {"": given})
        problems = list(result.error_messages) or contradictions(result.validated_parameters)
        found += [f"environment_schema.{name}: {problem}" for problem in problems]
        rules[name] = result.validated_parameters
    return rules, found


def check(values: Mapping[str, str], rules: Rules, allow_undeclared: bool = False) -> dict[str, list[str]]:
    """For every variable, declared or set, the rules that it breaks."""

    def findings(name: str) -> list[str]:
        if name not in rules:
            return [] if allow_undeclared else ["is not declared in the schema"]
        rule = rules[name]
        if not values.get(name) and "" not in (rule["choices"] or []):
            return [f"is required and {'empty' if name in values else 'missing'}"] if rule["required"] else []
        return broken(values[name], rule)

    return {name: findings(name) for name in sorted({*values, *rules})}


def rotations(rules: Rules, *by: str) -> dict[str, Mapping[str, Any]]:
    """The declared rotations, all or of some kinds, by variable."""
    return {name: rule["rotation"] for name, rule in rules.items() if rule["rotation"] and (not by or rule["rotation"]["by"] in by)}
