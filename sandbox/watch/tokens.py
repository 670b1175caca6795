"""What the three small languages of CloudWatch (metric math, alarm rules, filter patterns) are read with."""

from __future__ import annotations

import re
from typing import NamedTuple


class Malformed(ValueError):
    """The text is not a sentence of its language."""


class Token(NamedTuple):
    kind: str
    text: str


class Tokens:
    """A text as tokens: the named groups of `pattern` are the kinds, white space is skipped."""

    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        self.tokens: list[Token] = []
        self.index = position = 0
        while position < len(text):
            if text[position].isspace():
                position += 1
                continue
            match = pattern.match(text, position)
            if not match or match.end() == position:
                raise Malformed(f"unexpected {text[position]!r} at position {position}")
            self.tokens.append(Token(match.lastgroup or "", match.group()))
            position = match.end()

    @property
    def next(self) -> Token:
        return self.tokens[self.index] if self.index < len(self.tokens) else Token("end", "")

    def take(self) -> Token:
        token = self.next
        self.index += 1
        return token

    def accept(self, *texts: str) -> str | None:
        return self.take().text if self.next.text in texts and self.next.kind != "end" else None

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise Malformed(f"expected {text!r}, found {self.next.text or 'the end'!r}")

    def end(self) -> None:
        if self.next.kind != "end":
            raise Malformed(f"unexpected {self.next.text!r}")
