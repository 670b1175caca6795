"""A table made from another one's definition and items.

Indexes, capacity and encryption come along and can be overridden; tags, TTL, streams, deletion protection and
point-in-time recovery do not.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.Tutorial.html
"""

from __future__ import annotations

import copy
from typing import Any

from moto.dynamodb.exceptions import TableAlreadyExistsException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import SecondaryIndex, Table

from sandbox.phases import state_of
from sandbox.repairs.dynamodb_tables import drop_unused_attributes

INDEX_KEYS = ("IndexName", "KeySchema", "Projection")


def definition(index: SecondaryIndex, provisioned: bool) -> dict[str, Any]:
    keys = (*INDEX_KEYS, "ProvisionedThroughput") if provisioned else INDEX_KEYS
    return {key: copy.deepcopy(value) for key, value in index.describe().items() if key in keys}


def restore(
    backend: DynamoDBBackend,
    name: str,
    source: Table,
    items: dict[Any, Any],
    summary: dict[str, Any],
    overrides: dict[str, Any],
) -> Table:
    if name in backend.tables:
        raise TableAlreadyExistsException(name)
    billing_mode = overrides.get("BillingModeOverride", source.billing_mode)
    provisioned = billing_mode == "PROVISIONED"
    indexes = [definition(index, provisioned) for index in source.global_indexes]
    local = [definition(index, provisioned) for index in source.indexes]
    table = Table(
        name,
        account_id=backend.account_id,
        region=backend.region_name,
        schema=copy.deepcopy(source.schema),
        attr=copy.deepcopy(source.attr),
        throughput=overrides.get("ProvisionedThroughputOverride", dict(source.throughput)) if provisioned else None,
        billing_mode=billing_mode,
        global_indexes=overrides.get("GlobalSecondaryIndexOverride", indexes),
        indexes=overrides.get("LocalSecondaryIndexOverride", local),
        sse_specification=overrides.get("SSESpecificationOverride", copy.deepcopy(source.sse_specification)),
    )
    table.items = items
    table.more = dict(getattr(source, "more", {}))
    table.restore_summary = summary | {"SourceTableArn": source.table_arn}
    drop_unused_attributes(table)
    backend.tables[name] = table
    return table


def summary_of(table: Table) -> dict[str, Any]:
    return table.restore_summary | {"RestoreInProgress": state_of(table, "ACTIVE") == "CREATING"}
