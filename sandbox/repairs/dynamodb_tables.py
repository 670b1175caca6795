"""A table's identity and states.

* Tables have a TableId, and go CREATING - ACTIVE, UPDATING - ACTIVE and DELETING - gone. A table that is not ACTIVE
  cannot be updated or deleted, and one that is not there yet cannot be read or written.
  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
* A name has 3 to 255 letters, digits, and _.- characters.
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
* KMS keys are answered as ARNs, indexes with their ARN and size, and what a table does not have is left out.

moto's tables are ACTIVE at once, also in the answer of DeleteTable, and have no TableId, sizes or table class.
"""

from __future__ import annotations

import re
from typing import Any

from moto.dynamodb.exceptions import (
    DeletionProtectedException,
    MockValidationException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult
from moto.kms.models import kms_backends
from moto.moto_api._internal import mock_random

from sandbox.phases import begin, is_over, state_of

NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
IN_USE = "Attempt to change a resource which is still in use: Table is being {}: {}"
DATA_OPERATIONS = (
    "batch_get_item",
    "batch_write_item",
    "delete_item",
    "get_item",
    "put_item",
    "query",
    "scan",
    "update_item",
)


def check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise MockValidationException(
            "TableName must be at least 3 characters long and at most 255 characters long, and contain only a-z, A-Z, "
            "0-9, '_', '-', and '.'"
        )


def check_active(table: Table) -> None:
    state = state_of(table, "ACTIVE")
    if state != "ACTIVE":
        raise ResourceInUseException(IN_USE.format(state.lower().replace("updating", "updated"), table.name))


def drop_unused_attributes(table: Table) -> None:
    schemas = [table.schema, *(index.schema for index in table.all_indexes())]
    used = {key["AttributeName"] for schema in schemas for key in schema}
    table.attr = [attribute for attribute in table.attr if attribute["AttributeName"] in used]


def size_of(table: Table) -> int:
    return sum(item.size() for item in table.all_items())


def key_arn(place: Table | DynamoDBBackend, key_id: str) -> str:
    try:
        return kms_backends[place.account_id][place.region_name].describe_key(key_id).arn
    except (KeyError, AttributeError) as error:  # moto's for an alias
        raise MockValidationException(f"KMS key {key_id} does not exist.") from error


def set_encryption(table: Table, specification: dict[str, Any] | None) -> None:
    """Without a key of its own a table is encrypted with a key that AWS owns, which is not described."""
    table.sse_specification = specification
    if specification and specification.get("Enabled"):
        key_id = specification.get("KMSMasterKeyId") or table._get_default_encryption_key(table.account_id, table.region_name)
        specification["KMSMasterKeyId"] = key_arn(table, key_id)


def set_more(table: Table, request: dict[str, Any]) -> None:
    """What moto drops from a request."""
    if "SSESpecification" in request:
        set_encryption(table, dict(request["SSESpecification"]))
    for name in ("TableClass", "OnDemandThroughput"):
        if name in request:
            table.more = getattr(table, "more", {}) | {name: request[name]}


def indexes_of(table: Table, description: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The indexes that there are, as AWS describes them."""
    return {
        kind: [
            index
            | {
                "IndexArn": f"{table.table_arn}/index/{index['IndexName']}",
                "IndexSizeBytes": sum(item.size() for item in table.has_idx_items(index["IndexName"])),
                "ItemCount": len(table.has_idx_items(index["IndexName"])),
            }
            for index in description.pop(kind)
        ]
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
    }


def describe(table: Table, description: dict[str, Any]) -> dict[str, Any]:
    more = getattr(table, "more", {})
    described = description | {
        "TableId": table.table_id,
        "TableStatus": state_of(table, "ACTIVE"),
        "TableSizeBytes": size_of(table),
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0} | description["ProvisionedThroughput"],
        "TableClassSummary": {"TableClass": more["TableClass"]} if "TableClass" in more else None,
        "OnDemandThroughput": more.get("OnDemandThroughput"),
    }
    described |= indexes_of(table, described)
    if table.billing_mode == "PROVISIONED":
        del described["BillingModeSummary"]
    return {key: value for key, value in described.items() if value not in (None, [])}


def remove_deleted(backend: DynamoDBBackend) -> None:
    for name, table in list(backend.tables.items()):
        if is_over(table, "DELETING"):
            backend.tables.pop(name, None)


def current_backend(self: DynamoHandler) -> DynamoDBBackend:
    backend = dynamodb_backends[self.current_account][self.region]
    remove_deleted(backend)
    return backend


def delete_table(self: DynamoDBBackend, name: str) -> Table:
    table = self.get_table(name)
    if state_of(table, "ACTIVE") == "DELETING":
        return table
    check_active(table)
    if table.deletion_protection_enabled:
        raise DeletionProtectedException(table.name)
    begin(table, "DELETING")
    return table


def tables_named(request: dict[str, Any]) -> list[str]:
    return [request["TableName"]] if "TableName" in request else list(request.get("RequestItems", {}))


def refuse_before_active(name: str) -> None:
    operation = getattr(DynamoHandler, name)

    def checked(self: DynamoHandler) -> Any:
        for table_name in tables_named(self.body):
            table = self.dynamodb_backend.get_table(table_name)
            if state_of(table, "ACTIVE") in ("CREATING", "DELETING"):
                raise ResourceNotFoundException
        return operation(self)

    setattr(DynamoHandler, name, checked)


def apply() -> None:
    init, moto_describe, create = Table.__init__, Table.describe, DynamoHandler.create_table

    def init_with_identity(self: Table, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        self.table_id = str(mock_random.uuid4())
        begin(self, "CREATING")

    def describe_as_aws(self: Table, base_key: str = "TableDescription") -> dict[str, Any]:
        return {base_key: describe(self, moto_describe(self, base_key)[base_key])}

    def create_table(self: DynamoHandler) -> Any:
        name, backend = self.body["TableName"], self.dynamodb_backend
        check_name(name)
        if key_id := self.body.get("SSESpecification", {}).get("KMSMasterKeyId"):
            key_arn(backend, key_id)
        create(self)
        set_more(backend.tables[name], self.body)
        return DynamoResult(backend.tables[name].describe())

    Table.__init__ = init_with_identity
    Table.describe = describe_as_aws
    DynamoDBBackend.delete_table = delete_table
    DynamoHandler.dynamodb_backend = property(current_backend)  # type: ignore[assignment]
    DynamoHandler.create_table = create_table
    for name in DATA_OPERATIONS:
        refuse_before_active(name)
