# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A client that sends requests when their time has come, however long the answers take.

A request's duration counts from the time when it was to be sent: so a site that stalls cannot slow its own judge down.
Connections are kept; one that the site has closed meanwhile is opened anew, as browsers do.
"""

from __future__ import annotations

import asyncio
import math
import os
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

try:
    import aiohttp
except ImportError:
    aiohttp = None  # type: ignore[assignment]

from .web import place_of

# The options of a module that has one.
CLIENT_SPEC: dict[str, Any] = {
    "url": {"type": "str", "required": True},
    "connect_to": {"type": "dict", "default": {}},
    "ca_path": {"type": "str"},
}
# Another process may have the core for as long; only what is later is said to be late.
TICK_SECONDS = 0.005


@dataclass(frozen=True)
class Request:
    """What is asked, by a name under which its answers are counted; failed is an answer of another status than these, if given."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    name: str = ""
    statuses: tuple[int, ...] = ()
    fails_from: int = 500

    def fails_with(self, status: int) -> bool:
        return status not in self.statuses if self.statuses else status >= self.fails_from


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: when it was to be sent, how long it took from then, and what came; nothing of one that was not sent in time."""

    at: float
    seconds: float
    status: int | None
    error: str | None = None
    name: str = ""
    # How long after its time it was sent because this machine, not the site, was slow.
    late_seconds: float = 0.0
    failed: bool = False
    # What the answer said in the header that is counted.
    said: str | None = None

    @property
    def sent(self) -> bool:
        return self.status is not None or self.error is not None


def rate_problem(rate: float) -> str | None:
    """What is wrong with a drill's rate."""
    return None if 1 <= rate <= 1000 else f"rate is {rate}, allowed are 1 to 1000 requests a second"


def constant(rate: float) -> Iterator[float]:
    """The seconds after the start at which to send, without end."""
    return (number / rate for number in count())


class Load:
    """Requests at their times, to their sites, from when it is entered until it is left."""

    def __init__(
        self,
        requests: str | Iterable[Request],
        times: float | Iterable[float],
        connect_to: Mapping[str, str] | None = None,
        ca_path: str | None = None,
        patience_seconds: float = 10,
        connections: int = 64,
        counted_header: str = "",
        authorities: str | None = None,
    ) -> None:
        self.requests = iter(Request(requests) for __ in count()) if isinstance(requests, str) else iter(requests)
        self.times = constant(times) if isinstance(times, (int, float)) else iter(times)
        self.connect_to, self.ca_path, self.authorities = dict(connect_to or {}), ca_path, authorities
        self.patience, self.connections, self.counted_header = patience_seconds, connections, counted_header
        self.samples: list[Sample] = []
        self.under_way = 0
        self.over = threading.Event()
        self.told = threading.Event()

    def __enter__(self) -> Load:
        # What is refused here is an error of the task, not of every request.
        self.context = ssl.create_default_context(cafile=self.ca_path or None, cadata=self.authorities or None)
        self.started = time.time()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self.thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.told.set()
        self.thread.join()

    def wait(self, seconds: float) -> bool:
        """Whether all requests are sent and answered, after so many seconds at most."""
        return self.over.wait(seconds)

    async def _run(self) -> None:
        begun = time.monotonic()
        self.free = asyncio.Semaphore(self.connections)
        # Resolver is an AbstractResolver by its methods, for this file is read where there is no aiohttp, too.
        connector = aiohttp.TCPConnector(limit=0, ssl=self.context, resolver=Resolver(self.connect_to))  # type: ignore[arg-type]
        options: dict[str, Any] = {"auto_decompress": False, "cookie_jar": aiohttp.DummyCookieJar(), "headers": {"User-Agent": "prodready"}}
        timeout = aiohttp.ClientTimeout(total=self.patience)
        tasks: set[asyncio.Task[None]] = set()
        try:
            async with aiohttp.ClientSession(connector=connector, timeout=timeout, **options) as session:
                for after, request in zip(self.times, self.requests, strict=False):
                    if not await self._due(begun + after):
                        break
                    task = asyncio.create_task(self._send(session, request, begun, after))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                await asyncio.gather(*tasks)
        finally:
            self.over.set()

    async def _due(self, moment: float) -> bool:
        """Whether a moment has come before the end was told."""
        while (early := moment - time.monotonic()) > 0 and not self.told.is_set():
            await asyncio.sleep(min(early, 0.1))
        return not self.told.is_set()

    async def _send(self, session: aiohttp.ClientSession, request: Request, begun: float, after: float) -> None:
        late = time.monotonic() - begun - after
        try:
            async with asyncio.timeout(self.patience):
                await self.free.acquire()
        except TimeoutError:
            self._seen(request, begun, after, late)
            return
        self.under_way += 1
        try:
            about: dict[str, Any] = {"headers": dict(request.headers), "data": request.body, "allow_redirects": False}
            async with session.request(request.method, request.url, **about) as answer:
                while await answer.content.readany():
                    pass
                self._seen(request, begun, after, late, answer.status, said=answer.headers.get(self.counted_header))
        except TimeoutError:
            self._seen(request, begun, after, late, error=f"no answer within {self.patience:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            self._seen(request, begun, after, late, error=why(error))
        finally:
            self.under_way -= 1
            self.free.release()

    def _seen(
        self,
        request: Request,
        begun: float,
        after: float,
        late: float,
        status: int | None = None,
        error: str | None = None,
        said: str | None = None,
    ) -> None:
        took = time.monotonic() - begun - after if status or error else 0.0
        failed = error is not None or status is not None and request.fails_with(status)
        late = max(0.0, late - TICK_SECONDS)
        self.samples.append(Sample(self.started + after, took, status, error, request.name, late, failed, said))


def why(error: Exception) -> str:
    """Why there was no answer, in the system's words where it has some."""
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", error)
    if isinstance(cause, ssl.SSLError):
        # Its errno is OpenSSL's, and no error of the system.
        return f"TLS failed: {getattr(cause, 'verify_message', '') or cause.reason or cause}"
    number = getattr(cause, "errno", None)
    return (os.strerror(number) if isinstance(number, int) and number > 0 else str(cause)) or type(error).__name__


class Resolver:
    """Names to addresses, with others for a host:port, as curl's --connect-to."""

    def __init__(self, connect_to: Mapping[str, str]) -> None:
        self.connect_to = connect_to

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[dict[str, Any]]:
        address, number = place_of(f"http://{host}:{port}", self.connect_to)
        found = await asyncio.get_running_loop().getaddrinfo(address, number, type=socket.SOCK_STREAM, family=family)
        return [
            {"hostname": host, "host": place[0], "port": place[1], "family": kind, "proto": proto, "flags": socket.AI_NUMERICHOST}
            for kind, _type, proto, _canonical, place in found
        ]

    async def close(self) -> None:
        pass


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else None


PERCENTS = (50, 95, 99, 99.9)


def times(samples: Iterable[Sample]) -> dict[str, float | None]:
    """How long those took that were answered, in milliseconds, and were no failures."""
    answered = [one.seconds * 1000 for one in samples if one.sent and not one.failed]
    found = {f"p{percent}_ms".replace(".", "_"): percentile(answered, percent) for percent in PERCENTS}
    return {name: None if value is None else round(value, 1) for name, value in found.items()}


def summary(samples: Sequence[Sample]) -> dict[str, Any]:
    """How many requests were sent, how they ended, and how long those took that were answered."""
    sent = [one for one in samples if one.sent]
    ends = Counter(str(one.status or one.error) for one in sent)
    return {
        "requests": len(sent),
        "not_sent": len(samples) - len(sent),
        "failed": sum(one.failed for one in sent),
        "ends": dict(ends.most_common(10)),
        **times(sent),
    }
