"""PutMetricData and ListMetrics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def cloudwatch(client):
    return client("cloudwatch")


def _put(cloudwatch, name, hours_ago=0, **dimensions):
    pairs = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    datum = {"MetricName": name, "Value": 1, "Dimensions": pairs}
    datum["Timestamp"] = datetime.now(UTC) - timedelta(hours=hours_ago)
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum])


def _listed(cloudwatch, **wanted):
    return [metric["MetricName"] for metric in cloudwatch.list_metrics(**wanted)["Metrics"]]


def test_metrics_are_listed_by_dimension_and_activity(cloudwatch):
    _put(cloudwatch, "Errors", Host="a", Route="/")
    _put(cloudwatch, "Orders", hours_ago=4, Host="b")
    assert _listed(cloudwatch) == ["Errors", "Orders"]
    assert _listed(cloudwatch, RecentlyActive="PT3H") == ["Errors"]
    assert _listed(cloudwatch, Dimensions=[{"Name": "Host"}]) == ["Errors", "Orders"]
    assert _listed(cloudwatch, Dimensions=[{"Name": "Host", "Value": "b"}]) == ["Orders"]
    assert _listed(cloudwatch, Namespace="Other") == []


def test_metrics_are_listed_by_five_hundred(cloudwatch):
    data = [{"MetricName": f"m{number:03}", "Value": 1} for number in range(501)]
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)
    first = cloudwatch.list_metrics()
    assert len(first["Metrics"]) == 500
    assert _listed(cloudwatch, NextToken=first["NextToken"]) == ["m500"]


@pytest.mark.parametrize("hours_ago", [15 * 24, -3])
def test_data_too_old_or_too_far_ahead_is_refused(cloudwatch, hours_ago):
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        _put(cloudwatch, "Errors", hours_ago=hours_ago)


def test_metrics_that_the_emulator_computes_itself_are_listed(client, cloudwatch):
    s3 = client("s3")
    s3.create_bucket(Bucket="images", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="images", Key="cat", Body=b"meow")
    assert "NumberOfObjects" in _listed(cloudwatch, Namespace="AWS/S3")
