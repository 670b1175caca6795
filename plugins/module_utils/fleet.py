# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The decisions of many places as one: a line a place, and what holds it back.

Pure functions over the documents of `readiness.document`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from .language import say
from .readiness import CODES, NOT_PROVEN, NOT_READY, READY
from .readiness_claims import kind
from .readiness_views import SIGN, STATES, WORDS, figure
from .report import AHEAD, broken, cut, seen, told

# From the worst to the best: the fleet is what its worst place is.
ORDER = (NOT_READY, NOT_PROVEN, READY)
DECISION_SIGNS = {READY: "✔", NOT_READY: "✘", NOT_PROVEN: "?"}
COUNTED = ("holds", "waived", "fails", "unproven")
METRIC_KEYS = ("name", "says", "state", "value", "comparison", "limit", "samples", "minimum_samples")


def line(about: Mapping[str, Any], made: Mapping[str, Any] | None, problem: str = "") -> dict[str, Any]:
    """What there is to say of a place. `problem` is why its decision does not count; without a decision there is one."""
    claims = made["claims"] if made else []
    states = [kind(claim["state"]) for claim in claims]
    wrong = sorted(broken(claims), key=lambda claim: (claim["state"] != "fails", claim["id"]))
    steps = made["next_steps"] if made else []
    decided = made["decision"] if made else NOT_PROVEN
    return {
        **about,
        "application": made["application"] if made else "",
        "environment": made["environment"] if made else "",
        "decision": NOT_PROVEN if problem and decided == READY else decided,
        "problem": problem,
        "at": made["at"] if made else "",
        "claims": {state: states.count(state) for state in COUNTED},
        "metrics": [{key: one[key] for key in METRIC_KEYS} | {"seen": figure(one)} for one in (made["metrics"] if made else [])],
        "holds_back": ([problem] if problem else []) + list(dict.fromkeys(what for step in steps for what in step["what"])),
        "commands": [step["command"] for step in steps],
        "broken": [{**{key: claim[key] for key in ("id", "state", "says")}, "seen": cut(seen(claim), 200)} for claim in wrong],
    }


def too_old(made: Mapping[str, Any], now: datetime, max_age: timedelta) -> str:
    """Why a decision of another time does not count now."""
    at = datetime.fromisoformat(made["at"])
    if at > now + AHEAD:
        return f"was decided at {made['at']}, which is to come: a clock is wrong"
    return f"was decided at {made['at']}, too long ago to count" if now - at > max_age else ""


def document(environment: str, lines: Iterable[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """The places, the worst first, and one decision for all."""
    places = sorted(lines, key=lambda one: (ORDER.index(one["decision"]), -one["claims"]["fails"], one["name"]))
    decided = min((one["decision"] for one in places), key=ORDER.index, default=NOT_PROVEN)
    return {
        "version": 1,
        "environment": environment,
        "at": now.isoformat(timespec="seconds"),
        "decision": decided,
        "exit_code": CODES[decided],
        "decisions": {one: sum(place["decision"] == one for place in places) for one in reversed(ORDER)},
        "claims": {state: sum(place["claims"][state] for place in places) for state in COUNTED},
        "places": places,
    }


def summary(made: Mapping[str, Any]) -> str:
    counts = [f"{number} {say(WORDS[one].lower())}" for one, number in made["decisions"].items() if number]
    text = (
        "{count} places: {decisions}; {holds} of {all} claims hold, {waived} waived, {fails} do not hold, {unproven} not proven"
        if len(made["places"]) != 1
        else "{count} place: {decisions}; {holds} of {all} claims hold, {waived} waived, {fails} do not hold, {unproven} not proven"
    )
    claims = made["claims"]
    return say(text, count=len(made["places"]), decisions=", ".join(counts) or say("none"), all=sum(claims.values()), **claims)


def back(place: Mapping[str, Any]) -> str:
    """What holds a place back, in a line."""
    why = [told(one).removeprefix(f"{place['name']}: ") for one in place["holds_back"]]
    return why[0] + (f" ({say('and {count} more', count=len(why) - 1)})" if len(why) > 1 else "") if why else ""


def metrics(place: Mapping[str, Any]) -> str:
    return " ".join(f"{SIGN[kind(one['state'])]}{one['name']}" for one in place["metrics"]) or say("none")


def text(made: Mapping[str, Any], width: int = 160) -> str:
    """For the terminal."""
    head = ("", "Place", "Account", "Region", "Hold", "Do not", "Not proven", "Metrics")
    rows: list[tuple[str, ...]] = [tuple(name and say(name) for name in head)]
    for one in made["places"]:
        claims = one["claims"]
        counts = (str(claims["holds"] + claims["waived"]), str(claims["fails"]), str(claims["unproven"]))
        rows.append((DECISION_SIGNS[one["decision"]], one["name"], one["account"], one["region"], *counts, metrics(one)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    why = [say("Holds it back"), *map(back, made["places"])]
    fleet = say("fleet {environment}", environment=made["environment"])
    lines = [f"{say(WORDS[made['decision']])}: {fleet}", summary(made), ""]
    for row, what in zip(rows, why, strict=True):
        lines.append(cut("  ".join([*map(str.ljust, row, widths), what]).rstrip(), width))
    return "\n".join(lines)


def verdict(place: Mapping[str, Any]) -> str:
    """The error of a place that is not ready; empty where it is."""
    return (
        ""
        if place["decision"] == READY
        else f"{say(WORDS[place['decision']])}: {place['name']}: {back(place) or say('claims that no item counts on')}"
    )


def page(made: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of the page writes beside the document."""
    places = made["places"]
    return {
        "summary": summary(made),
        "signs": {**SIGN, **DECISION_SIGNS},
        "words": {one: say(word) for one, word in {**STATES, "stale": "too old", **{one: w.lower() for one, w in WORDS.items()}}.items()},
        "decision": say(WORDS[made["decision"]].capitalize()),
        "choices": {key: sorted({one[key] for one in places if one[key]}) for key in ("application", "account", "region")},
        "back": {one["name"]: back(one) or say("claims that no item counts on") for one in places},
        "verdicts": {one["name"]: verdict(one) for one in places},
        "other": {one["name"]: _other(one) for one in places},
    }


def _other(place: Mapping[str, Any]) -> list[str]:
    """What holds a place back and is no claim: those are listed with what was seen."""
    claimed = {claim["says"] for claim in place["broken"]}
    return [told(one) for one in place["holds_back"] if one.partition(": ")[2] not in claimed]
