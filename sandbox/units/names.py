"""Unit names, instances of templates, and specifiers (man systemd.unit)."""

from __future__ import annotations

import grp
import os
import platform
import pwd
import re
from dataclasses import dataclass
from pathlib import Path

_VALID = re.compile(r"[A-Za-z0-9:_.\\-]+(@[A-Za-z0-9:_.\\@-]*)?\.(service|socket|target)")
_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")
_SPECIFIER = re.compile(r"%(.)")


@dataclass(frozen=True)
class UnitName:
    """`shop@r1.service` is prefix `shop`, instance `r1`, suffix `service`; no `@` is instance None."""

    full: str
    prefix: str
    instance: str | None
    suffix: str

    @classmethod
    def parse(cls, text: str) -> UnitName:
        full = text if text.endswith((".service", ".socket", ".target")) else text + ".service"
        if not _VALID.fullmatch(full):
            raise ValueError(f'Invalid unit name "{text}": only letters, digits and ":-_.\\@" are allowed')
        stem, _, suffix = full.rpartition(".")
        prefix, at, instance = stem.partition("@")
        return cls(full, prefix, instance if at else None, suffix)

    @property
    def template(self) -> str | None:
        """The file an instance comes from: `shop@.service`."""
        return f"{self.prefix}@.{self.suffix}" if self.instance else None

    @property
    def is_template(self) -> bool:
        return self.instance == ""

    def with_instance(self, instance: str) -> str:
        return f"{self.prefix}@{instance}.{self.suffix}"


def is_glob(text: str) -> bool:
    return any(char in text for char in "*?[")


def unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text.replace("-", "/"))


def specifiers(text: str, name: UnitName, root: Path) -> str:
    """Replace `%i` and its like; the directories (`%t`, `%S` ...) are this host's, below its folder."""
    if "%" not in text:
        return text
    return _SPECIFIER.sub(lambda match: _value(match[1], name, root), text)


def _value(letter: str, name: UnitName, root: Path) -> str:
    instance = name.instance or ""
    last = name.prefix.rpartition("-")[2]
    values = {
        "%": lambda: "%",
        "n": lambda: name.full,
        "N": lambda: name.full.rpartition(".")[0],
        "p": lambda: name.prefix,
        "P": lambda: unescape(name.prefix),
        "i": lambda: instance,
        "I": lambda: unescape(instance),
        "j": lambda: last,
        "J": lambda: unescape(last),
        "t": lambda: str(root / "run"),
        "S": lambda: str(root / "var/lib"),
        "C": lambda: str(root / "var/cache"),
        "L": lambda: str(root / "var/log"),
        "E": lambda: str(root / "etc"),
        "T": lambda: "/tmp",
        "V": lambda: "/var/tmp",
        "H": platform.node,
        "l": lambda: platform.node().partition(".")[0],
        "u": lambda: pwd.getpwuid(os.geteuid()).pw_name,
        "U": lambda: str(os.geteuid()),
        "g": lambda: grp.getgrgid(os.getegid()).gr_name,
        "G": lambda: str(os.getegid()),
        "h": lambda: pwd.getpwuid(os.geteuid()).pw_dir,
    }
    # systemd leaves what is no specifier in place.
    return values.get(letter, lambda: f"%{letter}")()
