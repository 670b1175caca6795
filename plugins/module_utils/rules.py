# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a single value must be: its type, its form, and that it is not a placeholder. No finding holds the value."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

BOOLEANS = ("true", "false", "1", "0")
NUMBERS = ("integer", "number")
# Compared without case, spaces, - _ and . around and between.
PLACEHOLDERS = frozenset(
    (
        *("fixme", "todo", "tbd", "placeholder", "example", "dummy", "sample", "test123", "admin123", "letmein", "null", "undefined"),
        *("secret", "password", "passwd", "token", "apikey"),
        *("yoursecret", "yourpassword", "yourtoken", "yourkey", "yourapikey"),
    )
)
PLACEHOLDER_FORMS = re.compile(
    r"(?<![a-z])(?:change|replace)[-_ ]?(?:me|this)(?![a-z])|^your[-_ ].*|^(?:insert|enter|put|add)[-_ ].*here$"
    r"|^x{3,}$|^\*+$|^<.*>$|^\{\{.*\}\}$|^\$\{.*\}$"
    r"|(?-i:EXAMPLE(?:KEY)?$)",  # the keys of AWS's documentation
    re.IGNORECASE | re.DOTALL,
)
GRAM = 4
EMAIL = re.compile(r"[^@\s]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")


def host_of(value: str) -> str | None:
    """The host of a URL, None when it is not one."""
    try:
        parts = urlsplit(value)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return None
    return parts.hostname if parts.scheme and port_is_right and not re.search(r"\s", value) else None


def is_json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def is_base64(value: str) -> bool:
    try:
        return bool(base64.b64decode("".join(value.split()), validate=True))
    except (binascii.Error, ValueError):
        return False


def is_number(value: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value, re.ASCII) is not None and math.isfinite(float(value))


TYPES: dict[str, Callable[[str], bool]] = {
    "string": lambda value: True,
    "enum": lambda value: True,
    "integer": lambda value: re.fullmatch(r"[+-]?\d+", value, re.ASCII) is not None,
    "number": is_number,
    "boolean": lambda value: value.lower() in BOOLEANS,
    "url": lambda value: host_of(value) is not None,
    "email": lambda value: EMAIL.fullmatch(value) is not None,
    "json": is_json,
    "base64": is_base64,
}
ALLOWED = {
    "integer": "an integer such as 60",
    "number": "a number such as 0.5",
    "boolean": f"a boolean ({', '.join(BOOLEANS)})",
    "url": "a URL with scheme and host",
    "email": "an email address",
    "json": "JSON",
    "base64": "base64",
}


def predictable(value: str, position: int) -> bool:
    """Whether a character continues a run (aaaa, 1234, dcba) or something the value has already said."""
    steps = [ord(value[i]) - ord(value[i - 1]) for i in range(max(position - 1, 1), position + 1)]
    if len(steps) == 2 and steps[0] == steps[1] and abs(steps[0]) <= 1:
        return True
    gram = value[position - GRAM + 1 : position + 1] if position >= GRAM - 1 else ""
    return bool(gram) and gram in value[:position]


def entropy_bits(value: str) -> float:
    """Shannon's entropy of the characters, counting only those that are not predictable.

    A random value of 32 letters and digits comes to about 140 bits, "password" to 22, "aaaaaaaa" to 0.
    https://doi.org/10.1002/j.1538-7305.1948.tb01338.x
    """
    if not value:
        return 0.0
    shares = [count / len(value) for count in Counter(value).values()]
    each = sum(share * math.log2(1 / share) for share in shares)
    return each * sum(not predictable(value, position) for position in range(len(value)))


def is_placeholder(value: str, forbidden: list[str]) -> bool:
    def plain(text: str) -> str:
        return re.sub(r"[-_.\s]", "", text).casefold()

    return plain(value) in PLACEHOLDERS | {plain(text) for text in forbidden} or PLACEHOLDER_FORMS.search(value.strip()) is not None


def host_allowed(host: str, allowed: list[str]) -> bool:
    """Whether a host is one of those, where *.example.com is any host below example.com."""
    return any(host == one.lower() or (one.startswith("*.") and host.endswith(one[1:].lower())) for one in allowed)


def broken(value: str, rule: Mapping[str, Any]) -> list[str]:
    """The rules that a value breaks. A value that is allowed by name is right."""
    if rule["choices"]:
        return [] if value in rule["choices"] else [f"is not one of {', '.join(rule['choices'])}"]
    if is_placeholder(value, rule["forbidden"]):
        return ["is a placeholder"]
    if not TYPES[rule["type"]](value):
        return [f"is not {ALLOWED[rule['type']]}"]
    found = []
    if rule["pattern"] and not re.fullmatch(rule["pattern"], value):
        found.append(f"does not match the pattern {rule['pattern']}")
    if rule["minimum"] is not None and float(value) < rule["minimum"]:
        found.append(f"is below {rule['minimum']:g}")
    if rule["maximum"] is not None and float(value) > rule["maximum"]:
        found.append(f"is above {rule['maximum']:g}")
    if rule["minimum_length"] is not None and len(value) < rule["minimum_length"]:
        found.append(f"is shorter than {rule['minimum_length']} characters")
    if rule["maximum_length"] is not None and len(value) > rule["maximum_length"]:
        found.append(f"is longer than {rule['maximum_length']} characters")
    if rule["hosts"] and not host_allowed(host_of(value) or "", rule["hosts"]):
        found.append(f"has a host that is not one of {', '.join(rule['hosts'])}")
    if rule["minimum_entropy_bits"] is not None and entropy_bits(value) < rule["minimum_entropy_bits"]:
        found.append(f"is too easy to guess: less than {rule['minimum_entropy_bits']:g} bits of entropy")
    return found
