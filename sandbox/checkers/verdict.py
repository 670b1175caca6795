"""When a checker, and when Route 53, takes an endpoint for healthy. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
ENOUGH_PERCENT = 18


@dataclass(frozen=True)
class Report:
    passed: bool
    status: str
    at: datetime


@dataclass
class Checker:
    """What one checker has seen; an endpoint is healthy until it knows better."""

    region: str
    address: str
    healthy: bool = True
    against: int = 0
    last: Report | None = None
    failed: Report | None = None

    def take(self, report: Report, threshold: int) -> None:
        self.last = report
        if not report.passed:
            self.failed = report
        self.against = 0 if report.passed == self.healthy else self.against + 1
        if self.against >= threshold:
            self.healthy, self.against = report.passed, 0


def healthy_percent(checkers: Collection[Checker]) -> float:
    return 100 * sum(one.healthy for one in checkers) / len(checkers)


def is_healthy(checkers: Collection[Checker], inverted: bool) -> bool:
    return (healthy_percent(checkers) > ENOUGH_PERCENT) != inverted
