# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A .env file into variables: quotes, values over several lines, comments and `export`, as python-dotenv reads them.

Nothing is interpolated: ${NAME} stays as it is written. https://saurabh-kumar.com/python-dotenv/reference/
"""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

try:
    from dotenv.parser import parse_stream
except ImportError:  # reported by the modules
    parse_stream = None  # type: ignore[assignment]

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NEWLINE = re.compile(r"\r\n|\n|\r")


class EnvFileError(Exception):
    """A file that cannot be used; names the file and lines, never what a line holds."""


def parse(text: str) -> tuple[dict[str, str], list[str]]:
    """The variables of a .env file and its problems, by line.

    What follows a line that cannot be read may be the rest of a secret, taken for names: reading ends there.
    """
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    found: list[str] = []
    for binding in parse_stream(StringIO(text, newline="")):
        written = binding.original.string
        line = binding.original.line + len(NEWLINE.findall(written[: len(written) - len(written.lstrip())]))
        if binding.error:
            return values, [*found, f"line {line}: is not NAME=value; a quote may be open, or text may follow a closed one"]
        if binding.key is None:
            continue
        if not NAME.fullmatch(binding.key):
            return values, [*found, f"line {line}: what stands before = is not a name (letters, digits and _)"]
        if binding.value is None:
            return values, [*found, f"line {line}: has no =; write NAME= for an empty value"]
        if "\0" in binding.value:
            found.append(f"line {line}: {binding.key} holds a NUL character, which no environment can")
        if binding.key in lines:
            found.append(f"line {line}: {binding.key} is set again, first in line {lines[binding.key]}; keep one")
        values[binding.key] = binding.value
        lines.setdefault(binding.key, line)
    return values, found


def load(path: str) -> dict[str, str]:
    """The variables of a file that is right; anything else is an error in one sentence per problem."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise EnvFileError(f"{path}: this .env file does not exist on the controller; write it, or correct the path") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        # The exception holds the whole file.
        raise EnvFileError(f"{path}: line {line}: is not UTF-8 text") from None
    except OSError as error:
        raise EnvFileError(f"{path}: cannot be read: {error.strerror}") from None
    values, found = parse(text)
    if found:
        raise EnvFileError("; ".join(f"{path}: {problem}" for problem in found))
    return values
