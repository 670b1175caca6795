"""Rate-based rules: how often each aggregation instance was seen within the rule's evaluation window.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html
AWS looks at the rates every few seconds, so that a limit takes hold a while later there; here it does with the very next request.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import deque
from collections.abc import Hashable
from typing import Any, NamedTuple

from sandbox.waf.addresses import Malformed, NoHeader, forwarded
from sandbox.waf.components import component
from sandbox.waf.request import Request
from sandbox.waf.transformations import transformed

DEFAULT_WINDOW_SECONDS = 300
WINDOWS_SECONDS = (60, 120, 300, 600)
_STALE_AFTER = 100_000


class Key(NamedTuple):
    """The values of an aggregation instance, as a log tells them."""

    values: tuple[tuple[str, str, str], ...]  # key, name, value


class Rates:
    """The newest requests of each instance, one more than its limit: if the oldest of these is in the window, it is over."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, deque[float]] = {}
        self._lock = threading.Lock()

    def is_over(self, rule: Hashable, key: Key, statement: dict[str, Any], now: float) -> bool:
        window = statement.get("EvaluationWindowSec", DEFAULT_WINDOW_SECONDS)
        most = statement["Limit"] + 1
        name = (rule, key, window, most)
        with self._lock:
            times = self._seen.setdefault(name, deque(maxlen=most))
            times.append(now)
            if len(self._seen) > _STALE_AFTER:
                self._seen = {known: kept for known, kept in self._seen.items() if kept[-1] > now - max(WINDOWS_SECONDS)}
            return len(times) == most and times[0] > now - window


class Omitted(Exception):
    """The request lacks a part of the key: the rule neither counts it nor acts on it."""


class Fallback(Exception):
    """The outcome that the rule gives to a request whose forwarded address is none."""

    def __init__(self, matches: bool) -> None:
        self.matches = matches


class NotEmulated(Exception):
    pass


def aggregation_key(statement: dict[str, Any], request: Request, labels: list[str]) -> Key:
    match statement["AggregateKeyType"]:
        case "IP":
            return Key((("IP", "", request.client_ip),))
        case "FORWARDED_IP":
            return Key((("FORWARDED_IP", "", _forwarded(request, statement["ForwardedIPConfig"])),))
        case "CONSTANT":
            return Key((("CONSTANT", "", ""),))
    config = statement.get("ForwardedIPConfig")
    return Key(tuple(_custom(key, request, labels, config) for key in statement["CustomKeys"]))


def _forwarded(request: Request, config: dict[str, Any]) -> str:
    try:
        return str(forwarded(request, config)[0])
    except NoHeader as error:
        raise Omitted from error
    except Malformed as error:
        raise Fallback(config["FallbackBehavior"] == "MATCH") from error


def _custom(key: dict[str, Any], request: Request, labels: list[str], config: dict[str, Any] | None) -> tuple[str, str, str]:
    ((kind, options),) = key.items()
    match kind:
        case "IP":
            return "IP", "", str(ipaddress.ip_address(request.client_ip))
        case "ForwardedIP":
            return "FORWARDED_IP", "", _forwarded(request, config or {})
        case "HTTPMethod":
            return "HTTP_METHOD", "", request.method
        case "LabelNamespace":
            found = sorted(label for label in labels if label.startswith(options["Namespace"]))
            if not found:
                raise Omitted
            return "LABEL_NAMESPACE", options["Namespace"], ",".join(found)
        case "Cookie":
            values = [value.encode("latin-1") for name, value in request.cookies if name == options["Name"]]
        case "Header" | "QueryArgument":
            fields = {"Header": "SingleHeader", "QueryArgument": "SingleQueryArgument"}
            values = component({fields[kind]: {"Name": options["Name"]}}, request).values
        case "QueryString" | "UriPath":
            values = component({kind: {}}, request).values
        case _:
            raise NotEmulated(f"rate-based aggregation by {kind}")
    if not values:
        raise Omitted
    value = b",".join(transformed(value, options["TextTransformations"]) for value in values)
    kinds = {"QueryArgument": "QUERY_ARGUMENT", "QueryString": "QUERY_STRING", "UriPath": "URI_PATH"}
    return kinds.get(kind, kind.upper()), options.get("Name", "").lower(), value.decode("latin-1")
