# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The plan: what must change to turn the current state into the desired one.

Both sides are brought to one normal form (plain dictionaries with names, never ARNs); then `!=` decides. What a desired
state does not mention stays as it is, so a change's `after` is the whole state that will be, ready to be undone by
swapping it with `before`. Pure functions; nothing here talks to AWS or to Ansible.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

State = Mapping[str, Any]


class Unmet(Exception):
    """What a change builds on is not there; says so in words."""


@dataclass(frozen=True)
class Change:
    """One resource to create (no before), update, or delete (no after)."""

    name: str
    before: State | None
    after: State | None

    @property
    def action(self) -> str:
        if self.before is None:
            return "create"
        return "delete" if self.after is None else "update"

    def differs(self, *keys: str) -> bool:
        """Whether any of the keys has another value after than before."""
        before, after = self.before or {}, self.after or {}
        return any(before.get(key) != after.get(key) for key in keys)


@dataclass(frozen=True)
class Call:
    """One AWS request, as data; an error code in `missing` makes the answer None, one in `again` says that it is too early.

    In `again` some words of the message may follow, where the code alone says too little: `Code: words`.
    """

    operation: str
    params: dict[str, Any] = field(default_factory=dict)
    service: str | None = None
    missing: tuple[str, ...] = ()
    again: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wait:
    """A wait for a state of AWS, as data: a waiter of botocore's or of `waiters.py`, and what is awaited, in words.

    `look` is a JMESPath into the last answer: what is said when the wait was in vain.
    """

    waiter: str
    params: dict[str, Any]
    until: str
    service: str | None = None
    look: str | None = None


# A module answers a change with the requests it takes, one after the other;
# each `yield Call(...)` gives back what AWS answered.
Calls = Generator[Union[Call, Wait], Any, None]


def merged(before: State | None, desired: State) -> State:
    """The state that will be: what is desired, and all that it does not mention as it was; tags likewise, each."""
    if before is None:
        return desired
    after = {**before, **desired}
    if "tags" in desired:
        after["tags"] = {**before.get("tags", {}), **desired["tags"]}
    return after


def plan(desired: Mapping[str, State | None], current: Mapping[str, State]) -> list[Change]:
    """The changes, in the order of the desired names; a desired None is to be absent."""
    changes = []
    for name, state in desired.items():
        before = current.get(name)
        after = None if state is None else merged(before, state)
        if before != after:
            changes.append(Change(name, before, after))
    return changes


def carry_out(calls: Calls, send: Callable[[Call | Wait], Any]) -> None:
    """Send the requests of one change in order, handing every answer back."""
    answer = None
    while True:
        try:
            call = calls.send(answer)
        except StopIteration:
            return
        answer = send(call)


def diff(changes: list[Change]) -> list[dict[str, Any]]:
    """The plan in the shape that Ansible's --diff prints: for each resource the fields that differ."""

    def fields(state: State | None, other: State | None) -> State | str:
        if state is None:
            return ""
        return {key: value for key, value in state.items() if other is None or key not in other or other[key] != value}

    return [
        {
            "before_header": f"{change.name} ({change.action})",
            "after_header": f"{change.name} ({change.action})",
            "before": fields(change.before, change.after),
            "after": fields(change.after, change.before),
        }
        for change in changes
    ]
