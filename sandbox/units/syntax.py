"""Unit file text into settings: sections, comments, continuation lines (man systemd.syntax)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    section: str
    key: str
    value: str
    where: str


def parse(text: str, path: str, sections: Collection[str]) -> tuple[list[Setting], list[str]]:
    """The settings of these sections in order, and what systemd would warn about."""
    settings: list[Setting] = []
    warnings: list[str] = []
    section: str | None = None
    for number, line in _logical_lines(text):
        where = f"{path}:{number}"
        if line.startswith("["):
            if not line.endswith("]"):
                warnings.append(f"{where}: Invalid section header '{line}'")
            else:
                section = line[1:-1]
                if section not in sections and not section.startswith("X-"):
                    warnings.append(f"{where}: Unknown section '{section}'. Ignoring.")
            continue
        key, equals, value = line.partition("=")
        if not equals:
            warnings.append(f"{where}: Missing '=', ignoring line.")
        elif not key.strip():
            warnings.append(f"{where}: Missing key name before '=', ignoring line.")
        elif section is None:
            warnings.append(f"{where}: Assignment outside of section. Ignoring.")
        elif section in sections:
            settings.append(Setting(section, key.strip(), value.strip(), where))
    return settings, warnings


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    pending, first = "", 0
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.lstrip()
        if line.startswith(("#", ";")):
            continue
        if not pending:
            first = number
        trailing = len(raw) - len(raw.rstrip("\\"))
        if trailing % 2:
            pending += (line if not pending else raw)[:-1] + " "
            continue
        whole = (pending + raw).strip()
        pending = ""
        if whole:
            yield first, whole
    if pending.strip():
        yield first, pending.strip()
