# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A run as people read it: states with their signs, hosts, times and items. Pure."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

OK, CHANGED, FAILED, UNREACHABLE = "ok", "changed", "failed", "unreachable"
SIGNS = {OK: "✔", CHANGED: "~", FAILED: "✘", UNREACHABLE: "✘"}
# What takes less is not worth a word.
LONG_SECONDS = 3
MOST_HOSTS = 6
ITEMS_WIDTH = 72
# So much of a task's name is always seen while it runs.
NAME_WIDTH = 24
# What a failure's line says already, or says nothing of the failure.
KNOWN = (
    *("msg", "censored", "changed", "failed", "unreachable", "exception", "warnings", "deprecations", "invocation"),
    *("stdout_lines", "stderr_lines", "item", "ansible_loop_var", "attempts", "start", "end", "delta"),
)


def took(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def hosts(names: Collection[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_HOSTS else f"{len(names)} hosts"


def line(*parts: str, seconds: float = 0) -> str:
    """What it is, and what belongs to it, as far as there is something."""
    return " · ".join([*filter(None, parts), *([took(seconds)] if seconds >= LONG_SECONDS else [])])


def items(answer: Mapping[str, Any], label: Any) -> str:
    """The items of a loop that were changed, by name where that fits; nothing when all were, or it is no loop."""
    every = answer.get("results") or []
    changed = [one for one in every if one.get("changed")]
    if len(changed) in (0, len(every)):
        return ""
    names = ", ".join(str(label(one)) for one in changed)
    return names if len(names) <= ITEMS_WIDTH else f"{len(changed)} of {len(every)} items"


def failure(answer: Mapping[str, Any], ours: bool, dump: Callable[[dict[str, Any]], str]) -> Iterator[str]:
    """The message, whole, and all else that is said; our own modules have all in their message."""
    said = answer.get("msg", answer.get("censored", ""))
    yield said if isinstance(said, str) else textwrap.dedent(dump({"msg": said}).strip("\n"))
    more = {key: value for key, value in answer.items() if key not in KNOWN and not key.startswith("_ansible_") and value != ""}
    if more and not (ours and said):
        yield textwrap.indent(textwrap.dedent(dump(more).strip("\n")), "  ")


def columns(char: str) -> int:
    return 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1


def fitting(text: str, width: int) -> str:
    """No wider than that."""
    if sum(map(columns, text)) <= width:
        return text
    while sum(map(columns, text)) > max(width - 1, 0):
        text = text[:-1]
    return f"{text}…"


def plain(text: str) -> str:
    """On one line, and without what would steer the terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


class Running:
    """The tasks that run now, each on its host."""

    def __init__(self) -> None:
        self.tasks: dict[tuple[str, str], tuple[str, float]] = {}

    def start(self, host: str, task: str, text: str, now: float) -> None:
        self.tasks[host, task] = text, now

    def end(self, host: str, task: str, now: float) -> float:
        """When it was started."""
        return self.tasks.pop((host, task), ("", now))[1]

    def text(self, batch: Collection[str], said: str, now: float, width: int) -> str:
        """What has run longest: for how long, what it is, and what it waits for. A line that wraps could not be taken back."""
        tasks = list(self.tasks.items())  # at once, for this is another thread
        if not tasks or not (first := tasks[0][1])[0]:
            return ""
        where = [host for (host, __), (text, ___) in tasks if text == first[0]]
        begin = f"    … {took(now - first[1])}"
        end = line("" if len(where) == len(batch) else hosts(where), plain(said))
        name = fitting(plain(first[0]), max(width - len(begin) - len(end) - 6, NAME_WIDTH))
        return fitting(line(begin, name, end), width)
