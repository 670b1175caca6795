"""The shop with its cache: who asks it, and the processes that may be lost."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

from plugins.module_utils.load import Load, Sample
from tests.integration.place import Place, descendants


def catalogue(place: Place, rate: int) -> Load:
    """So many requests a second for what is cached."""
    where = {"shop.localhost:443": place.state["connect_to"]["shop:443"]}
    return Load("https://shop.localhost/products", rate, where, place.state["ca_path"], 30, counted_header="X-Cache")


def said(samples: list[Sample]) -> Counter[str | None]:
    """Where the answers came from."""
    return Counter(one.said for one in samples)


def nodes(place: Place) -> list[int]:
    """The processes of Redis."""
    return [pid for pid in descendants(place.state["pid"]) if Path(f"/proc/{pid}/comm").read_text().strip() == "redis-server"]


def send(place: Place, number: signal.Signals) -> None:
    for pid in nodes(place):
        os.kill(pid, number)
