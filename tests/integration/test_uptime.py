"""A site is asked from outside whether it is there: the role, the checkers of the sandbox, and what CloudWatch is told."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.place import Place, Run, until
from tests.site import Site, serving

pytestmark = pytest.mark.timeout(900)
DAY_SECONDS = 86400


class Probed:
    """A site of the test's own, which comes and goes, and its health check."""

    def __init__(self, place: Place, port: int) -> None:
        self.place = place
        self.port = port
        self.declared = {
            **{"name": "site", "fqdn": "site.localhost", "port": port, "type": "HTTP", "path": "/health"},
            **{"request_interval_seconds": 10, "failure_threshold": 3, "measure_latency": True},
            "regions": ["us-east-1", "eu-west-1", "sa-east-1"],
        }

    def run(self, *arguments: str, **changed: Any) -> Run:
        declared = [{**self.declared, **changed}]
        return self.place.playbook("short_term", "--tags", "uptime", "--skip-tags", "always", *arguments, uptime_health_checks=declared)

    def claims(self) -> dict[str, str]:
        """The state of each claim, as `verify` finds it now."""
        self.place.playbook("verify", "--tags", "uptime", phase="short_term", uptime_health_checks=[self.declared])
        evidence = json.loads((self.place.evidence / "primary/uptime.json").read_text())
        return {claim["id"]: claim["state"] for claim in evidence}

    @property
    def uid(self) -> str:
        (one,) = self.place.client("route53").list_health_checks()["HealthChecks"]
        return one["Id"]

    def reports(self) -> dict[str, dict[str, Any]]:
        found = self.place.client("route53").get_health_check_status(HealthCheckId=self.uid)["HealthCheckObservations"]
        return {one["Region"]: one["StatusReport"] for one in found}

    def all_say(self, word: str) -> bool:
        reports = self.reports().values()
        return len(reports) == 3 and all(one["Status"].startswith(word) for one in reports)

    def metric(self, name: str, statistic: str, period: int = DAY_SECONDS) -> float:
        """Of the newest period that has any data."""
        now = datetime.now(UTC)
        (found,) = self.place.client("cloudwatch", "us-east-1").get_metric_data(
            StartTime=now - timedelta(seconds=100 * period),
            EndTime=now + timedelta(seconds=period),
            MetricDataQueries=[
                {
                    "Id": "asked",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "AWS/Route53",
                            "MetricName": name,
                            "Dimensions": [{"Name": "HealthCheckId", "Value": self.uid}],
                        },
                        "Period": period,
                        "Stat": statistic,
                    },
                }
            ],
        )["MetricDataResults"]
        return found["Values"][0]

    def is_healthy(self) -> bool:
        return self.metric("HealthCheckStatus", "Minimum", period=1) == 1


@pytest.fixture
def probed(place: Place) -> Iterator[Probed]:
    with serving() as address:
        port = int(address.rpartition(":")[2])
    yield Probed(place, port)


def test_a_site_that_goes_away_and_comes_back_is_seen_from_outside(probed):
    site = contextlib.ExitStack()
    site.enter_context(serving(Site, probed.port))

    planned = probed.run("--check", "--diff")
    assert (planned.code, planned.planned()) == (0, {("prodready.aws.uptime", "site", "create")})
    first = probed.run()
    assert first.code == 0, first.error or first.output[-2000:]
    assert first.planned() >= {("prodready.aws.uptime", "site", "create")}
    assert probed.run().changed == 0
    assert probed.claims() == {"uptime.health_check.site": "holds", "uptime.healthy.site": "holds"}
    until(lambda: probed.all_say("Success: HTTP Status Code 200"), "every checker has seen the site")
    assert probed.is_healthy()
    assert probed.metric("HealthCheckStatus", "Average") == 1
    assert probed.metric("ConnectionTime", "Average") > 0 and probed.metric("TimeToFirstByte", "Average") > 0

    site.close()
    until(lambda: not probed.is_healthy(), "Route 53 takes the site for unhealthy")
    assert probed.all_say("Failure: Resolved IP: 127.0.0.1. The connection failed")
    assert probed.claims() == {"uptime.health_check.site": "holds", "uptime.healthy.site": "fails"}
    # A checker needs three results in a row to find it gone, and its checks until then still count as healthy.
    assert probed.metric("HealthCheckPercentageHealthy", "Minimum") == 0
    assert 0 < probed.metric("HealthCheckStatus", "Average") < 1

    with serving(Site, probed.port):
        until(probed.is_healthy, "Route 53 takes the site for healthy again")
        asked = probed.metric("HealthCheckStatus", "SampleCount")
        until(lambda: probed.metric("HealthCheckStatus", "SampleCount") >= asked + 6, "each request is a datum")
        assert probed.claims()["uptime.healthy.site"] == "holds"

        # The part that asks is restarted, and goes on.
        os.kill(probed.place.state["parts"]["checkers"]["pid"], signal.SIGKILL)
        killed = datetime.now(UTC)
        until(lambda: min(one["CheckedTime"] for one in probed.reports().values()) > killed, "all regions ask again")

        # What it sees has the emulator's time.
        probed.place.control("PUT", "clock", {"offset_seconds": 2 * DAY_SECONDS})
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        until(lambda: min(one["CheckedTime"] for one in probed.reports().values()) > tomorrow, "reports are of the day after tomorrow")
        probed.place.control("PUT", "clock", {"offset_seconds": 0})

    (run,) = {line["run"] for line in probed.place.journal() if line["module"].endswith("route53_health_checks")}
    undone = probed.place.playbook("undo", "-e", f"run={run}")
    assert undone.code == 0, undone.error
    assert probed.place.client("route53").list_health_checks()["HealthChecks"] == []


def test_what_cannot_be_changed_is_an_error_before_anything_is(probed):
    with serving(Site, probed.port):
        assert probed.run().code == 0
        before = probed.place.client("route53").list_health_checks()["HealthChecks"]
        refused = probed.run(measure_latency=False, path="/other")
    assert refused.code and "measure_latency of a health check cannot be changed (there: True, wanted: False)" in refused.error
    assert probed.place.client("route53").list_health_checks()["HealthChecks"] == before
