"""Point-in-time recovery brings back what was in the table at that second.

* The window begins when recovery was enabled, at most RecoveryPeriodInDays ago, and ends a moment ago (at AWS about
  five minutes, here a second). Disabling and enabling begins a new one.
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
* A time outside of the window, and a table without recovery, is refused.
  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html

moto restores the items of now, whatever is asked for, and of any table.
"""

from __future__ import annotations

import copy
import time
from datetime import UTC, datetime
from typing import Any

from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    JsonRESTError,
    MockValidationException,
    PointInTimeRecoveryUnavailable,
    ResourceNotFoundException,
    TableNotFoundException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from sandbox.repairs.dynamodb_tables import check_name
from sandbox.restores import restore, summary_of
from sandbox.table_journal import Journal

DAY = 24 * 60 * 60
LAG = 1


class Recovery:
    """Point-in-time recovery of one table, while it is on."""

    def __init__(self, days: int) -> None:
        self.enabled_at = time.time()
        self.days = days
        self.journal = Journal()

    def window(self) -> tuple[int, int]:
        """Whole seconds, which is what a request can name."""
        now = time.time()
        earliest = int(max(self.enabled_at, now - self.days * DAY))
        return earliest, max(earliest, int(now - LAG))

    def record(self, table: Table, hash_key: DynamoType, range_key: DynamoType | None, before: Item | None) -> None:
        self.journal.record(time.time(), hash_key, range_key if table.has_range_key else None, before)
        if self.journal.entries[0].time < time.time() - (self.days + 1) * DAY:
            self.journal.forget(time.time() - self.days * DAY)


def recovery_of(table: Table) -> Recovery | None:
    return getattr(table, "recovery", None)


def table_named(backend: DynamoDBBackend, name: str) -> Table:
    try:
        return backend.get_table(name)
    except ResourceNotFoundException as error:
        raise TableNotFoundException(name) from error


def describe(table: Table) -> dict[str, Any]:
    recovery = recovery_of(table)
    description: dict[str, Any] = {"PointInTimeRecoveryStatus": "ENABLED" if recovery else "DISABLED"}
    if recovery:
        earliest, latest = recovery.window()
        description |= {
            "RecoveryPeriodInDays": recovery.days,
            "EarliestRestorableDateTime": earliest,
            "LatestRestorableDateTime": latest,
        }
    return {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": description}


def update_continuous_backups(self: DynamoDBBackend, table_name: str, point_in_time_spec: dict[str, Any]) -> Any:
    table = table_named(self, table_name)
    recovery, days = recovery_of(table), point_in_time_spec.get("RecoveryPeriodInDays")
    if days is not None and not 1 <= days <= 35:
        raise MockValidationException("RecoveryPeriodInDays must be between 1 and 35")
    if not point_in_time_spec["PointInTimeRecoveryEnabled"]:
        table.recovery = None
    elif recovery is None:
        table.recovery = Recovery(days or 35)
    else:
        recovery.days = days or recovery.days
    return describe(table)


def moment_to_restore(table: Table, request: dict[str, Any]) -> float:
    recovery, given = recovery_of(table), request.get("RestoreDateTime")
    if recovery is None:
        raise PointInTimeRecoveryUnavailable(table.name)
    earliest, latest = recovery.window()
    if bool(request.get("UseLatestRestorableTime")) == (given is not None):
        raise MockValidationException("You must specify one of RestoreDateTime and UseLatestRestorableTime")
    if given is None:
        return latest
    moment = given.timestamp() if given.tzinfo else given.replace(tzinfo=UTC).timestamp()
    if not earliest <= moment <= latest:
        bounds = " and ".join(datetime.fromtimestamp(bound, UTC).isoformat() for bound in (earliest, latest))
        raise JsonRESTError(
            f"{ERROR_TYPE_PREFIX}InvalidRestoreTimeException",
            f"The restore time of table {table.name} must be between {bounds}",
        )
    return moment


def restore_table_to_point_in_time(self: DynamoHandler) -> Any:
    request, backend = self.body, self.dynamodb_backend
    source = table_named(backend, request.get("SourceTableName") or request.get("SourceTableArn", ""))
    check_name(request["TargetTableName"])
    moment = moment_to_restore(source, request)
    items = source.recovery.journal.items_at(moment, source.items)
    summary = {"RestoreDateTime": datetime.fromtimestamp(moment, UTC)}
    return DynamoResult(restore(backend, request["TargetTableName"], source, items, summary, request).describe())


def apply() -> None:
    put, delete, update, describe_table = Table.put_item, Table.delete_item, DynamoDBBackend.update_item, Table.describe

    def put_item(self: Table, item_attrs: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
        recovery = recovery_of(self)
        if recovery is None:
            return put(self, item_attrs, *args, **kwargs)
        before = stored(self, item_attrs)
        item = put(self, item_attrs, *args, **kwargs)
        recovery.record(self, item.hash_key, item.range_key, before)
        return item

    def delete_item(self: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
        item, recovery = delete(self, hash_key, range_key), recovery_of(self)
        if recovery and item is not None:
            recovery.record(self, hash_key, range_key, item)
        return item

    def update_item(self: DynamoDBBackend, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
        """moto changes the item that is there; a new one it puts."""
        table = self.get_table(table_name)
        recovery = recovery_of(table)
        before = copy.deepcopy(stored(table, key)) if recovery else None
        item = update(self, table_name, key, *args, **kwargs)
        if recovery and before is not None:
            recovery.record(table, item.hash_key, item.range_key, before)
        return item

    def describe_with_summary(self: Table, base_key: str = "TableDescription") -> dict[str, Any]:
        description = describe_table(self, base_key)
        if hasattr(self, "restore_summary"):
            description[base_key]["RestoreSummary"] = summary_of(self)
        return description

    Table.put_item, Table.delete_item, Table.describe = put_item, delete_item, describe_with_summary
    DynamoDBBackend.update_item = update_item
    DynamoDBBackend.update_continuous_backups = update_continuous_backups
    DynamoDBBackend.describe_continuous_backups = lambda self, table_name: describe(table_named(self, table_name))
    DynamoHandler.restore_table_to_point_in_time = restore_table_to_point_in_time


def stored(table: Table, attributes: dict[str, Any]) -> Item | None:
    keys = [attributes.get(name) for name in table.table_key_attrs]
    return table.get_item(*(DynamoType(key) for key in keys)) if all(keys) else None
