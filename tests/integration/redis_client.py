"""A client of Redis, over TLS or plain, as small as it can be."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import Any

SECONDS = 5


class Refused(Exception):
    """An error that Redis answers with."""


class Redis:
    def __init__(self, endpoint: dict[str, Any], ca_path: str | None, *login: str) -> None:
        with contextlib.ExitStack() as opened:
            self._socket = opened.enter_context(socket.create_connection((endpoint["Address"], endpoint["Port"]), SECONDS))
            if ca_path:
                context = ssl.create_default_context(cafile=ca_path)
                self._socket = opened.enter_context(context.wrap_socket(self._socket, server_hostname=endpoint["Address"]))
            self._answers = opened.enter_context(self._socket.makefile("rb"))
            if login:
                self("AUTH", *login)
            self._opened = opened.pop_all()

    def __call__(self, *words: str) -> Any:
        encoded = [word.encode() for word in words]
        self._socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded))
        return self._answer()

    def _answer(self) -> Any:
        line = self._answers.readline().decode().rstrip("\r\n")
        if not line:
            raise ConnectionError("closed")
        kind, rest = line[0], line[1:]
        if kind == "-":
            raise Refused(rest)
        if kind == "$":
            return None if rest == "-1" else self._answers.read(int(rest) + 2)[:-2].decode()
        if kind == "*":
            return [self._answer() for _ in range(int(rest))]
        return int(rest) if kind == ":" else rest

    def close(self) -> None:
        self._opened.close()

    def __enter__(self) -> Redis:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
