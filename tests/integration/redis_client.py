"""A client of Redis, over TLS or plain, as small as it can be."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import Any

from plugins.module_utils.resp import ErrorReply, Replies, command

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
            self._replies = Replies(self._receive)
            if login:
                self("AUTH", *login)
            self._opened = opened.pop_all()

    def __call__(self, *words: str) -> Any:
        self._socket.sendall(command(*words))
        try:
            return self._replies.next()
        except ErrorReply as error:
            raise Refused(str(error)) from None

    def _receive(self) -> bytes:
        if more := self._socket.recv(65536):
            return more
        raise ConnectionError("closed")

    def close(self) -> None:
        self._opened.close()

    def __enter__(self) -> Redis:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
