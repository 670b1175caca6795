# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A process's environment as a file that systemd reads: NAME="value", one after the other.

Inside double quotes systemd takes a backslash before " \\ ` $ as an escape and everything else, newlines too, as it is.
https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
ASSIGNMENT = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"\n', re.DOTALL)


def problems(values: Mapping[str, str]) -> list[str]:
    """What cannot be an environment, by name."""
    found = [f"{name!r} is not a name of an environment variable: letters, digits and _" for name in values if not NAME.fullmatch(name)]
    return found + [f"{name} holds a NUL character, which no environment can" for name, value in values.items() if "\0" in value]


def render(values: Mapping[str, str]) -> str:
    return "".join('{}="{}"\n'.format(name, re.sub(r'(["\\`$])', r"\\\1", values[name])) for name in sorted(values))


def parse(text: str) -> dict[str, str]:
    """What `render` wrote."""
    return {name: re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL) for name, value in ASSIGNMENT.findall(text)}


def differences(wanted: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """How the second environment falls short of the first, by name and never by value."""
    return {name: "missing" if name not in found else "other value" for name, value in sorted(wanted.items()) if found.get(name) != value}
