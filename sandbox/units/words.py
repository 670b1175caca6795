"""systemd's words: quotes and C escapes (man systemd.syntax), variables of a command line (man systemd.service)."""

from __future__ import annotations

import re
from collections.abc import Mapping

WHITESPACE = " \t\n\r"
_SIMPLE = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, '"': 34, "'": 39, "s": 32}
_CODED = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})")
_REFERENCE = re.compile(r"\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class UnbalancedQuoting(ValueError):
    """A quote is opened and never closed."""


def split(text: str) -> list[str]:
    return [word for word, _ in split_raw(text)]


def split_raw(text: str, *, relax: bool = False) -> list[tuple[str, str]]:
    """Each word with its spelling, which tells a quoted `;` from a plain one; `relax` closes an open quote."""
    words: list[tuple[str, str]] = []
    position = 0
    while True:
        while position < len(text) and text[position] in WHITESPACE:
            position += 1
        if position == len(text):
            return words
        start, quote, value = position, "", bytearray()
        while position < len(text) and (quote or text[position] not in WHITESPACE):
            char = text[position]
            position += 1
            if char == "\\":
                decoded, used = _unescape(text[position:])
                value += decoded
                position += used
            elif char == quote:
                quote = ""
            elif not quote and char in "\"'":
                quote = char
            else:
                value += char.encode("utf-8", "surrogateescape")
        if quote and not relax:
            raise UnbalancedQuoting(f'Unbalanced quoting, ignoring: "{text}"')
        words.append((value.decode("utf-8", "surrogateescape"), text[start:position]))


def _unescape(rest: str) -> tuple[bytes, int]:
    if rest[:1] in _SIMPLE:
        return bytes([_SIMPLE[rest[0]]]), 1
    if match := _CODED.match(rest):
        byte, short, long, octal = match.groups()
        if byte or octal:
            return bytes([int(byte, 16) if byte else int(octal, 8) & 0xFF]), match.end()
        return chr(int(short or long, 16)).encode("utf-8", "surrogateescape"), match.end()
    # An unknown sequence stays as it is written, as systemd keeps it (with a warning).
    return b"\\" + rest[:1].encode("utf-8", "surrogateescape"), len(rest[:1])


def expand(arguments: list[str], environment: Mapping[str, str]) -> list[str]:
    """`$NAME` alone becomes its words, `${NAME}` anywhere its value, `$$` a dollar sign."""
    result: list[str] = []
    for argument in arguments:
        if argument.startswith("$") and argument[1:2] not in ("", "{", "$"):
            result += [word for word, _ in split_raw(environment.get(argument[1:], ""), relax=True)]
        else:
            result.append(_REFERENCE.sub(lambda match: environment.get(match[1], "") if match[1] else "$", argument))
    return result
