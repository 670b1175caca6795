"""What a unit file asks for, as data, and how its settings are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.units import keys, values, words
from sandbox.units.names import UnitName, specifiers
from sandbox.units.syntax import Setting


class Fatal(ValueError):
    """A setting without which systemd does not start the unit."""


@dataclass
class Unit:
    name: UnitName
    root: Path
    fragment: Path | None = None
    drop_ins: list[Path] = field(default_factory=list)
    stamp: tuple[Any, ...] = ()
    load_state: str = "loaded"
    load_error: str = ""
    warnings: list[str] = field(default_factory=list)
    not_emulated: list[str] = field(default_factory=list)

    description: str = ""
    requires: list[str] = field(default_factory=list)
    wants: list[str] = field(default_factory=list)
    binds_to: list[str] = field(default_factory=list)
    part_of: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    start_limit_burst: int = 5
    start_limit_interval: float = 10.0

    wanted_by: list[str] = field(default_factory=list)
    required_by: list[str] = field(default_factory=list)
    alias: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    default_instance: str = ""

    def read(self, settings: list[Setting], readers: dict[str, dict[str, Reader]]) -> None:
        """Take the settings in order; a bad one is warned of and left out, or is fatal, as in systemd."""
        for setting in settings:
            if reader := readers[setting.section].get(setting.key):
                self._take(setting, reader)
            else:
                self._take_other(setting)

    def _take(self, setting: Setting, reader: Reader) -> None:
        try:
            reader(self, setting.value)
        except Fatal as error:
            self.bad(f"{setting.where}: {error}")
        except ValueError as error:
            message = str(error)
            ignoring = "" if "ignoring" in message else f", ignoring: {setting.value}"
            self.warnings.append(f"{setting.where}: {message}{ignoring}")

    def _take_other(self, setting: Setting) -> None:
        section, key = setting.section, setting.key
        if key in keys.ACCEPTED[section]:
            if key not in self.not_emulated:
                self.not_emulated.append(key)
        elif key in keys.REFUSED[section] or (section == "Unit" and keys.is_condition(key)):
            self.bad(f"{setting.where}: {key}= is known to systemd and not emulated by this host's manager")
        elif not key.startswith("X-"):
            self.warnings.append(f"{setting.where}: Unknown key '{key}' in section [{section}], ignoring.")

    def bad(self, reason: str) -> None:
        self.load_state = "bad-setting"
        self.load_error = self.load_error or reason

    def expand(self, text: str) -> str:
        return specifiers(text, self.name, self.root)


Reader = Callable[[Any, str], None]


def text(attribute: str) -> Reader:
    return lambda unit, value: setattr(unit, attribute, unit.expand(value))


def parsed(attribute: str, parse: Callable[[str], Any]) -> Reader:
    return lambda unit, value: setattr(unit, attribute, parse(value))


def choice(attribute: str, what: str, allowed: tuple[str, ...]) -> Reader:
    def read(unit: Unit, value: str) -> None:
        if value not in allowed:
            raise ValueError(f"Failed to parse {what}")
        setattr(unit, attribute, value)

    return read


def listed(attribute: str, convert: Callable[[str], str] = str) -> Reader:
    """A list that an empty value empties."""

    def read(unit: Unit, value: str) -> None:
        items = [convert(unit.expand(word)) for word in words.split(value)]
        setattr(unit, attribute, getattr(unit, attribute) + items if value else [])

    return read


def unsigned(value: str) -> int:
    if not value.isdigit():
        raise ValueError("Failed to parse unsigned value")
    return int(value)


UNIT: dict[str, Reader] = {
    "Description": text("description"),
    "Requires": listed("requires"),
    "Wants": listed("wants"),
    "BindsTo": listed("binds_to"),
    "PartOf": listed("part_of"),
    "After": listed("after"),
    "Before": listed("before"),
    "StartLimitBurst": parsed("start_limit_burst", unsigned),
    "StartLimitIntervalSec": parsed("start_limit_interval", values.timespan),
    "StartLimitInterval": parsed("start_limit_interval", values.timespan),
}
INSTALL: dict[str, Reader] = {
    "WantedBy": listed("wanted_by"),
    "RequiredBy": listed("required_by"),
    "Alias": listed("alias"),
    "Also": listed("also"),
    "DefaultInstance": text("default_instance"),
}
