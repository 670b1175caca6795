# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of an application: reading them from a .env file, and holding them to their schema.

Pure functions. What they find wrong names variables and rules, and never shows a value.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

try:
    from dotenv.parser import parse_stream
except ImportError:  # reported by whoever calls
    parse_stream = None  # type: ignore[assignment]

# What people write where a value is to come; compared without case.
PLACEHOLDERS = ("changeme", "change-me", "change_me", "todo", "fixme", "replace-me", "replaceme", "placeholder", "example", "xxx")
PLACEHOLDER_FORMS = re.compile(r"<[^>]*>|x{3,}|\*{3,}|\.{3}")
ROTATIONS = ("generated", "command", "external")
MINIMUM_LENGTH = 16

Schema = Mapping[str, Mapping[str, Any]]


class Unreadable(ValueError):
    """A .env file that cannot be read, with the line and without what stands there."""


def read(text: str) -> dict[str, str]:
    """The variables of a .env file: quotes, values over several lines, comments and `export` as dotenv defines them."""
    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        line = binding.original.line + (len(binding.original.string) - len(binding.original.string.lstrip("\n")))
        if binding.error:
            raise Unreadable(f"line {line} is no assignment: NAME=value, NAME='value' or NAME=\"value\" is allowed")
        if binding.key is None:
            continue
        if binding.value is None:
            raise Unreadable(f"line {line}: {binding.key} has no value; write {binding.key}= for an empty one")
        if binding.key in values:
            raise Unreadable(f"line {line}: {binding.key} is there a second time")
        values[binding.key] = binding.value
    return values


def entropy_bits(value: str) -> float:
    """Shannon's entropy of the value's own characters: what is short or repeats itself has little."""
    counts = Counter(value)
    return -sum(count * math.log2(count / len(value)) for count in counts.values()) if value else 0.0


def is_json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return bool(parts.scheme and parts.hostname) and not re.search(r"\s", value)
    except ValueError:
        return False


TYPES: dict[str, tuple[Callable[[str], bool], str]] = {
    "string": (lambda value: True, "a text"),
    "integer": (lambda value: re.fullmatch(r"[+-]?\d+", value) is not None, "a whole number"),
    "number": (lambda value: re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", value) is not None, "a number"),
    "boolean": (lambda value: value in ("true", "false"), "true or false"),
    "url": (is_url, "an address with scheme and host"),
    "email": (lambda value: re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) is not None, "an e-mail address"),
    "json": (is_json, "JSON"),
    "base64": (is_base64, "base64"),
}


def is_placeholder(value: str, forbidden: list[str]) -> bool:
    text = value.strip().lower()
    return text in {word.lower() for word in (*PLACEHOLDERS, *forbidden)} or PLACEHOLDER_FORMS.fullmatch(text) is not None


def variable_problems(name: str, rule: Mapping[str, Any], value: str) -> list[str]:
    """What is wrong with one value."""
    found = []
    fits, form = TYPES[rule["type"]]
    if is_placeholder(value, rule["forbidden"] or []):
        return [f"{name} holds a placeholder, not a value"]
    if value == "" and rule["required"]:
        return [f"{name} is empty and must have a value"]
    if value == "":
        return []
    if not fits(value):
        return [f"{name} is not {form} (type {rule['type']})"]
    if rule["pattern"] and not re.fullmatch(rule["pattern"], value):
        found.append(f"{name} does not match its pattern {rule['pattern']}")
    if rule["choices"] and value not in rule["choices"]:
        found.append(f"{name} is none of {', '.join(rule['choices'])}")
    if rule["type"] in ("integer", "number"):
        if rule["minimum"] is not None and float(value) < rule["minimum"]:
            found.append(f"{name} is below {rule['minimum']:g}")
        if rule["maximum"] is not None and float(value) > rule["maximum"]:
            found.append(f"{name} is above {rule['maximum']:g}")
    if rule["type"] == "url" and rule["hosts"] and urlsplit(value).hostname not in rule["hosts"]:
        found.append(f"{name} points to a host that is none of {', '.join(rule['hosts'])}")
    bits = rule["minimum_entropy_bits"]
    if bits and entropy_bits(value) < bits:
        found.append(f"{name} has less than {bits} bits of entropy: use a longer and more random value")
    return found


def schema_problems(schema: Schema) -> list[str]:
    """What is wrong with the rules themselves."""
    found = []
    for name, rule in schema.items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            found.append(f"{name!r} is not a name of an environment variable: letters, digits and _")
        if rule["pattern"]:
            try:
                re.compile(rule["pattern"])
            except re.error as error:
                found.append(f"{name}: pattern is not a regular expression: {error}")
        rotation = rule["rotation"] or {}
        if rotation.get("by") == "command" and not rotation.get("command"):
            found.append(f"{name}: a rotation by command names its command, a list of program and arguments")
        if rotation.get("by") in ("generated", "command") and (rotation.get("length") or MINIMUM_LENGTH) < MINIMUM_LENGTH:
            found.append(f"{name}: a generated value has at least {MINIMUM_LENGTH} characters")
        if rotation and not rule["secret"]:
            found.append(f"{name}: only a secret rotates; add secret: true")
    return found


def problems(schema: Schema, values: Mapping[str, str], allow_undeclared: bool = False) -> list[str]:
    """All that is wrong, by variable."""
    found = [f"{name} is required and missing" for name, rule in schema.items() if rule["required"] and name not in values]
    if not allow_undeclared:
        found += [f"{name} is not declared in the schema" for name in values if name not in schema]
    for name, value in values.items():
        if name in schema:
            found += variable_problems(name, schema[name], value)
    return found
