"""An export is of the table at its ExportTime, and lies in the bucket under its own id.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html

moto needs the optional S3Prefix and TableArn, exports the items of now and puts the whole ARN of the table into that
of the export. The manifests are not written, and incremental exports not made.
"""

from __future__ import annotations

import copy
import time
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import gzip_compress, utcnow
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    JsonRESTError,
    MockValidationException,
    PointInTimeRecoveryUnavailable,
    TableNotFoundException,
)
from moto.dynamodb.models.table_export import TableExport
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler
from moto.moto_api._internal import mock_random

from sandbox.repairs.dynamodb_recovery import recovery_of
from sandbox.repairs.dynamodb_tables import size_of

DEFAULT_PAGE = 25


def run(self: TableExport) -> None:
    from moto.s3.models import s3_backends

    try:
        items = "".join(dynamo_json_dump(item.to_json("Item")) + "\n" for item in self.table.all_items())
        key = "/".join(filter(None, (self.s3_prefix, "AWSDynamoDB", self.id, "data", f"{mock_random.uuid4()}.json.gz")))
        s3_backends[self.account_id][self.partition].put_object(self.s3_bucket, key, gzip_compress(items.encode()))
        self.item_count, self.processed_bytes = len(self.table), size_of(self.table)
        self.status = "COMPLETED"
    except Exception as error:
        self.status, self.failure_code = "FAILED", getattr(error, "code", "UNKNOWN").replace("NoSuch", "S3NoSuch")
        self.failure_message = str(error)
    self.ended_at = utcnow()


def describe(export: TableExport) -> dict[str, Any]:
    described = export.response() | {
        "TableId": export.table.table_id,
        "StartTime": export.started_at,
        "EndTime": getattr(export, "ended_at", None),
        "ExportTime": export.time,
        "S3SseAlgorithm": "AES256",
    }
    return {key: value for key, value in described.items() if value is not None}


def export_table_to_point_in_time(self: DynamoHandler) -> Any:
    request, backend = self.body, self.dynamodb_backend
    table = next((table for table in backend.tables.values() if table.table_arn == request["TableArn"]), None)
    if table is None:
        raise TableNotFoundException(request["TableArn"])
    recovery = recovery_of(table)
    if recovery is None:
        raise PointInTimeRecoveryUnavailable(table.name)
    if request.get("ExportType", "FULL_EXPORT") != "FULL_EXPORT":
        raise MockValidationException("The sandbox makes full exports only.")
    now = time.time()
    moment = request["ExportTime"].replace(tzinfo=UTC).timestamp() if "ExportTime" in request else now
    if not recovery.window()[0] <= moment <= now:
        raise JsonRESTError(
            f"{ERROR_TYPE_PREFIX}InvalidExportTimeException",
            f"The export time of table {table.name} must be between the earliest restorable time and now",
        )
    snapshot = copy.copy(table)
    snapshot.items = recovery.journal.items_at(moment, table.items)
    export = TableExport(
        s3_bucket=request["S3Bucket"],
        s3_prefix=request.get("S3Prefix"),
        region_name=backend.region_name,
        account_id=request.get("S3BucketOwner", backend.account_id),
        table=snapshot,
        export_format=request.get("ExportFormat", "DYNAMODB_JSON"),
        export_type="FULL_EXPORT",
    )
    export.id = f"{int(now * 1000):014d}-{mock_random.get_random_hex(8)}"
    export.arn = f"{table.table_arn}/export/{export.id}"
    export.started_at, export.time = utcnow(), datetime.fromtimestamp(moment, UTC)
    backend.table_exports[export.arn] = export
    answer = ActionResult({"ExportDescription": describe(export)})
    export.start()
    return answer


def list_exports(self: DynamoHandler) -> Any:
    arn, limit = self.body.get("TableArn"), self.body.get("MaxResults", DEFAULT_PAGE)
    start = int(self.body.get("NextToken", 0))
    exports = [e for e in self.dynamodb_backend.table_exports.values() if arn in (None, e.table.table_arn)]
    more = {"NextToken": str(start + limit)} if start + limit < len(exports) else {}
    summaries = [
        {"ExportArn": export.arn, "ExportStatus": export.status, "ExportType": export.export_type}
        for export in exports[start : start + limit]
    ]
    return ActionResult({"ExportSummaries": summaries} | more)


def describe_export(self: DynamoHandler) -> Any:
    export = self.dynamodb_backend.table_exports.get(self.body["ExportArn"])
    if export is None:
        raise JsonRESTError(f"{ERROR_TYPE_PREFIX}ExportNotFoundException", f"Export not found: {self.body['ExportArn']}")
    return ActionResult({"ExportDescription": describe(export)})


def apply() -> None:
    TableExport.run = run
    for operation in (export_table_to_point_in_time, describe_export, list_exports):
        setattr(DynamoHandler, operation.__name__, operation)
