"""What Envoy's ext_authz asks, read as the client's request; and the answer to it (sandbox/plane says what both are)."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.waf.evaluation import Verdict, response
from sandbox.waf.request import Request

# Set by Envoy, never by a client.
_OWN = "x-plane-"
_ENVOYS = (_OWN, "x-envoy-", "x-forwarded-proto")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""


PASSED = Answer(200, [])


def asked(method: str, uri: str, headers: dict[str, str], body: bytes) -> tuple[str, Request]:
    """The load balancer's ARN and the request; the headers' names are lower case."""
    clients = {name: value for name, value in headers.items() if not name.startswith(_ENVOYS)}
    # Envoy's own count of the part of the body that it sends is not what the client said.
    clients.pop("content-length", None)
    if declared := headers.get(f"{_OWN}content-length"):
        clients["content-length"] = declared
    request = Request(
        client_ip=headers[f"{_OWN}client-address"],
        method=method,
        uri=uri,
        headers=tuple(clients.items()),
        body=body,
        is_cut=headers.get("x-envoy-auth-partial-body") == "true",
        http_version=headers.get(f"{_OWN}protocol", "HTTP/1.1"),
        scheme=headers.get("x-forwarded-proto", "http"),
        id=headers.get(f"{_OWN}trace-id", ""),
    )
    return headers[f"{_OWN}resource-arn"], request


def answer(verdict: Verdict) -> Answer:
    if verdict.action == "ALLOW":
        return Answer(200, verdict.inserted)
    status, headers, body = response(verdict)
    # Envoy gives 403 to the client, and alb.lua the status in its place.
    return Answer(403, headers if status == 403 else [*headers, ("x-plane-status", str(status))], body)
