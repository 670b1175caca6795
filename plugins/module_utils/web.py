# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an address answers, as plain data; runs on application hosts too."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

MAXIMUM_BYTES = 1_000_000
VERSIONS = {"TLSv1.0": "TLSv1", "TLSv1.1": "TLSv1_1", "TLSv1.2": "TLSv1_2", "TLSv1.3": "TLSv1_3"}
SECONDS_A_DAY = 86400


def place_of(url: str, connect_to: Mapping[str, str] | None = None) -> tuple[str, int]:
    """The address and port to connect to for a URL; `connect_to` names others for a host:port, as curl's --connect-to."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address, __, number = (connect_to or {}).get(f"{host}:{port}", f"{host}:{port}").rpartition(":")
    return address.strip("[]"), int(number)


def exchange(
    url: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    *,
    seconds: float = 10,
    connect_to: Mapping[str, str] | None = None,
    ca_path: str | None = None,
    source: str | None = None,
) -> dict[str, Any]:
    """One request exactly as given, over a connection of its own: no proxy, no redirect, no header but Host and what is given.

    `ca_path` is the file of the authority that signed the server's certificate; `source` the address of ours to come from.
    """
    scheme, __, rest = url.partition("://")
    host = urlsplit(url).netloc
    target = rest[len(host) :] or "/"
    try:
        address, port = place_of(url, connect_to)
        opened = HTTPConnection(address, port, timeout=seconds)
        opened.sock = socket.create_connection((address, port), seconds, (source, 0) if source else None)
        with contextlib.closing(opened):
            if scheme == "https":
                context = ssl.create_default_context(cafile=ca_path or None)
                opened.sock = context.wrap_socket(opened.sock, server_hostname=urlsplit(url).hostname)
            opened.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            own = {"Host": host, **({"Content-Length": str(len(body))} if body is not None else {})}
            named = {name.lower() for name in headers or {}}
            for name, value in [*((name, value) for name, value in own.items() if name.lower() not in named), *(headers or {}).items()]:
                opened.putheader(name, value.encode())
            # A firewall may answer, and close, before it has read all of a body.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                opened.endheaders(body)
            found = opened.getresponse()
            text = found.read(MAXIMUM_BYTES).decode("utf-8", "replace")
            return {"status": found.status, "headers": {name.lower(): value for name, value in found.getheaders()}, "body": text}
    except (OSError, ValueError, HTTPException) as error:
        return {"error": str(error) or type(error).__name__}


def answer(url: str, seconds: float = 10, connect_to: Mapping[str, str] | None = None, ca_path: str | None = None) -> dict[str, Any]:
    """Status, headers and body, which JSON is read from; a redirect and a refusal are answers too, and `error` says why there is none."""
    found = exchange(url, headers={"User-Agent": "prodready"}, seconds=seconds, connect_to=connect_to, ca_path=ca_path)
    if "json" not in found.get("headers", {}).get("content-type", ""):
        return found
    try:
        return {**found, "body": json.loads(found["body"])}
    except ValueError as error:
        return {"error": str(error)}


def handshake(
    address: str,
    seconds: float = 10,
    connect_to: Mapping[str, str] | None = None,
    ca_path: str | None = None,
    version: str | None = None,
) -> dict[str, Any]:
    """Whether host:port speaks TLS, in this version alone if one is given, and with which certificate; `error` says why nothing is known.

    Of a certificate that is not trusted, or for another name, nothing is told but why not.
    """
    try:
        context = ssl.create_default_context(cafile=ca_path or None)
        if version:
            # What the machine's own policy has switched off is offered here all the same, to see it refused.
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, VERSIONS[version])
        with socket.create_connection(place_of(f"https://{address}", connect_to), seconds) as plain:
            try:
                with context.wrap_socket(plain, server_hostname=address.rpartition(":")[0]) as secure:
                    return {"handshake": "accepted", "version": secure.version(), **_certificate(secure.getpeercert() or {})}
            except ssl.SSLCertVerificationError as error:
                return {"handshake": "accepted", "distrusted": error.verify_message}
            except (ssl.SSLError, ConnectionResetError) as error:
                # What this machine cannot offer is not refused by the other side.
                if isinstance(error, (ssl.SSLEOFError, ConnectionResetError)) or "ALERT" in (error.reason or ""):
                    return {"handshake": "refused", "why": str(error)}
                raise
    except (OSError, ValueError, KeyError) as error:
        return {"error": str(error) or type(error).__name__}


def _certificate(found: Mapping[str, Any]) -> dict[str, Any]:
    issuer = {key: value for part in found["issuer"] for key, value in part}
    return {
        "names": sorted(value for kind, value in found.get("subjectAltName", ()) if kind == "DNS"),
        "issuer": issuer.get("organizationName") or issuer.get("commonName"),
        "serial": found["serialNumber"].lower(),
        "days_left": int((ssl.cert_time_to_seconds(found["notAfter"]) - time.time()) // SECONDS_A_DAY),
    }


def said(found: dict[str, Any]) -> str:
    """An answer in a few words."""
    return found.get("error") or f"status {found['status']}"
