"""WAF logs on their way to the log group or the bucket that a logging configuration names.

https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
https://docs.aws.amazon.com/waf/latest/developerguide/logging-s3.html
"""

from __future__ import annotations

import gzip
import json
import logging
from datetime import UTC, datetime
from typing import Any

from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from sandbox.waf.records import Record

log = logging.getLogger(__name__)


def deliver(records: list[Record], destination: str, acl_name: str, account_id: str, region: str) -> None:
    _, partition, service, destination_region, _, resource = destination.split(":", 5)
    if service == "logs":
        _to_log_group(records, resource.removeprefix("log-group:").removesuffix(":*"), acl_name, account_id, destination_region)
    elif service == "s3":
        _to_bucket(records, resource, acl_name, account_id, region, partition)
    else:
        log.warning("The WAF logs of %s are lost: %s is not emulated.", acl_name, destination)


def _to_log_group(records: list[Record], group: str, acl_name: str, account_id: str, region: str) -> None:
    logs = logs_backends[account_id][region]
    if group not in logs.groups:
        log.warning("The WAF logs of %s are lost: there is no log group %s.", acl_name, group)
        return
    stream = f"{region}_{acl_name}_0"
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    # They are told when they have ended, and have the time at which they began.
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
    by_time = sorted(records, key=lambda found: found["timestamp"])
    events: list[dict[str, Any]] = [{"timestamp": found["timestamp"], "message": _line(found)} for found in by_time]
    logs.put_log_events(group, stream, events)


def _to_bucket(records: list[Record], path: str, acl_name: str, account_id: str, region: str, partition: str) -> None:
    """AWS makes a file of five minutes; here it is one of each moment that the emulator takes the records in."""
    bucket, _, prefix = path.partition("/")
    s3 = s3_backends[account_id][partition]
    if bucket not in s3.buckets:
        log.warning("The WAF logs of %s are lost: there is no bucket %s.", acl_name, bucket)
        return
    first = datetime.fromtimestamp(records[0]["timestamp"] / 1000, UTC)
    folder = f"AWSLogs/{account_id}/WAFLogs/{region}/{acl_name}/{first:%Y/%m/%d/%H}/{first.minute // 5 * 5:02}"
    name = f"{account_id}_waflogs_{region}_{acl_name}_{first:%Y%m%dT%H%MZ}_{records[0]['timestamp']:x}.log.gz"
    key = "/".join(filter(None, (prefix.strip("/"), folder, name)))
    s3.put_object(bucket, key, gzip.compress("".join(f"{_line(found)}\n" for found in records).encode()))


def _line(found: Record) -> str:
    return json.dumps(found, separators=(",", ":"))
