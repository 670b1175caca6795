"""Clients that send requests to every host while something is done to them, and remember what was answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import requests

PAUSE_SECONDS = 0.05
PATIENCE_SECONDS = 20
ENOUGH = 20


@dataclass
class Visitors:
    """Two for each address: one opens a connection for every request, one keeps its own."""

    addresses: Iterable[str]
    failures: list[str] = field(default_factory=list)
    releases: dict[str, list[str]] = field(default_factory=dict)

    def __enter__(self) -> Visitors:
        self.addresses = list(self.addresses)
        self.releases = {address: [] for address in self.addresses}
        self.done = threading.Event()
        self.threads = [
            threading.Thread(target=self._visit, args=(address, keep)) for address in self.addresses for keep in (True, False)
        ]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS * 2)

    def _visit(self, address: str, keep: bool) -> None:
        with requests.Session() as session:
            while not self.done.is_set():
                if not keep:
                    session.close()
                self._ask(session, address)
                time.sleep(PAUSE_SECONDS)

    def _ask(self, session: requests.Session, address: str) -> None:
        try:
            answer = session.get(f"{address}/version", timeout=PATIENCE_SECONDS)
        except requests.RequestException as error:
            self.failures.append(f"{address}: {error!r}")
            return
        if answer.status_code != 200:
            self.failures.append(f"{address}: {answer.status_code} {answer.text[:200]}")
            return
        self.releases[address].append(answer.json()["release"])

    @property
    def seen(self) -> list[set[str]]:
        """The releases that each address answered with; every one was asked often enough to tell."""
        assert all(len(found) >= ENOUGH for found in self.releases.values()), "too few requests to say anything"
        return [set(found) for found in self.releases.values()]
