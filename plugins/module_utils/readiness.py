# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One decision about production, from evidence.

Pure functions. The document that they make is described by docs/readiness.schema.json; everything that people or machines read is
rendered from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from .figures import is_share
from .readiness_plans import mending
from .report import HELD, Record, unclaimed

READY, NOT_READY, NOT_PROVEN = "ready", "not_ready", "not_proven"
# The exit code that tools/readiness gives each.
CODES = {READY: 0, NOT_READY: 2, NOT_PROVEN: 3}
PRIORITIES = ("critical", "high", "medium", "low")
# From the worst to the best.
STATES = ("fails", "unproven", "waived", "holds", "not_started")
RISING = ("above", "at_least")
Item = Mapping[str, Any]


def named(record: Record, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns is of this claim's id."""
    return any(fnmatchcase(record["id"], pattern) for pattern in patterns)


def about(item: Item, records: Sequence[Record]) -> list[int]:
    """The numbers of the claims about an item: those that name it, or those whose ids it names."""
    patterns = item.get("claims") or ()
    return [number for number, record in enumerate(records) if record["item"] == item["id"] or named(record, patterns)]


def missing(item: Item, records: Sequence[Record]) -> list[str]:
    """What of an item nobody has claimed, by role or by the pattern of a claim."""
    roles = [f"role {role}" for role in unclaimed(item, records)] if item.get("roles") else []
    return roles + [f"claim {one}" for one in item.get("claims") or () if not any(named(record, [one]) for record in records)]


def state(item: Item, records: Sequence[Record]) -> str:
    """not_started, or the worst of an item's claims: fails, unproven (also stale, and what nobody has claimed), waived, holds."""
    if not item.get("roles") and not item.get("claims"):
        return "not_started"
    states = {records[number]["state"] for number in about(item, records)}
    if "fails" in states:
        return "fails"
    if missing(item, records) or not states <= set(HELD):
        return "unproven"
    return "waived" if "waived" in states else "holds"


def decision(items: Iterable[Item], records: Sequence[Record], silent: Iterable[str] = ()) -> str:
    """`silent` are hosts about which there is no claim at all. Phases that have not started do not count."""
    if any(record["state"] == "fails" for record in records):
        return NOT_READY
    states = {state(item, records) for item in items} | {record["state"] for record in records}
    return READY if states <= {*HELD, "not_started"} and not list(silent) else NOT_PROVEN


def budget(figure: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, float] | None:
    """How much of what may fail has failed in the window, and how fast it does now; of shares alone.

    A burn rate of 1 uses the budget up just when the window ends. https://sre.google/workbook/alerting-on-slos/
    """
    ((comparison, limit),) = expected.items()
    if figure["value"] is None or not is_share(figure) or comparison not in (*RISING, "below", "at_most"):
        return None
    rises = comparison in RISING
    allowed = 100 - limit if rises else limit
    if allowed <= 0:
        return None

    def bad(value: float) -> float:
        return 100 - value if rises else value

    last_hour = [(value, number) for at, value, number in figure["course"] if at >= figure["end"] - 3600]
    samples = sum(number for value, number in last_hour)
    burning = sum(bad(value) * number for value, number in last_hour) / samples / allowed if samples else 0
    used = 100 * bad(figure["value"]) / allowed
    return {"allowed_percent": round(allowed, 4), "used_percent": round(used, 1), "burn_rate": round(burning, 2)}


def metric(record: Record, figure: Mapping[str, Any]) -> dict[str, Any]:
    """A success metric: its claim, with the figure that it is about."""
    ((comparison, limit),) = record["expected"].items()
    return {
        "name": record["id"].rpartition(".")[2],
        "host": record["host"],
        "says": record["says"],
        "state": record["state"],
        "value": figure["value"],
        "comparison": comparison,
        "limit": limit,
        "samples": figure["samples"],
        "minimum_samples": (record.get("samples") or {}).get("at_least", 1),
        **{key: figure[key] for key in ("source", "window_seconds", "period_seconds", "start", "end", "course")},
        "budget": budget(figure, record["expected"]),
    }


def remedy(item: Item, record: Record) -> str:
    """The command that mends a claim, or proves it."""
    if item.get("mend"):
        return str(item["mend"])
    if record["state"] == "fails":
        return f"ansible-playbook playbooks/{item['phase']}.yml --tags {record['role']}"
    return f"ansible-playbook playbooks/verify.yml -e phase={item['phase']}"


def next_steps(items: Sequence[Item], records: Sequence[Record], plans: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """What holds production back, and after it what has drifted, an entry for each command that mends it.

    What fails comes first, then what matters most.
    """
    steps: dict[str, dict[str, Any]] = {}
    for item in sorted(items, key=lambda item: PRIORITIES.index(item.get("priority", "medium"))):
        for command, failing, what in _held_back(item, records):
            step = steps.setdefault(command, {"command": command, **_weight(item), "fails": False, "drifts": False, "what": []})
            step["fails"] |= failing
            step["what"] += [what] if what not in step["what"] else []
    for phase, command, differences in mending(plans):
        first = min((item for item in items if item["phase"] == phase), key=lambda item: PRIORITIES.index(item.get("priority", "medium")))
        step = steps.setdefault(command, {"command": command, **_weight(first), "fails": False, "drifts": True, "what": []})
        step["what"] += differences
    return sorted(steps.values(), key=lambda step: (step["drifts"], not step["fails"], PRIORITIES.index(step["priority"])))


def _weight(item: Item) -> dict[str, str]:
    return {"item": item["id"], "priority": item.get("priority", "medium")}


def _held_back(item: Item, records: Sequence[Record]) -> Iterator[tuple[str, bool, str]]:
    if item.get("claims"):  # these claims have an item of their own, whose command mends them
        return
    for number in about(item, records):
        record = records[number]
        if record["state"] not in HELD:
            yield remedy(item, record), record["state"] == "fails", f"{record['host']}: {record['says']}"
    for what in missing(item, records):
        yield item.get("mend") or f"ansible-playbook playbooks/{item['phase']}.yml", False, f"{item['item']}: no {what} was proven"


def document(
    about_it: Mapping[str, Any],
    roadmap: Sequence[Item],
    records: Sequence[Record],
    *,
    drills: Sequence[Record] = (),
    plans: Sequence[Mapping[str, Any]] = (),
    costs: Sequence[Mapping[str, Any]] = (),
    figures: Mapping[str, Mapping[str, Any]] | None = None,
    silent: Sequence[str] = (),
    history: Sequence[Mapping[str, Any]] = (),
    now: datetime,
) -> dict[str, Any]:
    """All that there is to say; `figures` by host and name, `about_it` has application, environment and title."""
    counted = [*records, *drills]
    decided = decision(roadmap, counted, silent)
    metrics = [
        metric(record, figure)
        for record in records
        if (figure := ((figures or {}).get(record["host"]) or {}).get(record["id"].rpartition(".")[2])) and record["role"] == "readiness"
    ]
    made = {
        "version": 1,
        **about_it,
        "at": now.isoformat(timespec="seconds"),
        "decision": decided,
        "exit_code": CODES[decided],
        "next_steps": next_steps(roadmap, counted, plans),
        "silent": list(silent),
        "metrics": metrics,
        "phases": phases(roadmap, counted),
        "claims": [dict(record) for record in counted],
        "drills": shown_drills(drills),
        "plans": list(plans),
        "costs": list(costs),
    }
    return {**made, "history": [*history, point(made)]}


def phases(roadmap: Sequence[Item], records: Sequence[Record]) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for item in roadmap:
        found.setdefault(item["phase"], []).append(
            {
                **{key: item[key] for key in ("id", "item", "promise")},
                "priority": item.get("priority", "medium"),
                "state": state(item, records),
                "claims": about(item, records),
                "missing": missing(item, records),
            }
        )
    return [
        {"name": name, "state": min((one["state"] for one in items), key=STATES.index), "items": items} for name, items in found.items()
    ]


def shown_drills(records: Sequence[Record]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        found.setdefault((record["host"], record["role"].removeprefix("drill-")), []).append(record)
    return [
        {
            "name": name,
            "host": host,
            "at": max(record["at"] for record in mine),
            "state": next((record["state"] for record in mine if record["state"] not in HELD), "holds"),
            "figures": {record["says"]: record["observed"] for record in mine},
        }
        for (host, name), mine in found.items()
    ]


def point(made: Mapping[str, Any]) -> dict[str, Any]:
    """What a trend keeps of a run."""
    states = [record["state"] for record in made["claims"]]
    return {
        "at": made["at"],
        "decision": made["decision"],
        "claims": {one: states.count(one) for one in sorted(set(states))},
        "metrics": {f"{one['host']}.{one['name']}": one["value"] for one in made["metrics"]},
    }
