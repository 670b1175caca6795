"""What really happened, back into the emulator: requests and health as metrics, and access logs in their buckets."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow

from sandbox import clock
from sandbox.plane import admin, metrics
from sandbox.plane.account import Account
from sandbox.plane.actions import targets_of
from sandbox.plane.follower import Follower
from sandbox.plane.log_delivery import LogDelivery
from sandbox.plane.metrics import Measure
from sandbox.plane.requests import Request
from sandbox.watch import evaluator
from sandbox.watch.backend import stored
from sandbox.watch.paced import period
from sandbox.watch.statistics import Datum

log = logging.getLogger(__name__)

# Where health checks are not sped up, and so many times as often as they are.
LOOK_SECONDS = 50
HEALTH_SECONDS = 60
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-file-format
LOG_SECONDS = 300
LARGEST_BYTES = 32 * 1024 * 1024

# How often a load balancer had a measure in a minute.
Counts = Counter[tuple[str, Measure, datetime]]


class Feedback:
    def __init__(self, folder: Path, speed: float, account: Callable[[], Account]) -> None:
        self._admin = folder / "admin.sock"
        self._path = folder / "access.jsonl"
        self._speed = speed
        self._account = account
        self._follower = Follower(self._path)
        self._delivery = LogDelivery()
        self._lock = threading.Lock()

    def run(self) -> None:
        """For ever."""
        every = {self._count_healthy: HEALTH_SECONDS, self._deliver: LOG_SECONDS}
        due = {act: time.monotonic() + seconds / self._speed for act, seconds in every.items()}
        while True:
            time.sleep(LOOK_SECONDS / self._speed)
            acts = [self.collect, *(act for act, at in due.items() if at <= time.monotonic())]
            due |= {act: time.monotonic() + every[act] / self._speed for act in acts[1:]}
            for act in acts:
                try:
                    act()
                except Exception:
                    log.exception("what the load balancers did was not brought back")

    def collect(self) -> None:
        """Whatever Envoy has written down by now."""
        with self._lock:
            account = self._account()
            listeners = {found.arn: (balancer, found) for balancer in account.balancers for found in balancer.listeners}
            counts: Counts = Counter()
            for entry in self._follower.entries():
                if pair := listeners.get(entry["listener"]):
                    group = account.groups.get(entry["group"] or "")
                    request = Request(entry, *pair, clock.offset(), max(1, len(group.targets)) if group else 1)
                    begin = self._beginning(request.begin.replace(tzinfo=None))
                    counts.update((request.balancer.arn, measure, begin) for measure in metrics.measures(request))
                    self._delivery.keep(request, account)
            put(counts)
            if self._follower.size > LARGEST_BYTES:
                self._path.unlink()
                admin.ask(self._admin, "/reopen_logs", "POST")

    def _count_healthy(self) -> None:
        balancers = self._account().balancers
        pairs = {(balancer.arn, group) for balancer in balancers for found in balancer.listeners for group in targets_of(found)}
        try:
            hosts = admin.clusters(self._admin) if pairs else {}
        except OSError:  # Envoy is off, or about to come back
            return
        minute, begin = utcnow().replace(second=0, microsecond=0), self._beginning(utcnow())
        for balancer, group in pairs:
            if hosts.get(group):
                put(Counter({(balancer, measure, begin): 1 for measure in metrics.no_requests(balancer, group)}))
            sick = [bool(status.get("failed_active_health_check")) for status in hosts.get(group, {}).values()]
            put(
                Counter(
                    {(balancer, measure, minute): 1 for measure in metrics.health(balancer, group, sick.count(False), sick.count(True))}
                )
            )

    def _beginning(self, at: datetime) -> datetime:
        """Of the minute, or of what stands for it in alarms that are as fast as health checks (sandbox/watch/paced.py)."""
        step = timedelta(seconds=period(60, self._speed))
        minute = at.replace(second=0, microsecond=0)
        return minute + (at - minute) // step * step

    def _deliver(self) -> None:
        with self._lock:
            self._delivery.deliver(self._account())


def put(counts: Counts) -> None:
    changed = set()
    for (arn, (metric, unit, value), minute), count in counts.items():
        _, _, _, region, account, *_ = arn.split(":")
        backend = cloudwatch_backends[account][region]
        stored(backend).put(metric, Datum.of(minute, unit, value, count))
        changed.add((backend, metric))
    for backend, metric in changed:
        evaluator.changed(backend, metric)
