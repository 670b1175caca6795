# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Undo: what a run did to each resource, from the journal, and whether it can be taken back. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .guard import Refused
from .plan import Calls, Change, State

if TYPE_CHECKING:
    from .aws import Aws, AwsModule

Line = Mapping[str, Any]
ABSENT = object()


def never(module: AwsModule, change: Change) -> Calls:
    raise Refused(f"{change.name} is not undone.")


@dataclass(frozen=True)
class Undo:
    """What a module that changes AWS offers as UNDO, so that its changes can be taken back.

    `read` gives the current states of what the journal names, as recorded there; `calls` the requests of a change;
    `kept` says why a change that would take something back must not be made.
    """

    service: str
    read: Callable[[Aws, Mapping[str, State]], Mapping[str, State]]
    calls: Callable[[AwsModule, Change], Calls] = never
    kept: Callable[[Aws, Change], str | None] = lambda aws, change: None
    # The state that can be gone back to, where AWS has no way back to exactly the one before.
    reachable: Callable[[State], State] = lambda state: state


@dataclass(frozen=True)
class Recorded:
    """What one run did to one resource, in however many steps."""

    module: str
    name: str
    before: State | None
    after: State | None

    @property
    def known(self) -> State:
        return {**(self.before or {}), **(self.after or {})}


def parsed(text: str) -> list[Line]:
    """The journal's lines; ValueError names one that is none."""
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            lines.append(json.loads(line))
        except ValueError:
            raise ValueError(f"line {number} is not JSON; if it is half a line, remove it") from None
    return lines


def last_run(lines: Iterable[Line]) -> str | None:
    """The last run that did something else than undo, or than making the table of locks for that."""
    done = (line for line in reversed(list(lines)) if "undoes" not in line and line["module"].rpartition(".")[2] != "lock")
    return next((line["run"] for line in done), None)


def recorded(lines: Iterable[Line]) -> list[Recorded]:
    """The resources that these lines tell of, the one that was changed last first; what was made has the place where it was made.

    Others may stand on it that were made before it was changed again: a web ACL is associated, then its rules are promoted.
    """
    found: dict[tuple[str, str], Recorded] = {}
    for line in lines:
        key = (line["module"].rpartition(".")[2], line["name"])
        before, first = line["before"], found.get(key)
        if first and (first.before is not None or line["after"] is None):
            del found[key]
        if first:
            # What an earlier step had no reason to look at, a later one may have.
            before = None if first.before is None else {**(before or {}), **first.before}
        found[key] = Recorded(*key, before, line["after"])
    return list(reversed(found.values()))


def begun(lines: Iterable[Line], run: str) -> set[tuple[str, str]]:
    """The modules and names of what an undo of the run was the last to be at work on."""
    last = {(line["module"].rpartition(".")[2], line["name"]): line for line in lines}
    return {key for key, line in last.items() if line.get("undoes") == run}


def plain(state: State | None) -> State | None:
    """A state as the journal writes it."""
    return None if state is None else json.loads(json.dumps(state, default=str))


def differing(current: State | None, then: State | None) -> list[str]:
    """The fields of the state of then that have another value now."""
    if current is None or then is None:
        return [] if current is then else ["all of it"]
    return [key for key, value in then.items() if key not in current or current[key] != value]


def as_before(one: Recorded, current: State | None) -> list[str]:
    if current is None or one.before is None:
        return []
    return [key for key in one.known if current.get(key, ABSENT) == one.before.get(key, ABSENT)]


def change(one: Recorded, current: State | None, begun: bool = False) -> Change | None:
    """What takes it back; None when it already is as it was before. ValueError says what somebody else has changed.

    A deletion that was `begun` and broken off may have changed it on its way, as when its protection was taken off.
    """
    added = {key: value for key, value in (one.after or {}).items() if one.before is not None and key not in one.before}
    if not differing(current, one.before) and not any((current or {}).get(key) == value for key, value in added.items()):
        return None
    # A field that is as before was put back already, or never changed by a run that was killed.
    others = [key for key in differing(current, one.after) if key not in as_before(one, current)]
    if others and not (begun and one.before is None):
        raise ValueError(
            f"{one.module}: {one.name} is neither as the run left it nor as it was before ({', '.join(others)}): somebody else has "
            "changed it, or the run did not come to its end with it"
        )
    if one.before is None or current is None:
        return Change(one.name, current, one.before)
    unasked = {key: value for key, value in current.items() if key not in (one.after or {})}
    return Change(one.name, current, {**unasked, **one.before})
