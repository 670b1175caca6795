"""The capacity that a DynamoDB request takes, estimated: moto answers constants.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
A unit is 4 KB of items read with strong consistency or 1 KB written. The items' sizes are taken from the message that carries them, in
which names of types are counted too and, with a filter or a projection, not all that was read; so the figures follow the load and
its size, and are not a bill. Not estimated: PartiQL, and what writes
take of global indexes; a query of one counts as its table's.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

_READ_BYTES, _WRITE_BYTES = 4096, 1024
_SINGLE = {"GetItem": "Read", "Query": "Read", "Scan": "Read", "PutItem": "Write", "UpdateItem": "Write", "DeleteItem": "Write"}
_KINDS = {**_SINGLE, "BatchGetItem": "Read", "TransactGetItems": "Read", "BatchWriteItem": "Write", "TransactWriteItems": "Write"}


def tables(operation: str, params: dict[str, Any]) -> Counter[str]:
    """The tables that an operation on items names, and how many items of each."""
    if operation in _SINGLE:
        return Counter([_name(params["TableName"])]) if "TableName" in params else Counter()
    if operation == "BatchGetItem":
        return Counter({_name(table): len(asked.get("Keys", ())) for table, asked in params.get("RequestItems", {}).items()})
    if operation == "BatchWriteItem":
        return Counter({_name(table): len(asked) for table, asked in params.get("RequestItems", {}).items()})
    if operation in _KINDS:
        return Counter(_name(act["TableName"]) for item in params.get("TransactItems", ()) for act in item.values() if "TableName" in act)
    return Counter()


def units(
    operation: str, params: dict[str, Any], used: Counter[str], request_bytes: int, response_bytes: int
) -> tuple[str, dict[str, float]]:
    """Read or Write, and how much of it each table took."""
    kind = _KINDS[operation]
    block, size = (_READ_BYTES, response_bytes) if kind == "Read" else (_WRITE_BYTES, request_bytes)
    an_item = max(1, math.ceil(size / used.total() / block))
    return kind, {table: items * an_item * _factor(kind, operation, params, table) for table, items in used.items()}


def _factor(kind: str, operation: str, params: dict[str, Any], table: str) -> float:
    if operation.startswith("Transact"):
        return 2
    asked = params
    if operation == "BatchGetItem":
        asked = {_name(name): request for name, request in params["RequestItems"].items()}[table]
    return 1 if kind == "Write" or asked.get("ConsistentRead") else 0.5


def _name(table: str) -> str:
    """A table may be given by its ARN."""
    return table.rpartition("/")[2]
