# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scenarios: what is asked of a site, what should become of it, and how well that went. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from .lists import repeated

HEADER = "X-Prodready-Scenario"
AGENT = {"User-Agent": "prodready-scenarios", "Accept": "*/*"}
BODIES = ("body", "json", "form", "body_bytes")


def problems(scenarios: list[Mapping[str, Any]]) -> list[str]:
    found = [f"scenario {one}: the id is used twice" for one in repeated(one["id"] for one in scenarios)]
    return found + [f"scenario {one['id']}: {problem}" for one in scenarios for problem in _of(one)]


def _of(one: Mapping[str, Any]) -> Iterator[str]:
    yield from request_problems(one)
    if one.get("flood") and one["expect"] != "blocked":
        yield "a flood is to be blocked: expect must be blocked"


def request_problems(one: Mapping[str, Any]) -> Iterator[str]:
    # An address of its own would be another site.
    if not one["path"].startswith("/") or not one["path"].isascii() or any(character.isspace() for character in one["path"]):
        yield f"path must begin with / and have neither spaces nor other than ASCII characters (write %20), not {one['path']!r}"
    given = [key for key in BODIES if one.get(key) is not None]
    if len(given) > 1:
        yield f"give one of {', '.join(BODIES)}, not {' and '.join(given)}"
    for name, value in (one.get("headers") or {}).items():
        if any(character in f"{name}{value}" for character in "\r\n"):
            yield f"the header {name!r} has more than one line"


def target(one: Mapping[str, Any]) -> str:
    arguments = {**(one.get("query") or {}), **({"q": "a" * one["query_bytes"]} if one.get("query_bytes") else {})}
    query = urlencode(arguments, quote_via=quote, safe="")
    return one["path"] + ("&" if "?" in one["path"] else "?") * bool(query) + query


def body(one: Mapping[str, Any]) -> tuple[bytes | None, dict[str, str]]:
    """The body and the header that says what it is."""
    if one.get("json") is not None:
        return json.dumps(one["json"]).encode(), {"Content-Type": "application/json"}
    if one.get("form") is not None:
        return urlencode(one["form"]).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    if one.get("body_bytes") is not None:
        return b"a" * one["body_bytes"], {"Content-Type": "text/plain"}
    return (one["body"].encode(), {"Content-Type": "text/plain"}) if one.get("body") is not None else (None, {})


def request(one: Mapping[str, Any], marker: str) -> dict[str, Any]:
    """Method, target, headers and body; a header that is null is not sent."""
    content, about = body(one)
    given = one.get("headers") or {}
    named = {name.lower() for name in given}
    own = {name: value for name, value in {**AGENT, **about}.items() if name.lower() not in named}
    headers = {**own, HEADER: f"{marker}.{one['id']}", **{name: str(value) for name, value in given.items() if value is not None}}
    return {"method": one["method"], "target": target(one), "headers": headers, "body": content}


def outcome(answer: Mapping[str, Any], blocking: Iterable[int]) -> str:
    if "status" not in answer:
        return "unanswered"
    return "blocked" if answer["status"] in blocking else "passed"


def record(one: Mapping[str, Any], answer: Mapping[str, Any], blocking: Iterable[int], **more: Any) -> dict[str, Any]:
    """What became of a scenario that was played."""
    became = outcome(answer, blocking)
    status = one.get("status")
    return {
        **{key: one.get(key) for key in ("id", "expect", "rule")},
        "request": f"{one['method']} {target(one)[:120]}",
        "outcome": became,
        "status": answer.get("status"),
        **({"error": answer["error"]} if "error" in answer else {}),
        "ok": became == one["expect"] and (status is None or answer.get("status") == status),
        **more,
    }


def unplayed(one: Mapping[str, Any], why: str) -> dict[str, Any]:
    return {**{key: one.get(key) for key in ("id", "expect", "rule")}, "outcome": "not played", "why": why, "ok": None}


def percent(records: Sequence[Mapping[str, Any]], expect: str) -> float | None:
    """How many of those that were played came out as they should; None of none."""
    played = [one["ok"] for one in records if one["expect"] == expect and one["ok"] is not None]
    return round(100 * sum(played) / len(played), 1) if played else None


def said(one: Mapping[str, Any]) -> str:
    """A miss in a few words."""
    got = one.get("error") or f"{one['outcome']}, status {one['status']}"
    return f"{one['id']} ({one['request']}): expected {one['expect']}, got {got}"
