"""What wafd has seen, taken into the emulator: samples, metrics and logs.

Who asks a service of ASKING gets what has happened up to now; between questions a thread looks (sandbox/plane).
"""

from __future__ import annotations

import fcntl
import json
import logging
import threading
import time
from collections import Counter, deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.wafv2.models import WAFV2Backend, wafv2_backends

from sandbox.waf import records, samples
from sandbox.waf.delivery import deliver
from sandbox.waf.measures import measures
from sandbox.waf.records import Record
from sandbox.watch import evaluator
from sandbox.watch.backend import stored
from sandbox.watch.metrics import Metric
from sandbox.watch.statistics import Datum

log = logging.getLogger(__name__)

_POLL_SECONDS = 1
ASKING = {"cloudwatch", "wafv2", "logs", "s3"}


class Intake:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def take(self) -> None:
        with self._lock:
            by_acl: dict[str, list[Record]] = {}
            for found in self._taken():
                by_acl.setdefault(found["webaclId"], []).append(found)
            for arn, of_acl in by_acl.items():
                _keep(arn, of_acl)

    def run(self) -> None:
        """For ever."""
        while True:
            time.sleep(_POLL_SECONDS)
            try:
                self.take()
            except Exception:
                log.exception("what wafd has seen was not taken in")

    def _taken(self) -> list[Record]:
        """wafd appends under the same lock, so that no line is lost, and none is left with what it says of a client."""
        try:
            if not self._file.stat().st_size:
                return []
            with self._file.open("r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                lines = file.read().splitlines()
                file.truncate(0)
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines]


def kept(backend: WAFV2Backend, arn: str) -> deque[Record]:
    """On the backend, which a reset of the account empties."""
    return backend.__dict__.setdefault("records", {}).setdefault(arn, deque(maxlen=samples.MOST))


def _keep(arn: str, found: list[Record]) -> None:
    _, _, _, region, account_id, _ = arn.split(":", 5)
    backend = wafv2_backends[account_id][region]
    if arn not in backend.wacls:
        return
    acl = backend.wacls[arn].to_dict()
    kept(backend, arn).extend(found)
    _measure(acl, found, account_id, region)
    config = backend.logging_configurations.get(arn)
    if config:
        fields: list[dict[str, Any]] = config.redacted_fields or []  # type: ignore[assignment]
        logged = [records.redacted(entry, fields) for entry in found if records.kept(entry, config.logging_filter)]
        if logged:
            deliver(logged, config.log_destination_configs[0], acl["Name"], account_id, region)


def _measure(acl: dict[str, Any], found: list[Record], account_id: str, region: str) -> None:
    watch = cloudwatch_backends[account_id][region]
    counts: Counter[tuple[Metric, datetime]] = Counter()
    for entry in found:
        minute = datetime.fromtimestamp(entry["timestamp"] // 60_000 * 60, UTC).replace(tzinfo=None)
        counts.update((Metric("AWS/WAFV2", name, dimensions), minute) for name, dimensions in measures(entry, acl, region))
    for (metric, minute), count in counts.items():
        stored(watch).put(metric, Datum.of(minute, "Count", 1, count))
        evaluator.changed(watch, metric)
