# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A client that sends requests at a constant rate, however long the answers take.

A request is sent when its time has come, not when the one before is answered, and its duration counts from that time: so a
site that stalls cannot slow its own judge down. Connections are kept; one that the site has closed meanwhile is opened anew,
as browsers do.
"""

from __future__ import annotations

import contextlib
import math
import queue
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

from .web import place_of

STALE = (RemoteDisconnected, BrokenPipeError, ConnectionResetError)


@dataclass(frozen=True)
class Sample:
    """One request: when it was to be sent, how long it took from then, and what came; nothing of one that was not sent in time."""

    at: float
    seconds: float
    status: int | None
    error: str | None = None

    @property
    def sent(self) -> bool:
        return self.status is not None or self.error is not None

    @property
    def failed(self) -> bool:
        return self.error is not None or (self.status or 0) >= 500


class Visitor:
    """One connection to the site, kept."""

    def __init__(self, url: str, connect_to: Mapping[str, str], ca_path: str | None, patience_seconds: float) -> None:
        self.parts, self.place, self.patience = urlsplit(url), place_of(url, connect_to), patience_seconds
        self.context = ssl.create_default_context(cafile=ca_path or None) if self.parts.scheme == "https" else None
        self.target = f"{self.parts.path or '/'}{'?' + self.parts.query if self.parts.query else ''}"
        self.connection: HTTPConnection | None = None

    def ask(self) -> int:
        used = self.connection is not None
        try:
            return self._ask()
        except STALE:
            self.close()
            if not used:
                raise
            return self._ask()

    def _ask(self) -> int:
        if self.connection is None:
            self.connection = self._open()
        self.connection.request("GET", self.target, headers={"User-Agent": "prodready"})
        with self.connection.getresponse() as answer:
            answer.read()
            if answer.will_close:
                self.close()
            return answer.status

    def _open(self) -> HTTPConnection:
        host, port = self.parts.hostname or "", self.parts.port
        connection = HTTPSConnection(host, port, context=self.context) if self.context else HTTPConnection(host, port)
        connection.sock = socket.create_connection(self.place, self.patience)
        if self.context:
            connection.sock = self.context.wrap_socket(connection.sock, server_hostname=host)
        return connection

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Load:
    """Requests to one URL, so many a second, from when it is entered until it is left."""

    def __init__(
        self,
        url: str,
        rate: float,
        connect_to: Mapping[str, str] | None = None,
        ca_path: str | None = None,
        patience_seconds: float = 10,
        connections: int = 64,
    ) -> None:
        self.url, self.rate, self.connections = url, rate, connections
        self.by = (connect_to or {}, ca_path, patience_seconds)
        self.samples: list[Sample] = []
        self.done = threading.Event()
        # What cannot be sent in time is told, rather than sent in a burst later.
        self.due: queue.Queue[float | None] = queue.Queue(maxsize=int(rate * patience_seconds) + connections)

    def __enter__(self) -> Load:
        self.started = time.time()
        self.threads = [threading.Thread(target=self._visit) for __ in range(self.connections)]
        self.threads.append(threading.Thread(target=self._schedule))
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.done.set()
        self.threads[-1].join()
        for __ in range(self.connections):
            self.due.put(None)
        for thread in self.threads:
            thread.join()

    def _schedule(self) -> None:
        number = 0
        while not self.done.is_set():
            at = self.started + number / self.rate
            if (early := at - time.time()) > 0 and self.done.wait(early):
                return
            try:
                self.due.put_nowait(at)
            except queue.Full:
                self.samples.append(Sample(at, 0.0, None))
            number += 1

    def _visit(self) -> None:
        visitor = Visitor(self.url, *self.by)
        with contextlib.closing(visitor):
            while at := self.due.get():
                status: int | None = None
                error: str | None = None
                try:
                    status = visitor.ask()
                except (OSError, HTTPException) as problem:
                    visitor.close()
                    error = str(problem) or type(problem).__name__
                self.samples.append(Sample(at, time.time() - at, status, error))


def percentile(values: list[float], percent: float) -> float | None:
    """The smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else None


def summary(samples: list[Sample]) -> dict[str, Any]:
    """How many requests were sent, how they ended, and how long those took that were answered."""
    sent = [one for one in samples if one.sent]
    answered = [one.seconds * 1000 for one in sent if not one.failed]
    ends = Counter(str(one.status or one.error) for one in sent)
    times = {f"p{percent}_ms": percentile(answered, percent) for percent in (50, 95, 99)}
    return {
        "requests": len(sent),
        "not_sent": len(samples) - len(sent),
        "failed": sum(one.failed for one in sent),
        "ends": dict(ends.most_common(10)),
        **{name: None if value is None else round(value, 1) for name, value in times.items()},
    }
