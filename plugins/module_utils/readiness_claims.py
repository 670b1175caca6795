# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A claim as a page shows it: everything a text, and every text once. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from .language import said, say
from .readiness_asked import asked
from .report import cut, is_only_accepted, seen

# What is longer is in readiness.json; a page that took it all would not open on a phone.
LONGEST = 2000
FIELDS = (
    "id",
    "host",
    "role",
    "item",
    "state",
    "says",
    "seen",
    "asked",
    "query",
    "expected",
    "observed",
    "at",
    "age",
    "by",
    "error",
    "note",
    "waived",
)


AGES = (("{count} days", 86400), ("{count} h", 3600), ("{count} min", 60))


def age(then: str, now: datetime) -> str:
    """How long before the decision something was, in one figure."""
    seconds = round((now - datetime.fromisoformat(then)).total_seconds())
    for text, length in AGES:
        if seconds >= 2 * length:
            return say(text, count=seconds // length)
    return say("{count} s", count=max(seconds, 0))


def days_left(until: str, now: datetime) -> str:
    days = (date.fromisoformat(until) - now.date()).days
    if days <= 0:
        return say("ended" if days < 0 else "ends today")
    return say("{count} more days" if days > 1 else "{count} more day", count=days)


def whole(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False)
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}…\n({say('{count} characters; readiness.json has them all', count=len(text))})"


def kind(state: str) -> str:
    return "unproven" if state == "stale" else state


def _notes(record: Mapping[str, Any]) -> Iterator[str]:
    if samples := record.get("samples"):
        yield say("rests on {count} samples, and takes {needed}", count=samples.get("seen") or 0, needed=samples["at_least"])
    if is_only_accepted(record):
        yield f"{say('only accepted')}: {say('what was asked takes this setting and does nothing with it')}"


def shown_claim(record: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """A claim in words; every field is a text."""
    ((comparison, limit),) = record["expected"].items()
    waived = record.get("waived")
    # Apart, for either half is often that of other claims.
    request, query, take = asked(record.get("asked") or {}).partition(" --query ")
    return {
        **{key: record[key] for key in ("id", "host", "role", "item", "at")},
        "says": said(record["says"]),
        "state": record["state"],
        "seen": cut(seen(record), 160),
        "asked": request,
        "query": query + take,
        "expected": f"{say(comparison.replace('_', ' '))} {whole(limit)}",
        "observed": whole(record["observed"]),
        "age": age(record["at"], now),
        "by": record.get("by") or "",
        "error": said(str(record.get("error") or "")),
        "note": "; ".join(_notes(record)),
        "waived": f"{say('{reason}, until {until}', **waived)} ({days_left(str(waived['until']), now)})" if waived else "",
    }


def packed(claims: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Every text once, and the claims as rows of numbers of texts: places are much like each other."""
    numbers: dict[str, int] = {}
    rows = [[numbers.setdefault(claim[field], len(numbers)) for field in FIELDS] for claim in claims]
    return {"fields": FIELDS, "texts": list(numbers), "claims": rows}
