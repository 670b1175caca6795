"""The folder of unit files: a name's file and drop-ins, what is enabled (man systemd.unit)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sandbox.units import config, syntax
from sandbox.units.config import Unit
from sandbox.units.names import UnitName
from sandbox.units.service_config import SERVICE, Service
from sandbox.units.socket_config import SOCKET, Socket

READERS = {
    "service": {"Unit": config.UNIT, "Install": config.INSTALL, "Service": SERVICE},
    "socket": {"Unit": config.UNIT, "Install": config.INSTALL, "Socket": SOCKET},
}


class UnitFiles:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "etc/systemd/system"

    def fragment(self, name: UnitName) -> Path | None:
        for candidate in (name.full, name.template):
            if candidate and os.path.lexists(self.folder / candidate):
                return self.folder / candidate
        return None

    def drop_ins(self, name: UnitName) -> list[Path]:
        """An instance's own drop-in takes the place of its template's of the same name."""
        found: dict[str, Path] = {}
        for owner in (name.template, name.full):
            if owner:
                found |= {path.name: path for path in (self.folder / f"{owner}.d").glob("*.conf")}
        return [found[key] for key in sorted(found)]

    def stamp(self, name: UnitName) -> tuple[object, ...]:
        paths = [self.fragment(name), *self.drop_ins(name)]
        return tuple((str(path), path.stat().st_mtime_ns) for path in paths if path and path.exists())

    def load(self, name: UnitName) -> Unit:
        unit: Unit = (Socket if name.suffix == "socket" else Service)(name, self.root)
        unit.fragment, unit.drop_ins = self.fragment(name), self.drop_ins(name)
        unit.description = name.full
        if unit.fragment is None:
            unit.load_state, unit.load_error = "not-found", f"Unit {name.full} not found."
            return unit
        if os.path.realpath(unit.fragment) == os.devnull:
            unit.load_state, unit.load_error = "masked", f"Unit {name.full} is masked."
            return unit
        unit.stamp = self.stamp(name)
        try:
            readers = READERS[name.suffix]
            for path in (unit.fragment, *unit.drop_ins):
                settings, warnings = syntax.parse(path.read_text("utf-8", "surrogateescape"), str(path), readers)
                unit.warnings += warnings
                unit.read(settings, readers)
        except OSError as error:
            unit.load_state, unit.load_error = "error", f"{error.filename}: {error.strerror}"
            return unit
        unit.verify()  # type: ignore[attr-defined]
        return unit

    def names(self) -> list[str]:
        """Every unit file, templates too."""
        return sorted(path.name for path in self.folder.glob("*.*") if path.suffix in (".service", ".socket"))

    def links(self) -> Iterator[tuple[str, str, Path]]:
        """Every (target, unit, symbolic link) of the `.wants` and `.requires` folders."""
        for folder in sorted([*self.folder.glob("*.wants"), *self.folder.glob("*.requires")]):
            for link in sorted(folder.iterdir()):
                yield folder.stem, link.name, link

    def boot_names(self) -> list[str]:
        return sorted({unit for target, unit, _ in self.links() if target.endswith(".target")})
