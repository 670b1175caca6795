"""One call of systemctl: its options and its units."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from sandbox.units.manager import Loaded, Manager
from sandbox.units.names import UnitName, is_glob


class Usage(Exception):
    """Said to the caller as it is, with exit code 1."""


@dataclass
class Call:
    """One call of systemctl: its options, and what it has printed so far."""

    manager: Manager
    options: dict[str, list[str]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)

    def has(self, *options: str) -> bool:
        return any(option in self.options for option in options)

    def one(self, *options: str, default: str = "") -> str:
        return next((self.options[option][-1] for option in options if option in self.options), default)

    def many(self, *options: str) -> list[str]:
        given = [text for option in options for text in self.options.get(option, [])]
        return [word for text in given for word in text.split(",") if word]

    def units(self, *, globs: str = "") -> list[UnitName]:
        """The names given; a pattern means the loaded units that match it, unless `globs` says who refuses one."""
        if not self.names:
            raise Usage("Too few arguments.")
        result = []
        for name in self.names:
            if is_glob(name) and globs:
                raise Usage(f"Glob pattern passed to {globs}, but globs are not supported for this.\n"
                            f'Invalid unit name "{name}".')  # fmt: skip
            if is_glob(name):
                result += [unit.config.name for unit in matching(self.manager, [name])]
            else:
                result.append(UnitName.parse(name))
        return result


def matching(manager: Manager, patterns: list[str]) -> list[Loaded]:
    whole = [name if is_glob(name) else UnitName.parse(name).full for name in patterns]
    whole += [name + ".service" for name in whole if not name.endswith((".service", ".socket"))]
    units = [manager.loaded[name] for name in sorted(manager.loaded)]
    return [unit for unit in units if not patterns or any(fnmatchcase(unit.name, pattern) for pattern in whole)]
