# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The plan as people read it: for each place and role what is made, changed and removed, field by field.

Pure functions over what modules answer in check mode; `plan.diff` has the shape of their `diff`.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SIGNS = {"create": "+", "update": "~", "delete": "-"}
WORDS = {"create": "to create", "update": "to change", "delete": "to remove"}
WIDTH = 80
ABSENT = object()
HEADER = re.compile(rf"(?P<name>.*) \((?P<action>{'|'.join(SIGNS)})\)", re.DOTALL)
# Names of variables, each with the time of its value: that there is another time says that there is another value.
SECRET_FIELD = ("secrets", "variables")
# A new version is named when it is made.
UNPLANNED_FIELD = ("secrets", "version")

Line = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """One resource that a task would create, update or delete."""

    kind: str
    name: str
    action: str
    before: Any
    after: Any


def entries(kind: str, task: str, result: Mapping[str, Any]) -> list[Entry]:
    """What a task would do; one that gives no diff is an entry by its own name."""
    if not result.get("changed"):
        return []
    diffs = result.get("diff") or {}
    found = []
    for one in diffs if isinstance(diffs, list) else [diffs]:
        header = str(one.get("before_header") or one.get("after_header") or task)
        parts = HEADER.fullmatch(header) or {"name": header, "action": "update"}
        found.append(Entry(kind, parts["name"], parts["action"], one.get("before"), one.get("after")))
    return found


def unchanged(result: Mapping[str, Any]) -> int:
    """How many resources a task leaves as they are; a module of one thing gives a diff of it even so."""
    return result.get("unchanged", int("diff" in result and not result.get("changed")))


def differing(before: Any, after: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """The innermost fields that differ: path, before and after."""
    sides = [side for side in (before, after) if side is not ABSENT]
    if all(isinstance(side, Mapping) for side in sides):
        old, new = ({} if side is ABSENT else side for side in (before, after))
        for key in dict.fromkeys((*old, *new)):
            yield from differing(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    elif len(sides) == 2 and all(map(nested, sides)):
        for place in range(max(map(len, sides))):
            old, new = (side[place] if place < len(side) else ABSENT for side in sides)
            yield from differing(old, new, (*path, place))
    elif before != after and not (len(sides) == 1 and sides[0] in (None, "", [], {})):
        yield path, before, after


def nested(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value)


def shown(path: tuple[Any, ...]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def text(value: Any) -> str:
    if isinstance(value, str):
        return value if value.strip() == value != "" and value.isprintable() else json.dumps(value, ensure_ascii=False)
    if nested(value):
        return f"{len(value)} item{'s' if len(value) > 1 else ''}"
    return json.dumps(value, ensure_ascii=False, default=str)


def field(path: tuple[Any, ...], before: Any, after: Any, whole: bool) -> Iterator[Line]:
    """One field, on one line where it fits; `whole` when the resource itself comes or goes."""
    before, after = (ABSENT if side is None else side for side in (before, after))
    name, old, new = shown(path), before is not ABSENT, after is not ABSENT
    if old and new:
        sign, value = "~", f"{text(before)} -> {text(after)}"
    else:
        sign, value = ("+", text(after)) if new else ("-", text(before))
    mark = " " if whole else sign
    line = f"    {mark} {name}: {value}" if name else f"    {mark} {value}"
    if len(line) <= WIDTH:
        yield sign, line
        return
    yield sign, f"    {mark} {name}:"
    for one, side in (("-", before), ("+", after)):
        if side is not ABSENT:
            start = f"        {one} " if old and new else "        "
            rest = textwrap.wrap(text(side), WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False)
            yield from ((one, each) for each in rest)


def lines(entry: Entry) -> Iterator[Line]:
    """A resource with its fields, each line with its sign."""
    yield SIGNS[entry.action], f"  {SIGNS[entry.action]} {entry.kind}: {entry.name}"
    before, after = (ABSENT if side in (None, "") else side for side in (entry.before, entry.after))
    for path, old, new in differing(before, after) if (before, after) != (ABSENT, ABSENT) else ():
        if (entry.kind, *path[:1]) == UNPLANNED_FIELD:
            continue
        if (entry.kind, *path[:1]) == SECRET_FIELD:
            if ABSENT not in (old, new):
                yield "~", f"    ~ {shown(path)}: changed"
                continue
            old, new = (side if side is ABSENT else "(secret)" for side in (old, new))
        yield from field(path, old, new, entry.action != "update")


def kept(entry: Entry) -> dict[str, Any]:
    """A resource as evidence: with the lines under its name, in which there is no secret."""
    __, *fields = (line for __, line in lines(entry))
    shown = textwrap.dedent("\n".join(fields)).splitlines()
    return {"kind": entry.kind, "name": entry.name, "action": entry.action, "fields": shown}


def count(found: Iterable[Entry]) -> dict[str, int]:
    actions = [entry.action for entry in found]
    return {action: actions.count(action) for action in SIGNS}


def summary(found: Iterable[Entry], left: int) -> str:
    parts = [f"{number} {WORDS[action]}" for action, number in count(found).items()]
    return ", ".join([*parts, f"{left} to leave"])
