"""The access log of a load balancer: its lines, and the name of the file that they come in.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
"""

from __future__ import annotations

import gzip
import hashlib
import secrets
from datetime import datetime

from sandbox.plane.metrics import balancer_name
from sandbox.plane.requests import Request

ADDRESS = "127.0.0.1"


def line(request: Request, certificate: str) -> str:
    entry = request.entry
    is_tls = request.listener.protocol == "HTTPS"
    version = entry["protocol"] or "HTTP/1.1"
    target_status = str(request.target_status or "-")
    scheme = request.listener.protocol.lower()
    host = (entry["host"] or "").rpartition(":")[0] if ":" in (entry["host"] or "") else entry["host"] or ""
    url = f"{scheme}://{host}:{request.listener.port}{entry['path'] or ''}"
    fields = [
        "h2" if is_tls and version == "HTTP/2" else scheme,
        _time(request.end),
        balancer_name(request.balancer.arn),
        entry["client"],
        request.target or "-",
        *(_seconds(request.seconds(name) if request.target else None) for name in ("request", "target", "response")),
        str(request.status),
        target_status,
        str(entry["received"] or 0),
        str(entry["sent"] or 0),
        _quoted(f"{entry['method'] or '-'} {url} {'HTTP/2.0' if version == 'HTTP/2' else version}"),
        _quoted(entry["agent"]),
        entry["tls_cipher"] or "-",
        entry["tls_version"] or "-",
        request.group or "-",
        _quoted(entry["trace"]),
        _quoted(entry["server_name"] if is_tls else None),
        _quoted(certificate if is_tls else None),
        {"default": "0", None: "-1"}.get(entry["priority"], entry["priority"]),
        _time(request.begin),
        _quoted(_actions(request)),
        _quoted(entry["location"] if entry["action"] == "redirect" else None),
        _quoted(None),
        _quoted(request.target),
        _quoted(target_status if request.target else None),
        _quoted(None),
        _quoted(None),
        _connection(f"{request.balancer.arn} {entry['connection']}"),
        _quoted(None),
        _quoted(None),
        _quoted(None),
    ]
    return " ".join(fields)


def folder(prefix: str, account: str) -> str:
    return f"{prefix}/AWSLogs/{account}/" if prefix else f"AWSLogs/{account}/"


def file_name(prefix: str, balancer_arn: str, end: datetime) -> str:
    _, _, _, region, account, *_ = balancer_arn.split(":")
    name = balancer_name(balancer_arn).replace("/", ".")
    start = f"{folder(prefix, account)}elasticloadbalancing/{region}/{end:%Y/%m/%d}"
    return f"{start}/{account}_elasticloadbalancing_{region}_{name}_{end:%Y%m%dT%H%MZ}_{ADDRESS}_{secrets.token_hex(4)}.log.gz"


def packed(lines: list[str]) -> bytes:
    return gzip.compress("".join(f"{text}\n" for text in lines).encode())


def _actions(request: Request) -> str | None:
    found = ["waf"] if request.entry["web_acl"] else []
    if not request.was_refused_by_waf and request.entry["action"]:
        found.append(request.entry["action"])
    return ",".join(found) or None


def _connection(text: str) -> str:
    return f"TID_{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


def _seconds(value: float | None) -> str:
    return "-1" if value is None else f"{value:.3f}"


def _quoted(text: str | None) -> str:
    return '"' + (text or "-").replace('"', "\\x22") + '"'
