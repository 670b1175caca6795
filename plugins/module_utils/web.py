# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an address answers, and how it speaks TLS, as plain data; runs on application hosts too.

`connect_to` says where a host and port are really reached, as curl's --connect-to does: to ask a load balancer before DNS
leads to it. `ca_path` is a file with the authorities to trust, in place of the system's.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

MAXIMUM_BYTES = 1_000_000
PORTS = {"http": 80, "https": 443}
VERSIONS = {"TLSv1.0": "TLSv1", "TLSv1.1": "TLSv1_1", "TLSv1.2": "TLSv1_2", "TLSv1.3": "TLSv1_3"}
SECONDS_A_DAY = 86400


@contextlib.contextmanager
def connected(host: str, port: int, seconds: float, connect_to: Mapping[str, str] | None = None) -> Iterator[socket.socket]:
    address, __, other = (connect_to or {}).get(f"{host}:{port}", f"{host}:{port}").rpartition(":")
    with socket.create_connection((address.strip("[]"), int(other)), timeout=seconds) as plain:
        yield plain


def answer(
    url: str, seconds: float = 10, connect_to: Mapping[str, str] | None = None, ca_path: str | None = None, method: str = "GET"
) -> dict[str, Any]:
    """Status, headers and body; a redirect and a refusal are answers too, and `error` says why there is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        with connected(host, port, seconds, connect_to) as sock:
            connection = HTTPConnection(host, port)
            if parts.scheme == "https":
                context = ssl.create_default_context(cafile=ca_path or None)
                connection, sock = HTTPSConnection(host, port, context=context), context.wrap_socket(sock, server_hostname=host)
            with contextlib.closing(connection), sock:
                connection.sock = sock
                connection.request(method, target, headers={"User-Agent": "prodready"})
                found = connection.getresponse()
                headers = {name.lower(): value for name, value in found.getheaders()}
                text = found.read(MAXIMUM_BYTES).decode("utf-8", "replace")
        body = json.loads(text) if "json" in headers.get("content-type", "") and text else text
        return {"status": found.status, "headers": headers, "body": body}
    except (OSError, ValueError, KeyError, HTTPException) as error:
        return {"error": str(error) or type(error).__name__}


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
        host, __, port = address.rpartition(":")
        with connected(host, int(port), seconds, connect_to) as plain:
            try:
                with context.wrap_socket(plain, server_hostname=host) as secure:
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
