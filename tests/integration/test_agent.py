"""From a line that a service prints to the metric of a metric filter, with real processes."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.place import Place

DEADLINE_SECONDS = 30
GROUP = "/shop/application"
SERVICE = """
[Service]
Type=oneshot
ExecStart=/bin/echo '{"level": "error", "message": "no stock"}'
"""


def test_what_a_host_logs_becomes_a_metric(place: Place) -> None:
    logs = place.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.put_metric_filter(
        logGroupName=GROUP,
        filterName="errors",
        filterPattern='{ $.level = "error" }',
        metricTransformations=[{"metricNamespace": "Shop", "metricName": "LogErrors", "metricValue": "1"}],
    )
    root = place.folder / "hosts/app2"
    unit = root / "etc/systemd/system/fails.service"
    unit.parent.mkdir(parents=True, exist_ok=True)
    unit.write_text(SERVICE)
    subprocess.run([root / "bin/systemctl", "start", "fails"], check=True, timeout=30)

    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (points := _points(place.client("cloudwatch"))):
        assert time.monotonic() < deadline, f"no metric within {DEADLINE_SECONDS} s"
        time.sleep(0.1)
    assert sum(point["Sum"] for point in points) == 1
    streams = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["app2"]


def _points(cloudwatch: Any) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    window = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(minutes=5)}
    return cloudwatch.get_metric_statistics(Namespace="Shop", MetricName="LogErrors", Period=60, Statistics=["Sum"], **window)["Datapoints"]
