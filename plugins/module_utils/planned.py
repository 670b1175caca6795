# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the tasks of a run in check mode would do, collected from what callbacks are told."""

from __future__ import annotations

from typing import Any

from .plan_view import Entry, entries, summary, unchanged

OURS = "prodready.aws."


class Planned:
    def __init__(self) -> None:
        # Under place and role; several hosts may have the same done at one place, which is done once.
        self.found: dict[tuple[str, str], dict[tuple[str, str], Entry]] = {}
        self.stays: dict[str, None] = {}
        self._left: dict[tuple[str, str, str], int] = {}

    def add(self, result: Any) -> None:
        """The result of a task that has not failed."""
        task, answer = result.task, result.result
        kind = task.action.removeprefix(OURS)
        place = (answer.get("_ansible_delegated_vars") or {}).get("ansible_delegated_host") or result.host.get_name()
        role = task._role.get_name() if task._role else ""
        name = task.get_name().rpartition(" : ")[2]
        for one in answer["results"] if task.loop and "results" in answer else [answer]:
            for entry in entries(kind, name, one):
                self.found.setdefault((place, role), {})[kind, entry.name] = entry
            self.stays |= dict.fromkeys(one.get("stays", ()))
            if task.action.startswith(OURS):
                self._left[place, role, name] = unchanged(one)

    @property
    def everything(self) -> list[Entry]:
        return [entry for found in self.found.values() for entry in found.values()]

    @property
    def left(self) -> int:
        return sum(self._left.values())

    def summary(self, broken: bool) -> str:
        return ("The plan is not whole. " if broken else "") + summary(self.everything, self.left)
