"""Time to live and tags of a table.

* Time to live is enabled and disabled in two steps, and not twice. To change its attribute it is disabled first.
  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
* A tag has one value.
  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html

moto accepts any change of the first, and adds a second value to a tag. Expired items stay, as they may for days at AWS.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from sandbox.phases import begin, state_of


def ttl_switch(table: Table) -> SimpleNamespace:
    return table.__dict__.setdefault("ttl_switch", SimpleNamespace())


def describe_time_to_live(self: DynamoDBBackend, table_name: str) -> dict[str, Any]:
    table = self.get_table(table_name)
    return table.ttl | {"TimeToLiveStatus": state_of(ttl_switch(table), table.ttl["TimeToLiveStatus"])}


def update_time_to_live(self: DynamoDBBackend, table_name: str, ttl_spec: dict[str, Any]) -> None:
    table = self.get_table(table_name)
    now, wanted = describe_time_to_live(self, table_name), "ENABLED" if ttl_spec["Enabled"] else "DISABLED"
    if now["TimeToLiveStatus"].endswith("ING"):
        raise MockValidationException("Time to live has been modified multiple times within a fixed interval")
    if now.get("AttributeName", ttl_spec["AttributeName"]) != ttl_spec["AttributeName"]:
        raise MockValidationException(f"TimeToLive is active on a different AttributeName: current AttributeName is {now['AttributeName']}")
    if now["TimeToLiveStatus"] == wanted:
        raise MockValidationException(f"TimeToLive is already {wanted.lower()}")
    attribute = {"AttributeName": ttl_spec["AttributeName"]} if ttl_spec["Enabled"] else {}
    table.ttl = {"TimeToLiveStatus": wanted} | attribute
    begin(ttl_switch(table), wanted.replace("ED", "ING"))


def tagged(backend: DynamoDBBackend, arn: str) -> Table:
    table = next((table for table in backend.tables.values() if table.table_arn == arn), None)
    if table is None:
        raise ResourceNotFoundException(f"Requested resource not found: ResourcArn: {arn} not found")
    return table


def tag_resource(self: DynamoDBBackend, arn: str, tags: dict[str, str]) -> None:
    table = tagged(self, arn)
    merged = {tag["Key"]: tag["Value"] for tag in table.tags} | tags
    table.tags = [{"Key": key, "Value": value} for key, value in merged.items()]


def apply() -> None:
    untag = DynamoDBBackend.untag_resource

    def untag_resource(self: DynamoDBBackend, arn: str, tag_keys: list[str]) -> None:
        tagged(self, arn)
        untag(self, arn, tag_keys)

    DynamoDBBackend.describe_time_to_live = describe_time_to_live
    DynamoDBBackend.update_time_to_live = update_time_to_live
    DynamoDBBackend.tag_resource, DynamoDBBackend.untag_resource = tag_resource, untag_resource
