"""What of a request a statement inspects: FieldToMatch, with its limits.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-fields-list.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.waf.json_elements import Invalid, elements, selected
from sandbox.waf.request import BODY_LIMIT, Pairs, Request

PAIRS_LIMIT_BYTES, PAIRS_LIMIT = 8192, 200


@dataclass
class Component:
    """The values to inspect. A request without the component has none and does not match."""

    values: list[bytes] = field(default_factory=list)
    # Set where the statement's outcome is known without looking.
    decided: bool | None = None
    # AWS's name of a component that is too large to be seen whole.
    oversize: str = ""
    not_emulated: str = ""
    # As the details of a match name the place.
    location: str = "UNKNOWN"
    field_name: str = ""


def component(field_to_match: dict[str, Any], request: Request) -> Component:
    ((kind, options),) = field_to_match.items()
    return _KINDS[kind](request, options)


def _text(*values: str) -> list[bytes]:
    return [value.encode("latin-1", "replace") for value in values]


def _header(request: Request, options: dict[str, Any]) -> Component:
    name = options["Name"].lower()
    return Component(_text(*request.header(name)), location="HEADER", field_name=name)


def _query_string(request: Request, options: dict[str, Any]) -> Component:
    return Component([] if request.query is None else _text(request.query), location="QUERY_STRING")


def _argument(request: Request, options: dict[str, Any]) -> Component:
    name = options["Name"].lower()
    values = [value for known, value in request.arguments if known.lower() == name]
    return Component(_text(*values), location="SINGLE_QUERY_ARG", field_name=name)


def _arguments(request: Request, options: dict[str, Any]) -> Component:
    return Component(_text(*(value for _, value in request.arguments)), location="ALL_QUERY_ARGS")


def _headers(request: Request, options: dict[str, Any]) -> Component:
    pattern = options["MatchPattern"]
    included = {name.lower() for name in pattern.get("IncludedHeaders", [])}
    excluded = {name.lower() for name in pattern.get("ExcludedHeaders", [])}
    keep: Callable[[str], bool] = lambda name: name.lower() in included if included else name.lower() not in excluded  # noqa: E731
    return _pairs(request.headers, keep, options, "REQUEST_HEADERS", "HEADER")


def _cookies(request: Request, options: dict[str, Any]) -> Component:
    pattern = options["MatchPattern"]
    included, excluded = pattern.get("IncludedCookies"), pattern.get("ExcludedCookies", [])
    keep: Callable[[str], bool] = lambda name: name in included if included else name not in excluded  # noqa: E731
    return _pairs(request.cookies, keep, options, "REQUEST_COOKIES", "COOKIE")


def _pairs(pairs: Pairs, keep: Callable[[str], bool], options: dict[str, Any], oversize: str, location: str) -> Component:
    seen, size = [], 0
    for name, value in pairs[:PAIRS_LIMIT]:
        size += len(name) + len(value)
        if size > PAIRS_LIMIT_BYTES:
            break
        seen.append((name, value))
    scope = options["MatchScope"]
    kept = [pair for pair in seen if keep(pair[0])]
    keys = [name for name, _ in kept if scope != "VALUE"]
    values = [value for _, value in kept if scope != "KEY"]
    found = Component(_text(*keys, *values), location=location)
    return _sized(found, options, oversize if len(seen) < len(pairs) else "")


def _header_order(request: Request, options: dict[str, Any]) -> Component:
    found = Component(_text(":".join(name.lower() for name, _ in request.headers)), location="HEADER")
    return _sized(found, options, "REQUEST_HEADERS" if len(request.headers) > PAIRS_LIMIT else "")


def _body(request: Request, options: dict[str, Any]) -> Component:
    found = Component([request.body[:BODY_LIMIT]] if request.body else [], location="BODY")
    return _sized(found, options, "REQUEST_BODY" if request.is_body_oversize else "")


def _json_body(request: Request, options: dict[str, Any]) -> Component:
    found = Component(location="BODY")
    text = request.body[:BODY_LIMIT].decode("utf-8", "surrogateescape")
    included = options["MatchPattern"].get("IncludedPaths")
    try:
        for element in elements(text) if text else ():
            if selected(element, options["MatchScope"], included):
                found.values.append(element.text.encode("utf-8", "surrogateescape"))
    except Invalid:
        match options.get("InvalidFallbackBehavior"):
            case "EVALUATE_AS_STRING":
                found.values = [request.body[:BODY_LIMIT]]
            case None:
                pass
            case behavior:
                found.decided = behavior == "MATCH"
    return _sized(found, options, "REQUEST_JSON_BODY" if request.is_body_oversize else "")


def _sized(found: Component, options: dict[str, Any], oversize: str) -> Component:
    """As OversizeHandling says, which is CONTINUE unless given."""
    found.oversize = oversize
    handling = options.get("OversizeHandling", "CONTINUE")
    if oversize and handling != "CONTINUE":
        found.decided = handling == "MATCH"
    return found


def _unseen(what: str) -> Callable[[Request, dict[str, Any]], Component]:
    """A component that the sandbox's load balancers do not hand on; the statement's fallback holds, as where AWS cannot tell."""

    def fallback(request: Request, options: dict[str, Any]) -> Component:
        return Component(decided=options.get("FallbackBehavior") == "MATCH", not_emulated=what)

    return fallback


_KINDS: dict[str, Callable[[Request, dict[str, Any]], Component]] = {
    "AllQueryArguments": _arguments,
    "Body": _body,
    "Cookies": _cookies,
    "HeaderOrder": _header_order,
    "Headers": _headers,
    "JA3Fingerprint": _unseen("JA3Fingerprint"),
    "JA4Fingerprint": _unseen("JA4Fingerprint"),
    "JsonBody": _json_body,
    "Method": lambda request, options: Component(_text(request.method), location="METHOD"),
    "QueryString": _query_string,
    "SingleHeader": _header,
    "SingleQueryArgument": _argument,
    # A client never sends the fragment.
    "UriFragment": lambda request, options: Component(decided=options.get("FallbackBehavior") == "MATCH"),
    "UriPath": lambda request, options: Component(_text(request.path), location="URI"),
}
