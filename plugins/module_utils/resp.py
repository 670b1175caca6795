# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The protocol of Redis and Valkey, version 2: commands as bytes, and replies out of bytes. https://valkey.io/topics/protocol/"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MOST_BYTES = 1_000_000
KINDS = b"+-:$*"


class ErrorReply(Exception):
    """What a server answers instead of doing what it was asked."""


class Unreadable(Exception):
    """What comes is no reply of this protocol."""


def command(*words: str) -> bytes:
    parts = [word.encode("utf-8", "surrogateescape") for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


class Replies:
    """The replies in what `receive` gives, some bytes at a time."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        self.receive, self.buffer = receive, b""

    def next(self) -> Any:
        kind, rest = self._line()
        if kind == "-":
            raise ErrorReply(rest)
        if kind == "+":
            return rest
        number = self._number(rest)
        if kind == ":":
            return number
        if number < 0:
            return None
        return self._bulk(number) if kind == "$" else [self.next() for __ in range(number)]

    def _line(self) -> tuple[str, str]:
        while b"\r\n" not in self.buffer:
            if self.buffer and (self.buffer[0] not in KINDS or len(self.buffer) > MOST_BYTES):
                raise Unreadable
            self.buffer += self.receive()
        line, __, self.buffer = self.buffer.partition(b"\r\n")
        if not line or line[0] not in KINDS:
            raise Unreadable
        return chr(line[0]), line[1:].decode("utf-8", "replace")

    def _number(self, text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise Unreadable from None
        if number > MOST_BYTES:
            raise Unreadable
        return number

    def _bulk(self, length: int) -> str:
        while len(self.buffer) < length + 2:
            self.buffer += self.receive()
        text, self.buffer = self.buffer[:length], self.buffer[length + 2 :]
        return text.decode("utf-8", "replace")
