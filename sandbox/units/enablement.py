"""`systemctl enable`, `disable`, `is-enabled`: [Install] as symbolic links (man systemd.unit, "[INSTALL] SECTION")."""

from __future__ import annotations

import contextlib
from pathlib import Path

from sandbox.units.config import Unit
from sandbox.units.files import UnitFiles
from sandbox.units.names import UnitName


class CannotEnable(Exception):
    """Said to the caller as it is."""


def links_of(unit: Unit, folder: Path) -> list[Path]:
    full = unit.name.full
    if unit.name.is_template and unit.default_instance:
        full = unit.name.with_instance(unit.default_instance)
    return [
        *(folder / f"{target}.wants" / full for target in unit.wanted_by),
        *(folder / f"{target}.requires" / full for target in unit.required_by),
        *(folder / alias for alias in unit.alias),
    ]


def state(files: UnitFiles, name: UnitName) -> str:
    unit = files.load(name)
    if unit.load_state in ("not-found", "masked"):
        return unit.load_state
    if any(link.is_symlink() for link in links_of(unit, files.folder)):
        return "enabled"
    if any(link.name == name.full for _, _, link in files.links()):
        return "enabled"
    if name.is_template and any(_is_instance(link.name, name) for _, _, link in files.links()):
        return "indirect"
    if unit.wanted_by or unit.required_by or unit.alias:
        return "disabled"
    return "indirect" if unit.also else "static"


def enable(files: UnitFiles, names: list[UnitName]) -> list[str]:
    lines: list[str] = []
    carries = False
    for unit in _with_also(files, names, "enable"):
        wanted = links_of(unit, files.folder)
        carries = carries or bool(wanted or unit.also)
        if unit.name.is_template and wanted and not unit.default_instance:
            target = (unit.wanted_by or unit.required_by or unit.alias)[0]
            raise CannotEnable(f"Failed to enable {unit.name.full}, destination unit {target} is a non-template unit.")
        for link in wanted:
            link.parent.mkdir(exist_ok=True)
            if not link.is_symlink():
                link.symlink_to(str(unit.fragment))
                lines.append(f"Created symlink {link} → {unit.fragment}.")
    if not carries:
        lines.append(_NO_INSTALL)
    return lines


def disable(files: UnitFiles, names: list[UnitName]) -> list[str]:
    """Every link to the unit goes, whoever made it; a template's go for all its instances."""
    gone = {unit.name.full for unit in _with_also(files, names, "disable")}
    templates = [name for name in names if name.is_template]
    lines = []
    for _, unit, link in list(files.links()):
        if unit in gone or any(_is_instance(unit, template) for template in templates):
            link.unlink()
            lines.append(f'Removed "{link}".')
            with contextlib.suppress(OSError):
                link.parent.rmdir()
    for link in files.folder.iterdir():
        if link.is_symlink() and link.readlink().name in gone and link.name not in gone:
            link.unlink()
            lines.append(f'Removed "{link}".')
    return lines


def _with_also(files: UnitFiles, names: list[UnitName], verb: str) -> list[Unit]:
    units: dict[str, Unit] = {}
    rest = list(names)
    while rest:
        name = rest.pop(0)
        if name.full in units:
            continue
        unit = files.load(name)
        if unit.load_state == "not-found":
            raise CannotEnable(f"Failed to {verb} unit, unit {name.full} does not exist.")
        if unit.load_state == "masked":
            raise CannotEnable(f"Failed to {verb} unit: Unit file {unit.fragment} is masked.")
        units[name.full] = unit
        rest += [UnitName.parse(other) for other in unit.also]
    return list(units.values())


def _is_instance(unit: str, template: UnitName) -> bool:
    name = UnitName.parse(unit)
    return name.prefix == template.prefix and name.suffix == template.suffix and bool(name.instance)


_NO_INSTALL = """\
The unit files have no installation config (WantedBy=, RequiredBy=, Also=,
Alias= settings in the [Install] section, and DefaultInstance= for template
units). This means they are not meant to be enabled using systemctl."""
