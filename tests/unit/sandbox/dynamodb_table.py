"""A small table for the tests of DynamoDB's repairs."""

from __future__ import annotations

from typing import Any

ID = {"AttributeName": "id", "AttributeType": "S"}
TABLE = {"AttributeDefinitions": [ID], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}


def create(dynamodb: Any, clock: Any, name: str = "orders", **more: Any) -> dict[str, Any]:
    request = TABLE | {"BillingMode": "PAY_PER_REQUEST"} | more
    description = dynamodb.create_table(TableName=name, **request)["TableDescription"]
    clock.shift(1)
    return description


def put(dynamodb: Any, identifier: str, table: str = "orders", **attributes: str) -> None:
    item = {"id": {"S": identifier}} | {name: {"S": value} for name, value in attributes.items()}
    dynamodb.put_item(TableName=table, Item=item)


def identifiers(dynamodb: Any, table: str = "orders") -> list[str]:
    return sorted(item["id"]["S"] for item in dynamodb.scan(TableName=table)["Items"])
