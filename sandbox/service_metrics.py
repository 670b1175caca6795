"""The layer that gives CloudWatch what DynamoDB reports of the requests that it served.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
A minute's data carry the minute's time, and there is none for what did not happen, as on AWS; they come within ten seconds, or
when CloudWatch is asked, and not a minute later. S3's request metrics are off on AWS until someone configures them.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.core.utils import utcnow
from moto.iam import models

from sandbox.aws_error import Response
from sandbox.consumed_capacity import tables, units
from sandbox.gateway import CUT, Answer
from sandbox.operation import Call, Environ
from sandbox.request_log import error_code
from sandbox.watch import evaluator
from sandbox.watch.backend import stored
from sandbox.watch.metrics import Metric
from sandbox.watch.statistics import Datum

FLUSH_SECONDS = 10
THROTTLED = {"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"}

_lock = threading.Lock()

# How often a metric had a value in a minute.
Counts = Counter[tuple[Metric, str, float, datetime]]
Measure = tuple[Metric, str, float]


class ServiceMetrics:
    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def __call__(self, call: Call, environ: Environ, answer: Answer) -> Response:
        if call.service == "cloudwatch":
            self.flush()
        if call.service != "dynamodb":
            return answer(call, environ)
        start = time.perf_counter()
        response = answer(call, environ)
        milliseconds = (time.perf_counter() - start) * 1000
        if response is not CUT:
            self._count(call, list(measures(call, int(environ["CONTENT_LENGTH"]), response, milliseconds)))
        return response

    def _count(self, call: Call, measured: list[Measure]) -> None:
        if not measured:
            return
        minute = utcnow().replace(second=0, microsecond=0)
        regions = cloudwatch_backends[models.get_account_id_from(call.access_key)]
        if call.region not in regions:
            return
        with _lock:
            counts = _pending(regions[call.region])
            counts.update((*measure, minute) for measure in measured)
            if not self._timer:
                self._timer = threading.Timer(FLUSH_SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        with _lock:
            if not self._timer:
                return
            self._timer.cancel()
            self._timer = None
            for regions in list(cloudwatch_backends.values()):
                for backend in list(regions.values()):
                    _put(backend)


def _pending(backend: CloudWatchBackend) -> Counts:
    """On the backend, which a reset of the account empties."""
    return backend.__dict__.setdefault("service_metrics", Counter())


def _put(backend: CloudWatchBackend) -> None:
    counts = _pending(backend)
    for (metric, unit, value, minute), count in counts.items():
        stored(backend).put(metric, Datum.of(minute, unit, value, count))
        evaluator.changed(backend, metric)
    counts.clear()


def measures(call: Call, request_bytes: int, response: Response, milliseconds: float) -> Iterator[Measure]:
    """Metric, unit and value of what DynamoDB counts for a request; 0.1 ms is the resolution of a latency."""
    code = error_code(response)
    refused = code == "ConditionalCheckFailedException"
    if 400 <= response.status < 500 and not refused and code not in THROTTLED:
        yield _measure("UserErrors", 1)
        return
    used = tables(call.operation, call.params)
    for table in used:
        name = {"TableName": table, "Operation": call.operation}
        if refused:
            yield _measure("ConditionalCheckFailedRequests", 1, TableName=table)
        elif code:
            yield _measure("ThrottledRequests" if code in THROTTLED else "SystemErrors", 1, **name)
        else:
            yield _measure("SuccessfulRequestLatency", round(milliseconds, 1), "Milliseconds", **name)
    if used and (refused or not code):
        kind, consumed = units(call.operation, call.params, used, request_bytes, len(response.body))
        for table, number in consumed.items():
            yield _measure(f"Consumed{kind}CapacityUnits", number, TableName=table)


def _measure(name: str, value: float, unit: str = "Count", **dimensions: str) -> Measure:
    return Metric("AWS/DynamoDB", name, frozenset(dimensions.items())), unit, value
