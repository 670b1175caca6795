"""Who is there while something is done to the hosts: clients that send requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import requests

from plugins.module_utils.load import Load
from tests.integration.place import Place

PAUSE_SECONDS = 0.1
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
        self.threads = [threading.Thread(target=self._visit, args=(address, keep)) for address in self.addresses for keep in (True, False)]
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


def deployed(place: Place, source: Path, *arguments: str, **variables: Any) -> SimpleNamespace:
    """A deployment under load, with what served before and after it."""
    before = [place.release(host) for host in place.hosts]
    with Visitors(map(place.address, place.hosts)) as visitors:
        run = place.playbook("deploy", *arguments, app_deploy_source=str(source), **variables)
    after = [place.release(host) for host in place.hosts]
    return SimpleNamespace(run=run, visitors=visitors, before=before, after=after)


def through_the_balancer(place: Place, rate: int) -> Load:
    """So many requests a second to the shop by its name."""
    state = place.state
    return Load("https://shop.localhost/version", rate, {"shop.localhost:443": state["connect_to"]["shop:443"]}, state["ca_path"], 30)
