# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A client of Redis and Valkey that asks a few commands, by TLS or in clear, within a deadline; runs on application hosts too.

What is sent, passwords among it, is in no error.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from .resp import ErrorReply, Replies, Unreadable, command
from .web import place_of

PORT = 6379
# How an error reply begins -> what it means. The last three are AUTH's, from servers before 6.0 and those without any password.
MEANINGS = {
    "WRONGPASS": "wrong password",
    "NOAUTH": "password needed",
    "NOPERM": "not allowed",
    "ERR invalid password": "wrong password",
    "ERR AUTH": "no password set",
    "ERR Client sent AUTH": "no password set",
}


class Failed(Exception):
    """Why there is no answer, or which error is one; `kind` says it in a few words."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Place:
    """Where a server is, and who comes."""

    host: str
    port: int = PORT
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = True

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def place(url: str) -> Place:
    """The place of a URL such as rediss://user:password@host:6379; a ValueError does not repeat it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or PORT
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in ("redis", "rediss") or not host:
        raise ValueError("must begin with rediss:// or redis:// and name a host")
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    return Place(host, port, user, password, parts.scheme == "rediss")


class Client:
    """One connection. Each question has `seconds` for its answer."""

    def __init__(self, at: Place, seconds: float = 10, ca_path: str | None = None, connect_to: Mapping[str, str] | None = None) -> None:
        self.at, self.seconds = at, seconds
        self.replies = Replies(self._receive)
        try:
            context = ssl.create_default_context(cafile=ca_path or None) if at.tls else None
        except OSError as error:
            raise Failed("certificate", f"the authorities in {ca_path} cannot be read: {error}") from None
        try:
            self.socket = socket.create_connection(place_of(f"redis://{at}", connect_to), seconds)
        except (OSError, ValueError) as error:
            raise Failed("unreachable", f"{at} cannot be reached: {error}") from None
        if context:
            self.socket = self._secured(context, self.socket)

    def _secured(self, context: ssl.SSLContext, plain: socket.socket) -> ssl.SSLSocket:
        try:
            return context.wrap_socket(plain, server_hostname=self.at.host)
        except ssl.SSLCertVerificationError as error:
            plain.close()
            raise Failed("certificate", f"the certificate of {self.at} is not trusted: {error.verify_message}") from None
        except OSError as error:
            plain.close()
            raise Failed("no TLS", f"{self.at} does not speak TLS: {error}") from None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    @property
    def tls(self) -> str | None:
        return self.socket.version() if isinstance(self.socket, ssl.SSLSocket) else None

    def authenticate(self) -> None:
        """As the place says, where it has a password."""
        if self.at.password is not None:
            self.ask("AUTH", *([self.at.user] if self.at.user else []), self.at.password)

    def ask(self, *words: str) -> Any:
        """The answer to one command."""
        self.end = time.monotonic() + self.seconds
        try:
            self.socket.settimeout(self.seconds)
            self.socket.sendall(command(*words))
            return self.replies.next()
        except ErrorReply as error:
            kind = next((kind for start, kind in MEANINGS.items() if str(error).startswith(start)), "error")
            raise Failed(kind, f"{self.at} answered {words[0]} with: {error}") from None
        except Unreadable:
            raise Failed("not Redis", f"{self.at} does not speak Redis's protocol") from None
        except TimeoutError:
            raise Failed("no answer", f"{self.at} did not answer {words[0]} within {self.seconds:g} s") from None
        except OSError as error:
            raise Failed("closed", f"{self.at} closed the connection: {error}") from None

    def _receive(self) -> bytes:
        if (left := self.end - time.monotonic()) <= 0:
            raise TimeoutError
        self.socket.settimeout(left)
        if more := self.socket.recv(65536):
            return more
        raise ConnectionResetError("no answer came")


def authenticates(at: Place, seconds: float = 10, ca_path: str | None = None, connect_to: Mapping[str, str] | None = None) -> bool:
    """Whether the place's password is in force; any other trouble is raised."""
    try:
        with Client(at, seconds, ca_path, connect_to) as client:
            client.authenticate()
            return client.ask("PING") == "PONG"
    except Failed as error:
        if error.kind in ("wrong password", "no password set", "password needed"):
            return False
        raise
