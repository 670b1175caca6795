"""The keys and values of a JSON body, read as forgivingly as AWS WAF reads them.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-fields-list.html#waf-rule-statement-request-component-json-body
A missing comma, a missing colon and extra colons are passed over; anything else that is wrong ends the reading, and so do a key
that comes twice and a root that is no object or array.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

Path = tuple[str, ...]

_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_LITERAL = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null")
_SPACE = re.compile(r"[ \t\r\n]*")
_COMMA = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")
_COLONS = re.compile(r"[ \t\r\n]*(?::[ \t\r\n]*)*")


class Element(NamedTuple):
    path: Path
    text: str
    is_key: bool


class Invalid(Exception):
    """The body could not be read further."""


def elements(text: str) -> Iterator[Element]:
    """Each element in the order of the text; Invalid where the reading ends early."""
    reader = _Reader(text)
    reader.skip(_SPACE)
    if reader.peek() not in ("{", "["):
        raise Invalid
    yield from reader.value(())
    reader.skip(_SPACE)
    if reader.peek():
        raise Invalid


def selected(found: Element, scope: str, included: list[str] | None) -> bool:
    """Does the match scope and, where given, one of the JSON pointers take this element in?"""
    if scope != "ALL" and (scope == "KEY") != found.is_key:
        return False
    if included is None:
        return True
    return any(found.path[: len(path)] == path and not (found.is_key and len(found.path) == len(path)) for path in map(_pointer, included))


def _pointer(text: str) -> Path:
    return tuple(piece.replace("~1", "/").replace("~0", "~") for piece in text.split("/")[1:])


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if not match:
            raise Invalid
        self._at = match.end()
        return match[0]

    def value(self, path: Path) -> Iterator[Element]:
        match self.peek():
            case "{":
                yield from self._object(path)
            case "[":
                yield from self._array(path)
            case '"':
                yield Element(path, json.loads(self.skip(_STRING)), False)
            case _:
                yield Element(path, self.skip(_LITERAL), False)

    def _object(self, path: Path) -> Iterator[Element]:
        self._at += 1
        self.skip(_SPACE)
        names: set[str] = set()
        while self.peek() != "}":
            name = json.loads(self.skip(_STRING))
            if name in names:
                raise Invalid
            names.add(name)
            yield Element((*path, name), name, True)
            self.skip(_COLONS)
            yield from self.value((*path, name))
            self.skip(_COMMA)
        self._at += 1

    def _array(self, path: Path) -> Iterator[Element]:
        self._at += 1
        self.skip(_SPACE)
        number = 0
        while self.peek() != "]":
            yield from self.value((*path, str(number)))
            number += 1
            self.skip(_COMMA)
        self._at += 1
