"""Small words of Envoy's configuration. https://www.envoyproxy.io/docs/envoy/latest/api-v3/api"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Config = dict[str, Any]

# What Envoy says to itself and to wafd, never to a target.
CLIENT = "x-plane-client-address"
TRACE = "x-plane-trace-id"


def typed(kind: str, **fields: Any) -> Config:
    return {"@type": f"type.googleapis.com/envoy.{kind}", **fields}


def extension(name: str, kind: str, **fields: Any) -> Config:
    return {"name": name, "typed_config": typed(kind, **fields)}


def seconds(number: float) -> str:
    return f"{number:g}s"


def headers(pairs: Iterable[tuple[str, str]], append: bool = False) -> list[Config]:
    """Headers to be set, a percent sign in them being itself where it is AWS's."""
    action = "APPEND_IF_EXISTS_OR_ADD" if append else "OVERWRITE_IF_EXISTS_OR_ADD"
    return [{"header": {"key": name, "value": value}, "append_action": action} for name, value in pairs]


def literal(text: str) -> str:
    return text.replace("%", "%%")
