"""Anomaly detectors."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

LATENCY = {"Namespace": "Shop", "MetricName": "Latency", "Stat": "Average"}


@pytest.fixture
def cloudwatch(client):
    return client("cloudwatch")


def test_a_detector_is_put_once_and_deleted(cloudwatch):
    for zone in ("UTC", "Europe/Berlin"):
        cloudwatch.put_anomaly_detector(SingleMetricAnomalyDetector=LATENCY, Configuration={"MetricTimezone": zone})
    [detector] = cloudwatch.describe_anomaly_detectors(Namespace="Shop")["AnomalyDetectors"]
    assert detector["Configuration"] == {"MetricTimezone": "Europe/Berlin"}
    assert (detector["MetricName"], detector["StateValue"]) == ("Latency", "PENDING_TRAINING")
    cloudwatch.delete_anomaly_detector(**LATENCY)
    assert cloudwatch.describe_anomaly_detectors()["AnomalyDetectors"] == []


def test_a_detector_with_data_is_trained(cloudwatch):
    cloudwatch.put_anomaly_detector(**LATENCY)
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Latency", "Value": 1}] * 3)
    [detector] = cloudwatch.describe_anomaly_detectors()["AnomalyDetectors"]
    assert detector["StateValue"] == "TRAINED"


def test_a_detector_of_metric_math_is_listed_when_asked_for(cloudwatch):
    stat = {"Metric": {"Namespace": "Shop", "MetricName": "Errors"}, "Period": 60, "Stat": "Sum"}
    queries = [{"Id": "m1", "MetricStat": stat, "ReturnData": False}, {"Id": "e1", "Expression": "m1 * 2"}]
    cloudwatch.put_anomaly_detector(MetricMathAnomalyDetector={"MetricDataQueries": queries})
    assert cloudwatch.describe_anomaly_detectors()["AnomalyDetectors"] == []
    assert len(cloudwatch.describe_anomaly_detectors(AnomalyDetectorTypes=["METRIC_MATH"])["AnomalyDetectors"]) == 1


def test_a_detector_that_is_not_there_cannot_be_deleted(cloudwatch):
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        cloudwatch.delete_anomaly_detector(**LATENCY)
