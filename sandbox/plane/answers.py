"""What a load balancer itself answers: its pages, its Server header, and the headers that a listener gives to every answer.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html
"""

from __future__ import annotations

from http import HTTPStatus

from sandbox.plane.account import Attributes, is_on
from sandbox.plane.envoy import Config, headers, literal

SERVER = "awselb/2.0"
PREFIX, SUFFIX = "routing.http.response.", ".header_value"

# Flags of Envoy (https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter), and what a load
# balancer answers where a target refuses or closes the connection, there is none, it is too slow, a request is malformed.
FLAGS = {
    ("UF", "UC", "UR", "UPE", "LR"): 502,
    ("UH", "NR", "NC", "UO"): 503,
    ("DPE",): 400,
}


def listener_headers(attributes: Attributes) -> list[tuple[str, str]]:
    given = {key: value for key, value in attributes.items() if key.startswith(PREFIX) and key.endswith(SUFFIX) and value}
    return [(key.removeprefix(PREFIX).removesuffix(SUFFIX).replace("_", "-"), literal(value)) for key, value in sorted(given.items())]


def to_forwarded(attributes: Attributes) -> Config:
    """For the routes: what is done to a target's answer."""
    removed = {} if _shows_server(attributes) else {"response_headers_to_remove": ["server"]}
    return removed | {"response_headers_to_add": headers(listener_headers(attributes))}


def own(attributes: Attributes) -> Config:
    """For what Envoy answers itself."""
    given = listener_headers(attributes)
    if _shows_server(attributes):
        given = [("server", SERVER), *given]
    added = headers(given)
    mappers = [
        *({"filter": {"response_flag_filter": {"flags": list(flags)}}, **_page(status, added)} for flags, status in FLAGS.items()),
        *(
            {"filter": _and(_status(status), {"response_flag_filter": {"flags": ["SI", "UT", "DT"]}}), **_page(status, added)}
            for status in (408, 504)
        ),
        {"filter": _status(100, "GE"), "headers_to_add": added},
    ]
    return {"mappers": mappers}


def _shows_server(attributes: Attributes) -> bool:
    return is_on(attributes, f"{PREFIX}server.enabled", "true")


def page(status: int) -> str:
    title = f"{status} {HTTPStatus(status).phrase}"
    lines = ("<html>", f"<head><title>{title}</title></head>", "<body>", f"<center><h1>{title}</h1></center>", "</body>", "</html>", "")
    return "\r\n".join(lines)


def _page(status: int, added: list[Config]) -> Config:
    text = {"text_format_source": {"inline_string": literal(page(status))}, "content_type": "text/html"}
    return {"status_code": status, "headers_to_add": added, "body_format_override": text}


def _status(number: int, comparison: str = "EQ") -> Config:
    return {"status_code_filter": {"comparison": {"op": comparison, "value": {"default_value": number, "runtime_key": "plane.none"}}}}


def _and(*filters: Config) -> Config:
    return {"and_filter": {"filters": list(filters)}}
