"""What Route 53 reports to CloudWatch, all of it in us-east-1.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow

from sandbox.checkers.verdict import Checker, healthy_percent, is_healthy
from sandbox.watch import evaluator
from sandbox.watch.backend import stored
from sandbox.watch.metrics import Metric
from sandbox.watch.statistics import Datum

NAMESPACE, REGION = "AWS/Route53", "us-east-1"


def measures(checkers: Mapping[str, Checker], inverted: bool, latency: Mapping[str, float]) -> Iterator[tuple[str, float, str]]:
    yield "HealthCheckStatus", float(is_healthy(checkers.values(), inverted)), "None"
    yield "HealthCheckPercentageHealthy", healthy_percent(checkers.values()), "Percent"
    for name, milliseconds in latency.items():
        yield name, milliseconds, "Milliseconds"


def put(account: str, health_check: str, checkers: Mapping[str, Checker], inverted: bool, latency: Mapping[str, float]) -> None:
    backend, now = cloudwatch_backends[account][REGION], utcnow().replace(microsecond=0)
    for name, value, unit in measures(checkers, inverted, latency):
        metric = Metric(NAMESPACE, name, frozenset({("HealthCheckId", health_check)}))
        stored(backend).put(metric, Datum.of(now, unit, value))
        evaluator.changed(backend, metric)
