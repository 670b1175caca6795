"""A web request as AWS WAF sees it: nothing decoded, nothing normalized."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

Pairs = tuple[tuple[str, str], ...]

# What a load balancer forwards of a body to AWS WAF; it cannot be raised for one.
# https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html
BODY_LIMIT = 8192


@dataclass(frozen=True)
class Request:
    client_ip: str
    method: str
    uri: str
    headers: Pairs = ()
    body: bytes = b""
    # The body went on behind what was forwarded of it.
    is_cut: bool = False
    http_version: str = "HTTP/1.1"
    scheme: str = "http"
    id: str = ""

    @cached_property
    def path(self) -> str:
        return self.uri.partition("?")[0]

    @cached_property
    def query(self) -> str | None:
        path, mark, query = self.uri.partition("?")
        return query if mark else None

    @cached_property
    def arguments(self) -> Pairs:
        pieces = [piece.partition("=") for piece in (self.query or "").split("&") if piece]
        return tuple((name, value) for name, _, value in pieces)

    @cached_property
    def cookies(self) -> Pairs:
        pieces = [piece.strip().partition("=") for line in self.header("cookie") for piece in line.split(";") if piece.strip()]
        return tuple((name, value) for name, _, value in pieces)

    def header(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known.lower() == name.lower()]

    @property
    def is_body_oversize(self) -> bool:
        return self.is_cut or len(self.body) > BODY_LIMIT
