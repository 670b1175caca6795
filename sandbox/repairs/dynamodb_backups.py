"""On-demand backups: of all a table's settings, with its size, made in two steps, restored with what is asked for.

* https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupDescription.html
* A list is of USER backups unless another type is asked for, by time and in pages.
  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html
* A table that is deleted while point-in-time recovery is on leaves a SYSTEM backup for 35 days.
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html

moto's backups all have 123 bytes, its lists ignore every filter, and its restored tables forget billing mode and
encryption.
"""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, JsonRESTError
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Backup, Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from sandbox.phases import begin, state_of
from sandbox.repairs.dynamodb_recovery import recovery_of, table_named
from sandbox.repairs.dynamodb_tables import check_name, size_of
from sandbox.restores import restore

SYSTEM_DAYS = 35
DETAILS = (
    "TableName",
    "TableId",
    "TableArn",
    "TableSizeBytes",
    "KeySchema",
    "ProvisionedThroughput",
    "OnDemandThroughput",
    "ItemCount",
)
FEATURES = ("LocalSecondaryIndexes", "GlobalSecondaryIndexes", "SSEDescription")


def in_use(kind: str, name: str) -> JsonRESTError:
    return JsonRESTError(f"{ERROR_TYPE_PREFIX}{kind}InUseException", f"{kind} is in use: {name}")


def details(self: Backup) -> dict[str, Any]:
    expiry = {"BackupExpiryDateTime": self.creation_date_time + timedelta(days=SYSTEM_DAYS)}
    return {
        "BackupArn": self.arn,
        "BackupName": self.name,
        "BackupSizeBytes": size_of(self.table),
        "BackupStatus": state_of(self, self.status),
        "BackupType": self.type,
        "BackupCreationDateTime": self.creation_date_time,
    } | (expiry if self.type == "SYSTEM" else {})


def summary(self: Backup) -> dict[str, Any]:
    table = {"TableName": self.table.name, "TableId": self.table.table_id, "TableArn": self.table.table_arn}
    return table | details(self)


def description(self: Backup) -> dict[str, Any]:
    table = self.table.describe()["TableDescription"]
    stream = table.get("StreamSpecification")
    return {
        "BackupDetails": details(self),
        "SourceTableDetails": {
            "TableCreationDateTime": self.table.created_at,
            "BillingMode": self.table.billing_mode,
        }
        | {key: table[key] for key in DETAILS if key in table},
        "SourceTableFeatureDetails": {"TimeToLiveDescription": self.table.ttl}
        | ({"StreamDescription": stream} if stream else {})
        | {key: table[key] for key in FEATURES if key in table},
    }


def make(backend: DynamoDBBackend, table: Table, name: str, kind: str) -> Backup:
    backup = Backup(backend.account_id, backend.region_name, name, table, type_=kind)
    for passing in ("recovery", "phase"):
        backup.table.__dict__.pop(passing, None)
    begin(backup, "CREATING")
    backend.backups[backup.arn] = backup
    return backup


def create_backup(self: DynamoDBBackend, table_name: str, backup_name: str) -> Backup:
    table = table_named(self, table_name)
    if state_of(table, "ACTIVE") in ("CREATING", "DELETING"):
        raise in_use("Table", table.name)
    return make(self, table, backup_name, "USER")


def available(backend: DynamoDBBackend, backup_arn: str) -> Backup:
    backup = backend.get_backup(backup_arn)
    if state_of(backup, "AVAILABLE") == "CREATING":
        raise in_use("Backup", backup.arn)
    return backup


def is_listed(backup: Backup, request: dict[str, Any], now: datetime) -> bool:
    created, kind = backup.creation_date_time, request.get("BackupType", "USER")
    since, before = request.get("TimeRangeLowerBound"), request.get("TimeRangeUpperBound")
    return (
        request.get("TableName") in (None, backup.table.name, backup.table.table_arn)
        and kind in ("ALL", backup.type)
        and (backup.type != "SYSTEM" or created + timedelta(days=SYSTEM_DAYS) > now)
        and (since is None or created >= since.replace(tzinfo=created.tzinfo))
        and (before is None or created < before.replace(tzinfo=created.tzinfo))
    )


def list_backups(self: DynamoHandler) -> Any:
    request, backend = self.body, self.dynamodb_backend
    listed = [backup for backup in backend.backups.values() if is_listed(backup, request, utcnow())]
    arns, limit = [backup.arn for backup in listed], request.get("Limit", 100)
    last = request.get("ExclusiveStartBackupArn")
    start = arns.index(last) + 1 if last in arns else 0
    page = listed[start : start + limit]
    more = {"LastEvaluatedBackupArn": page[-1].arn} if start + limit < len(listed) else {}
    return DynamoResult({"BackupSummaries": [summary(backup) for backup in page]} | more)


def restore_table_from_backup(self: DynamoHandler) -> Any:
    request, backend = self.body, self.dynamodb_backend
    check_name(request["TargetTableName"])
    backup = available(backend, request["BackupArn"])
    items = copy.deepcopy(backup.table.items)
    origin = {"SourceBackupArn": backup.arn, "RestoreDateTime": backup.creation_date_time}
    return DynamoResult(restore(backend, request["TargetTableName"], backup.table, items, origin, request).describe())


def apply() -> None:
    Backup.details, Backup.summary, Backup.description = property(details), property(summary), property(description)
    DynamoDBBackend.create_backup = create_backup
    DynamoHandler.list_backups = list_backups
    DynamoHandler.restore_table_from_backup = restore_table_from_backup
    delete_backup, delete_table = DynamoDBBackend.delete_backup, DynamoHandler.delete_table

    def delete_available(self: DynamoDBBackend, backup_arn: str) -> Backup:
        available(self, backup_arn)
        return delete_backup(self, backup_arn)

    def delete_and_keep(self: DynamoHandler) -> Any:
        table = self.dynamodb_backend.get_table(self.body["TableName"])
        is_first = state_of(table, "ACTIVE") != "DELETING"
        answer = delete_table(self)
        if is_first and recovery_of(table):
            make(self.dynamodb_backend, table, f"{table.name}$DeletedTableBackup", "SYSTEM")
        return answer

    DynamoDBBackend.delete_backup = delete_available
    DynamoHandler.delete_table = delete_and_keep
