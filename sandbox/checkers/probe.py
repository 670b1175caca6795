"""One request of a health checker, and what came of it.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import io
import ipaddress
import os
import socket
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

CONNECT_SECONDS, TCP_CONNECT_SECONDS = 4, 10
STATUS_SECONDS, BODY_SECONDS = 2, 2
SEARCHED_BYTES = 5120
AGENT = "Amazon-Route53-Health-Check-Service (ref {}; report http://amzn.to/1vsZADi)"
_CHUNK = 1 << 14

Order = dict[str, Any]


class Failed(Exception):
    pass


@dataclass
class Outcome:
    passed: bool = False
    status: str = ""
    milliseconds: dict[str, float] = field(default_factory=dict)


class Received:
    """What http.client reads an answer from, in the place of a socket."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._content)


async def probe(uid: str, order: Order, source: str) -> Outcome:
    outcome = Outcome()
    resolved = ""
    try:
        address = await resolve(order)
        resolved = f"Resolved IP: {address}. "
        outcome.status = f"Success: {await ask(uid, order, address, source, outcome.milliseconds)}"
        outcome.passed = True
    except Failed as error:
        outcome.status = f"Failure: {resolved}{error}"
    return outcome


async def resolve(order: Order) -> str:
    if order["address"]:
        return str(order["address"])
    name = order["host"].rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return "127.0.0.1"
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failed(f"DNS resolution failed: {error}") from error
    return str(found[0][4][0])


async def ask(uid: str, order: Order, address: str, source: str, milliseconds: dict[str, float]) -> str:
    kind = order["type"].removesuffix("_STR_MATCH")
    async with connection(order, address, source, milliseconds) as (reader, writer):
        if kind == "TCP":
            return "TCP connection was established"
        content = b""
        with told(f"The endpoint did not answer with a status code within {STATUS_SECONDS} seconds"):
            async with asyncio.timeout(STATUS_SECONDS):
                if kind == "HTTPS":
                    await shake_hands(writer, order, milliseconds)
                begun = time.perf_counter()
                writer.write(request(uid, order, address))
                while not is_head(content):
                    if not (more := await reader.read(_CHUNK)):
                        raise Failed("The connection was closed before an answer came")
                    milliseconds.setdefault("TimeToFirstByte", (time.perf_counter() - begun) * 1000)
                    content += more
        head = parsed(content)
        said = f"HTTP Status Code {head.status}, {head.reason}"
        if not 200 <= head.status < 400:
            raise Failed(said)
        if order["search"] and not await contains(reader, content, order["search"]):
            raise Failed(f"{said}. The string was not found in the first {SEARCHED_BYTES} bytes of the body")
        return f"{said}. Resolved IP: {address}"


@contextlib.asynccontextmanager
async def connection(
    order: Order, address: str, source: str, milliseconds: dict[str, float]
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    begun, seconds = time.perf_counter(), TCP_CONNECT_SECONDS if order["type"] == "TCP" else CONNECT_SECONDS
    # Another address than the machine's own cannot be reached from one of loopback.
    local = (source, 0) if ipaddress.ip_address(address).is_loopback else None
    with told(f"No connection could be established within {seconds} seconds"):
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(address, order["port"], local_addr=local)
    milliseconds["ConnectionTime"] = (time.perf_counter() - begun) * 1000
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


@contextlib.contextmanager
def told(late: str) -> Iterator[None]:
    """What goes wrong with an endpoint, in words."""
    try:
        yield
    except TimeoutError as error:
        raise Failed(late) from error
    except ssl.SSLError as error:
        raise Failed(f"SSL alert: {error.reason or error}") from error
    except OSError as error:
        raise Failed(f"The connection failed: {os.strerror(error.errno) if error.errno else error}") from error


async def shake_hands(writer: asyncio.StreamWriter, order: Order, milliseconds: dict[str, float]) -> None:
    begun = time.perf_counter()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html: "v1.0, v1.1, or v1.2"
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    await writer.start_tls(context, server_hostname=order["host"] if order["sni"] else None)
    milliseconds["SSLHandshakeTime"] = (time.perf_counter() - begun) * 1000


def request(uid: str, order: Order, address: str) -> bytes:
    host = order["host"] or address
    if order["port"] != {"HTTP": 80, "HTTPS": 443}[order["type"].removesuffix("_STR_MATCH")]:
        host = f"{host}:{order['port']}"
    headers = {"Host": host, "Connection": "close", "User-Agent": AGENT.format(uid)}
    lines = [f"GET {order['path']} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def is_head(content: bytes) -> bool:
    return b"\r\n\r\n" in content


def parsed(content: bytes) -> http.client.HTTPResponse:
    answer = http.client.HTTPResponse(Received(content))  # type: ignore[arg-type]
    try:
        answer.begin()
    except (http.client.HTTPException, ValueError) as error:
        raise Failed(f"The answer is no HTTP: {error!r}") from error
    return answer


async def contains(reader: asyncio.StreamReader, content: bytes, text: str) -> bool:
    """Whether the text is in the beginning of the body, as far as it comes in time."""
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(BODY_SECONDS):
            while len(content) < 2 * _CHUNK and (more := await reader.read(_CHUNK)):
                content += more
    try:
        body = parsed(content).read(SEARCHED_BYTES)
    except http.client.IncompleteRead as error:
        body = error.partial
    return text.encode() in body[:SEARCHED_BYTES]
