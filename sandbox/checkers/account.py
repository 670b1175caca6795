"""The health checks of the accounts: what each asks for, and what its checkers have seen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from moto.route53.models import HealthCheck, Route53Backend, route53_backends

from sandbox.checkers.verdict import Checker

# Those that look at an endpoint; the others look at alarms and at one another.
ENDPOINT_TYPES = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
PORTS = {"HTTP": 80, "HTTPS": 443}
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
REGIONS = ("us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1")
INTERVALS = (10, 30)

Config = dict[str, Any]

# Requests, and what the daemon reports, change a health check one after the other.
lock = threading.RLock()


def backends() -> list[Route53Backend]:
    return [backend for partitions in list(route53_backends.values()) for backend in list(partitions.values())]


def known() -> Iterator[tuple[Route53Backend, HealthCheck]]:
    for backend in backends():
        yield from ((backend, check) for check in list(backend.health_checks.values()))


def config_of(check: HealthCheck) -> Config:
    return check.health_check_config  # sandbox/repairs/route53_health_checks.py


def is_checked(config: Config) -> bool:
    return config["Type"] in ENDPOINT_TYPES and not config["Disabled"]


def regions(config: Config) -> tuple[str, ...]:
    return tuple(config.get("Regions") or REGIONS)


def checkers(check: HealthCheck) -> dict[str, Checker]:
    """Those that have reported, by region."""
    return check.__dict__.setdefault("checkers", {})
