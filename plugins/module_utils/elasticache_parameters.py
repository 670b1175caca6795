# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parameters of caches: what AWS allows of each, and the value in YAML as the text that AWS keeps. Pure functions.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_Parameter.html
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

Rules = Mapping[str, Mapping[str, Any]]

RANGE = re.compile(r"(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)?")
BOOLEANS = ({"yes", "no"}, {"1", "0"}, {"on", "off"}, {"true", "false"})
NUMBER = {"integer": r"-?\d+", "float": r"-?\d+(\.\d+)?"}


def allowed(rule: Mapping[str, Any]) -> list[str]:
    return [one.strip() for one in (rule.get("AllowedValues") or "").split(",") if one.strip()]


def as_text(value: object, rule: Mapping[str, Any]) -> str:
    """The value as AWS keeps it; YAML reads yes and no as booleans."""
    if not isinstance(value, bool):
        return str(value)
    words = next((words for words in BOOLEANS if words & set(allowed(rule))), {"yes", "no"})
    (word,) = words & ({"yes", "1", "on", "true"} if value else {"no", "0", "off", "false"})
    return word


def within(text: str, one: str) -> bool:
    """Whether a value is one of AllowedValues, which is a word or a range such as 0-100 or 0- ."""
    if text == one:
        return True
    bounds = RANGE.fullmatch(one)
    if not bounds or not re.fullmatch(NUMBER["float"], text):
        return False
    return float(bounds[1]) <= float(text) and (bounds[2] is None or float(text) <= float(bounds[2]))


def problems(given: Mapping[str, object], rules: Rules) -> Iterator[str]:
    """What AWS would refuse, with what it allows."""
    for name, value in given.items():
        rule = rules.get(name)
        if rule is None:
            near = difflib.get_close_matches(name, rules, 3)
            yield f"there is no parameter {name}" + (f"; did you mean {' or '.join(near)}?" if near else "")
        elif not rule.get("IsModifiable", True):
            yield f"parameter {name} cannot be changed; AWS sets it"
        else:
            yield from value_problems(name, as_text(value, rule), rule)


def value_problems(name: str, text: str, rule: Mapping[str, Any]) -> Iterator[str]:
    values, kind = allowed(rule), rule.get("DataType", "string")
    if kind in NUMBER and not re.fullmatch(NUMBER[kind], text):
        yield f"parameter {name} is {text!r}; it must be of type {kind}" + (f", allowed are {', '.join(values)}" if values else "")
    elif values and not any(within(text, one) for one in values):
        yield f"parameter {name} is {text!r}, allowed are {', '.join(values)}"


def texts(given: Mapping[str, object], rules: Rules) -> dict[str, str]:
    return {name: as_text(value, rules.get(name, {})) for name, value in given.items()}


def values_of(found: Rules) -> dict[str, str]:
    return {name: one.get("ParameterValue") or "" for name, one in found.items()}


def set_here(found: Rules) -> set[str]:
    """Those whose value is this group's own, and not the engine's default."""
    return {name for name, one in found.items() if one.get("Source") == "user"}
