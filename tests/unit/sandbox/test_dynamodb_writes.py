from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.dynamodb_table import create


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Threads that take turns as often as they can, so that what is not atomic is found out."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def test_one_of_many_takes_a_lock_and_no_count_is_lost(client, clock, restless_threads):
    dynamodb = client("dynamodb")
    create(dynamodb, clock)

    def take_and_count(holder: int) -> bool:
        dynamodb.update_item(
            TableName="orders",
            Key={"id": {"S": "count"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        item = {"id": {"S": "lock"}, "holder": {"N": str(holder)}}
        try:
            dynamodb.put_item(TableName="orders", Item=item, ConditionExpression="attribute_not_exists(id)")
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(take_and_count, range(40)))
    count = dynamodb.get_item(TableName="orders", Key={"id": {"S": "count"}})["Item"]["n"]["N"]
    assert (sum(taken), count) == (1, "40")
