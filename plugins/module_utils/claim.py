# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A claim: one statement about production, where to look, and what must be seen there.

Pure functions over plain dictionaries. Nothing here talks to AWS or to Ansible.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from string import Template
from types import MappingProxyType
from typing import Any

from .language import said, say
from .lists import repeated

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda observed, expected: observed == expected,
    "differs": lambda observed, expected: observed != expected,
    "below": lambda observed, expected: observed < expected,
    "above": lambda observed, expected: observed > expected,
    "at_most": lambda observed, expected: observed <= expected,
    "at_least": lambda observed, expected: observed >= expected,
    "contains": lambda observed, expected: all(item in observed for item in listed(expected)),
    "among": lambda observed, expected: observed in expected,
    "younger_than_days": lambda observed, expected: age_days(observed) < float(expected),
    "matches": lambda observed, expected: re.search(expected, observed) is not None,
}


def age_days(moment: str) -> float:
    """How long ago a moment was, in days; a future one has a negative age."""
    then = datetime.fromisoformat(moment)
    return (datetime.now(UTC) - then).total_seconds() / 86400


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_pattern(text: Any) -> bool:
    try:
        return re.compile(text) is not None
    except (re.error, TypeError):
        return False


def is_each(each: Any, lists: Mapping[str, Any]) -> bool:
    """Whether it is none, a list, or the name of one."""
    return each is None or isinstance(each, list) or (isinstance(each, str) and isinstance(lists.get(each), list))


def expand(claim: Mapping[str, Any], lists: Mapping[str, list[Any]] = MappingProxyType({})) -> Iterator[dict[str, Any]]:
    """One claim for every value of its `each`, written in place of $each, or of $key for the keys of a dictionary.

    `each` is a list or the name of one. A text that is nothing but $each becomes the value itself, of its own type.
    """
    values = claim.get("each")
    if values is None:
        yield dict(claim)
        return

    def fill(value: Any, names: Mapping[str, Any]) -> Any:
        if isinstance(value, str):
            return names[value[1:]] if value[:1] == "$" and value[1:] in names else Template(value).safe_substitute(names)
        if isinstance(value, dict):
            return {key: fill(item, names) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(item, names) for item in value]
        return value

    rest = {key: value for key, value in claim.items() if key != "each"}
    for each in lists[values] if isinstance(values, str) else values:
        yield fill(rest, each if isinstance(each, Mapping) else {"each": each})


def problems(claims: list[dict[str, Any]], today: date) -> list[str]:
    """What forbids asking at all: claims that could not fail, or could not be told apart."""
    found = [f"{one}: two claims have this id" for one in repeated(claim["id"] for claim in claims)]
    for claim in claims:
        expect = claim["expect"]
        if len(expect) != 1 or not set(expect) <= set(COMPARE):
            found.append(f"{claim['id']}: expect must be one of {', '.join(COMPARE)} with its value, not {expect}")
        elif "matches" in expect and not is_pattern(expect["matches"]):
            found.append(f"{claim['id']}: expect.matches must be a regular expression, not {expect['matches']!r}")
        # With neither, nothing was observed, and that must be in the evidence.
        if claim.get("ask") is not None and claim.get("observed") is not None:
            found.append(f"{claim['id']}: a claim has either ask or observed")
        if claim.get("samples") is not None and claim["samples"].get("at_least", 0) < 1:
            found.append(f"{claim['id']}: samples.at_least must be 1 or more")
        waived = claim.get("waived")
        if waived and not waived.get("reason"):
            found.append(f"{claim['id']}: a waiver gives its reason")
        if waived:
            try:
                date.fromisoformat(str(waived.get("until")))
            except ValueError:
                found.append(f"{claim['id']}: waived.until must be a date such as {today.isoformat()}, not {waived.get('until')!r}")
    return found


def holds(expect: Mapping[str, Any], observed: Any) -> bool:
    """Nothing observed never holds, nor does something that cannot be compared."""
    ((comparison, expected),) = expect.items()
    try:
        return observed is not None and bool(COMPARE[comparison](observed, expected))
    except (TypeError, ValueError, OverflowError):
        return False


def few(claim: Mapping[str, Any]) -> str | None:
    """What is said where a figure rests on too little to count, whichever it is."""
    samples = claim.get("samples")
    if not samples or (samples.get("seen") or 0) >= samples["at_least"]:
        return None
    return f"not enough data: {samples.get('seen') or 0} of {samples['at_least']} samples"


def judge(claim: Mapping[str, Any], observed: Any, today: date, **more: Any) -> dict[str, Any]:
    """The evidence record of one claim; `more` says when and by whom, or what went wrong."""
    held = holds(claim["expect"], observed)
    waived = claim.get("waived")
    too_few = few(claim)
    if waived and not (held and not too_few) and today <= date.fromisoformat(str(waived["until"])):
        state = "waived"
    elif too_few:
        state, more = "unproven", {"error": too_few, **more}
    else:
        state = "holds" if held else "fails"
    return {
        "id": claim["id"],
        "item": claim["item"],
        "says": claim["says"],
        "asked": {key: value for key, value in (claim.get("ask") or {}).items() if value},
        "observed": observed,
        "expected": dict(claim["expect"]),
        "state": state,
        **({"samples": dict(claim["samples"])} if claim.get("samples") else {}),
        **({"waived": waived} if waived else {}),
        **more,
    }


def complaint(record: Mapping[str, Any]) -> str:
    """One line on a claim that does not hold."""
    ((comparison, expected),) = record["expected"].items()
    saw = said(record.get("error") or "") or say("saw {value}", value=repr(record["observed"]))
    wanted = say("expected {comparison} {value}", comparison=say(comparison.replace("_", " ")), value=repr(expected))
    return f"{record['id']}: {said(record['says'])}: {wanted}, {saw}"
