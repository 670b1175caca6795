# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drift: what a run of each phase would change, as its last plan has it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

CLEAN, DRIFTED, OUTDATED, BROKEN, UNPLANNED = "clean", "drifted", "outdated", "broken", "unplanned"
# What takes the plans of all phases anew.
PLAN = "tools/readiness --drift"


def planned(phase: str, kept: Mapping[str, Any] | None, edited: str, made_since: int, now: datetime, max_age: timedelta) -> dict[str, Any]:
    """A phase's plan as it counts now; `kept` is what callback kept_plan wrote, `made_since` how many changes the journal has after it."""
    found = kept if kept and not edited else {}
    state, note = _judged(found, edited, made_since, now, max_age)
    changes = list(found.get("changes", ()))
    actions = [one["action"] for one in changes]
    return {
        "phase": phase,
        "at": found.get("at"),
        "state": state,
        "note": note,
        "command": PLAN if state in (OUTDATED, UNPLANNED, BROKEN) else f"ansible-playbook playbooks/{phase}.yml",
        **{action: actions.count(action) for action in ("create", "update", "delete")},
        "leave": found.get("leave", 0),
        "changes": changes,
    }


def _judged(found: Mapping[str, Any], edited: str, made_since: int, now: datetime, max_age: timedelta) -> tuple[str, str]:
    if edited:
        return UNPLANNED, f"the plan does not count: it {edited}"
    if not found:
        return UNPLANNED, "never planned here"
    if not found["whole"]:
        return BROKEN, "the plan failed, so it is not whole"
    if made_since:
        return OUTDATED, f"{made_since} {'changes were' if made_since > 1 else 'change was'} made since it was planned"
    if now - datetime.fromisoformat(found["at"]) > max_age:
        return OUTDATED, "planned too long ago to count"
    return (DRIFTED if found["changes"] else CLEAN), ""


def mending(plans: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, list[str]]]:
    """The phase, command and changes of each plan that found drift and still counts."""
    for plan in plans:
        if plan["state"] == DRIFTED:
            yield plan["phase"], plan["command"], [change_said(change) for change in plan["changes"]]


def change_said(change: Mapping[str, Any]) -> str:
    kind, name = change["kind"], change["name"]
    says = {"create": f"{kind} {name} is missing", "update": f"{kind} {name} differs", "delete": f"{kind} {name} is too many"}
    return f"{change['place']}: {says[change['action']]}"
