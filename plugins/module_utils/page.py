# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a run prints: a play, under it its roles, under them the states; each play and role is named when there is something to say."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from .run_view import LONG_SECONDS, OK, hosts, line, took


@dataclass
class Told:
    """What is known of a task until all its hosts have answered; of a role where it is rehearsed."""

    about: str = ""
    role: str = ""
    text: str = ""
    begun: float = 0
    # The hosts, each with its items.
    states: dict[str, dict[str, str]] = field(default_factory=dict)


class Page:
    def __init__(self, display: Any, signs: Mapping[str, str], paint: Callable[[str, str], str]) -> None:
        self.display, self.signs, self.paint = display, signs, paint
        self.begun = time.monotonic()
        self.told = Told()
        self.play("", [], mixed=False)

    def play(self, name: str, batch: Collection[str], mixed: bool) -> None:
        """`mixed`: its hosts go each at its own pace, so that roles are named with each state."""
        self.tell()
        self.batch, self.mixed, self.role = batch, mixed, ""
        self.heading = line(name, hosts(batch))

    def add(self, told: Told, state: str, host: str, items: str) -> None:
        """What a host has reached; results about the same share a line."""
        if told.about != self.told.about:
            self.tell()
            self.told = told
        self.told.states.setdefault(state, {})[host] = items
        if self.mixed:
            self.tell()

    def tell(self) -> None:
        told, self.told = self.told, Told()
        for state, found in told.states.items():
            # Hosts are named when they are not all that there are.
            which = "" if set(found) >= set(self.batch) else hosts(found)
            self.line(state, told.role, told.text, which, *dict.fromkeys(found.values()), seconds=time.monotonic() - told.begun)

    def head(self) -> None:
        if self.heading:
            after = time.monotonic() - self.begun
            self.display.display(f"\n{line(self.heading, f'after {took(after)}' if after >= LONG_SECONDS else '')}")
            self.heading = ""

    def line(self, state: str, role: str, *parts: str, seconds: float = 0) -> None:
        self.head()
        if not self.mixed and role != self.role:
            self.role = role
            self.display.display(f"  {role}".rstrip())
        text = line(role if self.mixed else "", *parts, seconds=seconds)
        sign, shown = self.paint(self.signs[state], state), text if state == OK else self.paint(text, state)
        self.display.display(f"    {sign} {shown}", screen_only=True)
        self.display.display(f"    {self.signs[state]} {text}", log_only=True)
