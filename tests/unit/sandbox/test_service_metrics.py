"""What DynamoDB reports to CloudWatch of the requests that it served."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.aws_error import Response
from sandbox.consumed_capacity import tables, units
from sandbox.operation import Call
from sandbox.service_metrics import measures

ONCE = Config(retries={"total_max_attempts": 1})
KEY = {"id": {"S": "1"}}


@pytest.fixture
def dynamodb(client):
    dynamodb = client("dynamodb", config=ONCE)
    dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName="orders", WaiterConfig={"Delay": 0.05})
    return dynamodb


@pytest.fixture
def seen(client):
    """A function that gives a metric's Sum and SampleCount of the last minutes."""
    cloudwatch = client("cloudwatch")

    def seen(name, unit="Count", since=None, **dimensions):
        now = since or datetime.now(UTC)
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/DynamoDB",
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now.replace(second=0, microsecond=0) - timedelta(minutes=2),
            EndTime=now + timedelta(minutes=2),
            Period=300,
            Statistics=["Sum", "SampleCount"],
            Unit=unit,
        )["Datapoints"]
        return (sum(point["Sum"] for point in points), sum(point["SampleCount"] for point in points))

    return seen


@pytest.fixture
def fault(endpoint_url):
    def fault(**rule):
        requests.put(f"{endpoint_url}/_sandbox/faults", json={"rules": [{"service": "dynamodb", **rule}]}, timeout=10).raise_for_status()

    return fault


def refused(call, **params):
    with pytest.raises(ClientError):
        call(**params)


def test_a_served_request_is_counted_with_its_latency_and_capacity(dynamodb, seen, fault):
    dynamodb.put_item(TableName="orders", Item={**KEY, "text": {"S": "x" * 1500}})
    fault(operation="GetItem", delay_seconds=0.1)
    dynamodb.get_item(TableName="orders", Key=KEY)
    dynamodb.get_item(TableName="orders", Key=KEY, ConsistentRead=True)
    assert seen("ConsumedWriteCapacityUnits", TableName="orders") == (2, 1)
    assert seen("ConsumedReadCapacityUnits", TableName="orders") == (1.5, 2)
    total, count = seen("SuccessfulRequestLatency", "Milliseconds", TableName="orders", Operation="GetItem")
    assert count == 2
    assert 200 <= total < 2000
    assert seen("SuccessfulRequestLatency", "Milliseconds", TableName="orders", Operation="PutItem")[1] == 1


def test_throttling_errors_of_the_service_and_of_the_user_are_counted_apart(dynamodb, seen, fault):
    fault(operation="PutItem", code="ProvisionedThroughputExceededException")
    refused(dynamodb.put_item, TableName="orders", Item=KEY)
    fault(operation="PutItem", code="InternalServerError", status=500)
    refused(dynamodb.put_item, TableName="orders", Item=KEY)
    refused(dynamodb.get_item, TableName="missing", Key=KEY)
    refused(dynamodb.describe_table, TableName="missing")
    put = {"TableName": "orders", "Operation": "PutItem"}
    assert seen("ThrottledRequests", **put) == (1, 1)
    assert seen("SystemErrors", **put) == (1, 1)
    assert seen("UserErrors") == (2, 2)
    assert seen("SuccessfulRequestLatency", "Milliseconds", **put) == (0, 0)
    assert seen("ConsumedWriteCapacityUnits", TableName="orders") == (0, 0)


def test_a_condition_that_fails_takes_capacity_and_is_no_error_of_the_user(dynamodb, seen):
    refused(dynamodb.put_item, TableName="orders", Item=KEY, ConditionExpression="attribute_exists(id)")
    assert seen("ConditionalCheckFailedRequests", TableName="orders") == (1, 1)
    assert seen("ConsumedWriteCapacityUnits", TableName="orders") == (1, 1)
    assert seen("UserErrors") == (0, 0)


def test_what_did_not_happen_has_no_metric_and_a_reset_takes_what_was_not_put_yet(client, dynamodb, endpoint_url):
    dynamodb.put_item(TableName="orders", Item=KEY)
    requests.post(f"{endpoint_url}/_sandbox/reset", timeout=10)
    assert client("cloudwatch").list_metrics()["Metrics"] == []


def test_the_emulators_clock_is_the_time_of_the_data(client, dynamodb, seen, endpoint_url):
    requests.put(f"{endpoint_url}/_sandbox/clock", json={"offset_seconds": 86400}, timeout=10)
    try:
        # The server ends connections that were idle for a day.
        client("dynamodb").put_item(TableName="orders", Item=KEY)
        tomorrow = datetime.fromtimestamp(time.time(), UTC)
        assert seen("ConsumedWriteCapacityUnits", TableName="orders", since=tomorrow) == (1, 1)
        assert seen("ConsumedWriteCapacityUnits", TableName="orders", since=tomorrow - timedelta(days=1)) == (0, 0)
    finally:
        requests.put(f"{endpoint_url}/_sandbox/clock", json={"offset_seconds": 0}, timeout=10)


def test_an_alarm_sees_them_without_anyone_asking_cloudwatch(client, dynamodb, monkeypatch):
    """The layer's own timer puts them."""
    from moto.cloudwatch.models import cloudwatch_backends

    from sandbox import service_metrics
    from sandbox.watch.backend import stored

    dynamodb.put_item(TableName="orders", Item=KEY)
    client("cloudwatch").list_metrics()  # puts what came before
    monkeypatch.setattr(service_metrics, "FLUSH_SECONDS", 0.05)
    dynamodb.delete_item(TableName="orders", Key=KEY)
    metrics = stored(cloudwatch_backends["123456789012"]["eu-central-1"])
    deadline = time.monotonic() + 5
    while not any(("Operation", "DeleteItem") in metric.dimensions for metric in metrics):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        ("Query", {"TableName": "arn:aws:dynamodb:eu-central-1:123456789012:table/a"}, {"a": 1}),
        ("BatchGetItem", {"RequestItems": {"a": {"Keys": [{}, {}]}, "b": {"Keys": [{}]}}}, {"a": 2, "b": 1}),
        ("BatchWriteItem", {"RequestItems": {"a": [{}, {}]}}, {"a": 2}),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "a"}}, {"ConditionCheck": {"TableName": "b"}}]}, {"a": 1, "b": 1}),
        ("DescribeTable", {"TableName": "a"}, {}),
    ],
)
def test_the_tables_of_a_request(operation, params, expected):
    assert tables(operation, params) == expected


@pytest.mark.parametrize(
    ("operation", "params", "request_bytes", "response_bytes", "expected"),
    [
        ("GetItem", {"TableName": "a"}, 50, 2, ("Read", {"a": 0.5})),
        ("Query", {"TableName": "a", "ConsistentRead": True}, 50, 4097, ("Read", {"a": 2})),
        ("PutItem", {"TableName": "a"}, 1025, 2, ("Write", {"a": 2})),
        ("BatchGetItem", {"RequestItems": {"a": {"Keys": [{}], "ConsistentRead": True}, "b": {"Keys": [{}]}}}, 9, 9,
         ("Read", {"a": 1, "b": 0.5})),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "a"}}, {"Delete": {"TableName": "a"}}]}, 900, 2,
         ("Write", {"a": 4})),
    ],
)  # fmt: skip
def test_the_capacity_of_a_request(operation, params, request_bytes, response_bytes, expected):
    assert units(operation, params, tables(operation, params), request_bytes, response_bytes) == expected


def test_measuring_costs_less_than_a_tenth_of_a_millisecond():
    call = Call("dynamodb", "GetItem", "eu-central-1", "AKIA", "json", {"TableName": "orders", "Key": KEY})
    response = Response(200, [], b'{"Item": {}}')
    best = min(_timed(lambda: list(measures(call, 100, response, 1.0))) for _ in range(50))
    assert best < 0.0001


def _timed(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
