"""UpdateTable: one change at a time, of an ACTIVE table, to something else than it has.

An index is created and deleted in two steps; a table that becomes provisioned needs its throughput; encryption, table
class and on-demand limits can be changed.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html

moto ignores SSESpecification, TableClass and OnDemandThroughput, and crashes on an index that is or is not there.
"""

from __future__ import annotations

import copy
from typing import Any

from moto.core.utils import utcnow
from moto.dynamodb.exceptions import JsonRESTError, MockValidationException, ResourceNotFoundException
from moto.dynamodb.models.table import GlobalSecondaryIndex, Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from sandbox.phases import begin, is_over, state_of
from sandbox.repairs.dynamodb_tables import check_active, drop_unused_attributes, set_more

CHANGES = (
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexUpdates",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "ReplicaUpdates",
    "SSESpecification",
    "StreamSpecification",
    "TableClass",
    "WarmThroughput",
)
UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")


def check_throughput(table: Table, request: dict[str, Any]) -> None:
    mode, throughput = request.get("BillingMode", table.billing_mode), request.get("ProvisionedThroughput")
    if mode == "PAY_PER_REQUEST" and throughput:
        raise MockValidationException(
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be "
            "specified when BillingMode is PAY_PER_REQUEST"
        )
    if mode == "PROVISIONED" and table.billing_mode != mode and not throughput:
        raise MockValidationException(
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
            "specified when BillingMode is PROVISIONED"
        )
    if throughput and mode == table.billing_mode and all(throughput[unit] == table.throughput[unit] for unit in UNITS):
        raise MockValidationException(
            "The provisioned throughput for the table will not change. The requested value equals the current value."
        )


def check_indexes(table: Table, request: dict[str, Any]) -> None:
    updates = [(kind, index) for update in request.get("GlobalSecondaryIndexUpdates", []) for kind, index in update.items()]
    present = {index.name for index in table.global_indexes}
    defined = {attribute["AttributeName"] for attribute in request.get("AttributeDefinitions", table.attr)}
    for kind, index in updates:
        if kind == "Create" and index["IndexName"] in present:
            raise MockValidationException(f"Attempting to create an index which already exists: {index['IndexName']}")
        if kind != "Create" and index["IndexName"] not in present:
            raise ResourceNotFoundException
        missing = [k["AttributeName"] for k in index.get("KeySchema", []) if k["AttributeName"] not in defined]
        if missing:
            raise MockValidationException(
                "One or more parameter values were invalid: Some index key attributes are not defined in "
                f"AttributeDefinitions. Keys: {missing}, AttributeDefinitions: {sorted(defined)}"
            )
    if sum(kind in ("Create", "Delete") for kind, _ in updates) > 1:
        raise JsonRESTError(
            "com.amazonaws.dynamodb.v20120810#LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        )


def check(table: Table, request: dict[str, Any]) -> None:
    if not any(name in request for name in CHANGES):
        raise MockValidationException(f"At least one of {', '.join(CHANGES)} is required")
    check_active(table)
    check_throughput(table, request)
    check_indexes(table, request)


def set_billing(table: Table, request: dict[str, Any]) -> None:
    if request.get("BillingMode") == "PAY_PER_REQUEST" and table.billing_mode != "PAY_PER_REQUEST":
        for throttled in (table, *table.global_indexes):
            throttled.throughput = dict.fromkeys(UNITS, 0)
        table.on_demand_since = utcnow()


def update_table(self: DynamoHandler) -> Any:
    request, table = self.body, self.dynamodb_backend.get_table(self.body["TableName"])
    check(table, request)
    before = {index.name: index for index in table.global_indexes}
    set_billing(table, request)
    moto_update(self)
    set_more(table, request)
    begin(table, "UPDATING")
    now = {index.name: index for index in table.global_indexes}
    for name in now.keys() - before.keys():
        begin(now[name], "CREATING")
    for name in before.keys() - now.keys():
        leaving = copy.copy(before[name])
        begin(leaving, "DELETING")
        table.leaving_indexes = [leaving]
    drop_unused_attributes(table)
    return DynamoResult(table.describe())


moto_update = DynamoHandler.update_table


def apply() -> None:
    DynamoHandler.update_table = update_table
    describe_index, describe_table = GlobalSecondaryIndex.describe, Table.describe

    def describe_state(self: GlobalSecondaryIndex) -> dict[str, Any]:
        state = state_of(self, "ACTIVE")
        return describe_index(self) | {"IndexStatus": state} | ({"Backfilling": True} if state == "CREATING" else {})

    def describe_leaving(self: Table, base_key: str = "TableDescription") -> dict[str, Any]:
        answer = describe_table(self, base_key)
        leaving = [i.describe() for i in getattr(self, "leaving_indexes", []) if not is_over(i, "DELETING")]
        if leaving:
            answer[base_key].setdefault("GlobalSecondaryIndexes", []).extend(leaving)
        if since := getattr(self, "on_demand_since", None):
            answer[base_key]["BillingModeSummary"] = {
                "BillingMode": self.billing_mode,
                "LastUpdateToPayPerRequestDateTime": since,
            }
        return answer

    GlobalSecondaryIndex.describe = describe_state
    Table.describe = describe_leaving
