"""Anomaly detectors: put, describe, delete.

moto has none of them. AWS trains a model of up to two weeks of the metric's past; what the emulator takes for a band
is in sandbox/watch/queries.py, and excluded time ranges are kept but not excluded.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAnomalyDetector.html
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from moto.cloudwatch.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ResourceNotFoundException,
)
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from sandbox.watch.backend import Source
from sandbox.watch.metrics import Metric
from sandbox.watch.paging import page
from sandbox.watch.queries import FEWEST_TRAINING_POINTS, TRAINING
from sandbox.watch.query_validation import check_queries

PAGE = 50
_SINGLE = ("Namespace", "MetricName", "Dimensions", "Stat")


def _detectors(backend: CloudWatchBackend) -> dict[str, dict[str, Any]]:
    return backend.__dict__.setdefault("anomaly_detectors", {})


def _subject(asked: dict[str, Any]) -> dict[str, Any]:
    """What the detector is of; the parameters of a single metric may also be given beside the structure for it."""
    if math := asked.get("MetricMathAnomalyDetector"):
        if any(asked.get(name) for name in (*_SINGLE, "SingleMetricAnomalyDetector")):
            raise InvalidParameterCombination("MetricMathAnomalyDetector excludes the parameters of a single metric")
        check_queries(math["MetricDataQueries"])
        return {"MetricMathAnomalyDetector": math}
    single = asked.get("SingleMetricAnomalyDetector") or {name: asked[name] for name in _SINGLE if asked.get(name)}
    for required in ("Namespace", "MetricName", "Stat"):
        if not single.get(required):
            raise InvalidParameterValue(f"The parameter {required} is required")
    dimensions = sorted(single.get("Dimensions") or (), key=lambda pair: pair["Name"])
    return {"SingleMetricAnomalyDetector": {**single, "Dimensions": dimensions}}


def put_anomaly_detector(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    subject = _subject(asked)
    key, known = json.dumps(subject, sort_keys=True), _detectors(self.cloudwatch_backend)
    detector_id = known[key]["AnomalyDetectorId"] if key in known else str(mock_random.uuid4())
    kept = {name: asked[name] for name in ("Configuration", "MetricCharacteristics") if asked.get(name)}
    known[key] = {**subject, **subject.get("SingleMetricAnomalyDetector", {}), **kept, "AnomalyDetectorId": detector_id}
    return ActionResult({"AnomalyDetectorId": detector_id})


def describe_anomaly_detectors(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    types = asked.get("AnomalyDetectorTypes") or ["SINGLE_METRIC"]
    wanted = list(asked.get("Dimensions") or ())
    found = [
        detector
        for detector in _detectors(self.cloudwatch_backend).values()
        if ("METRIC_MATH" if "MetricMathAnomalyDetector" in detector else "SINGLE_METRIC") in types
        and asked.get("Namespace") in (None, detector.get("Namespace"))
        and asked.get("MetricName") in (None, detector.get("MetricName"))
        and detector["AnomalyDetectorId"] in (asked.get("AnomalyDetectorIds") or [detector["AnomalyDetectorId"]])
        and all(pair in detector.get("Dimensions", ()) for pair in wanted)
    ]
    size = int(asked.get("MaxResults") or PAGE)
    shown, token = page(found, size, asked.get("NextToken"), InvalidParameterValue)
    described = [{**detector, "StateValue": _state(self.cloudwatch_backend, detector)} for detector in shown]
    return ActionResult({"AnomalyDetectors": described, "NextToken": token})


def _state(backend: CloudWatchBackend, detector: dict[str, Any]) -> str:
    now, source = utcnow(), Source(backend)
    queries = detector.get("MetricMathAnomalyDetector", {}).get("MetricDataQueries", ())
    stats = [query["MetricStat"]["Metric"] for query in queries if query.get("MetricStat")]
    data = [source.between(Metric.of(m), now - TRAINING, now + timedelta(hours=2)) for m in stats or [detector]]
    points = min(map(len, data))
    if not points:
        return "PENDING_TRAINING"
    return "TRAINED" if points >= FEWEST_TRAINING_POINTS else "TRAINED_INSUFFICIENT_DATA"


def delete_anomaly_detector(self: CloudWatchResponse) -> ActionResult:
    asked, known = self._get_params(), _detectors(self.cloudwatch_backend)
    if asked.get("AnomalyDetectorId"):
        keys = [key for key, one in known.items() if one["AnomalyDetectorId"] == asked["AnomalyDetectorId"]]
    else:
        keys = [json.dumps(_subject(asked), sort_keys=True)]
    if not keys or keys[0] not in known:
        raise ResourceNotFoundException("The specified anomaly detector does not exist.")
    del known[keys[0]]
    return EmptyResult()


def apply() -> None:
    for operation in (put_anomaly_detector, describe_anomaly_detectors, delete_anomaly_detector):
        setattr(CloudWatchResponse, operation.__name__, operation)
