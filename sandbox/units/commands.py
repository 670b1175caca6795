"""ExecStart= and its like: prefixes, program, several commands in a line (man systemd.service, "COMMAND LINES")."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.units import words
from sandbox.units.names import UnitName, specifiers

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Command:
    path: str
    arguments: tuple[str, ...]
    ignore_failure: bool = False
    expand: bool = True

    def argv(self, environment: Mapping[str, str]) -> list[str]:
        """The first word is never expanded: systemd resolves the program before the environment is known."""
        rest = list(self.arguments[1:])
        return [self.arguments[0], *(words.expand(rest, environment) if self.expand else rest)]

    @property
    def executable(self) -> str | None:
        return self.path if self.path.startswith("/") else shutil.which(self.path, path=SEARCH_PATH)


def parse(text: str, name: UnitName, root: Path) -> list[Command]:
    commands: list[Command] = []
    current: list[tuple[str, str]] = []
    for word, raw in [*words.split_raw(text), (";", ";")]:
        if raw == ";":
            if current:
                commands.append(_command(current, name, root))
            current = []
        else:
            current.append((";" if raw == "\\;" else word, raw))
    return commands


def _command(parts: list[tuple[str, str]], name: UnitName, root: Path) -> Command:
    first = parts[0][0]
    prefixes = first[: len(first) - len(first.lstrip("-@:+!"))]
    path = specifiers(first[len(prefixes) :], name, root)
    if not path.startswith("/") and ("/" in path or not path):
        raise ValueError(f"Neither a valid executable name nor an absolute path: {path}")
    arguments = [specifiers(word, name, root) for word, _ in parts[1:]]
    if "@" not in prefixes:
        arguments.insert(0, path)
    elif not arguments:
        raise ValueError(f"'@' needs an argv[0] after the executable: {path}")
    return Command(path, tuple(arguments), "-" in prefixes, ":" not in prefixes)
