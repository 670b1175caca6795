# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A process's environment as a file that systemd reads: NAME="value", one after the other.

Inside double quotes systemd takes a backslash before " \\ ` $ as an escape and everything else, newlines too, as it is.
https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
ASSIGNMENT = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"\n', re.DOTALL)


def problems(values: Mapping[str, object]) -> list[str]:
    """What cannot be an environment, by name."""
    found = [f"{name!r} is not a name of an environment variable: letters, digits and _" for name in values if not NAME.fullmatch(name)]
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            found.append(f"{name} must be a text or a number, not of type {type(value).__name__}: put it in quotes")
        elif "\0" in str(value) or re.search("[\ud800-\udfff]", str(value)):
            found.append(f"{name} holds a NUL character or half of a surrogate pair, which no environment can")
    return found


def load(path: Path) -> str:
    """The file as it is: read as text, a carriage return in a value would become a newline."""
    return path.read_bytes().decode("utf-8", "replace")


def render(values: Mapping[str, str]) -> str:
    return "".join('{}="{}"\n'.format(name, re.sub(r'(["\\`$])', r"\\\1", values[name])) for name in sorted(values))


def parse(text: str) -> dict[str, str]:
    """What `render` wrote."""
    return {name: re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL) for name, value in ASSIGNMENT.findall(text)}


def differences(wanted: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """How the second environment falls short of the first, by name and never by value."""
    return {name: "missing" if name not in found else "other value" for name, value in sorted(wanted.items()) if found.get(name) != value}
