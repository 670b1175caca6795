"""A write is atomic: no other one happens between its condition and its change.

Conditional writes are how a lock or a version is kept in a table.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html#WorkingWithItems.ConditionalUpdate

moto checks and writes in separate steps, which the server's threads may interleave; and when a transaction fails it
takes back what others wrote meanwhile.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models import DynamoDBBackend

WRITES = (
    "batch_execute_statement",
    "delete_item",
    "execute_statement",
    "execute_transaction",
    "put_item",
    "transact_write_items",
    "update_item",
)

# One for all tables: a write is short, and a transaction spans tables.
LOCK = threading.RLock()


def alone(write: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(write)
    def locked(*args: Any, **kwargs: Any) -> Any:
        with LOCK:
            return write(*args, **kwargs)

    return locked


def apply() -> None:
    for name in WRITES:
        setattr(DynamoDBBackend, name, alone(getattr(DynamoDBBackend, name)))
