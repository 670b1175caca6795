"""DescribeEvents of ElastiCache, which moto lacks: the last hour's, or as far back as 14 days.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeEvents.html
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.utils import utcnow

from sandbox.cache.account import Account
from sandbox.cache.faults import combination
from sandbox.cache.serving import Asked, serve

MINUTES = 60
KEPT = timedelta(days=14)


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    if asked.get("SourceIdentifier") and not asked.get("SourceType"):
        raise combination("SourceType must be specified when SourceIdentifier is.")
    end = _naive(asked.get("EndTime")) or utcnow()
    start = _naive(asked.get("StartTime")) or end - timedelta(minutes=asked.get("Duration") or MINUTES)
    start = max(start, utcnow() - KEPT)
    found = [event for event in account.events if start <= event.at <= end]
    for member, wanted in (("source", asked.get("SourceIdentifier")), ("kind", asked.get("SourceType"))):
        found = [event for event in found if not wanted or getattr(event, member) == wanted]
    rows = [{"SourceIdentifier": event.source, "SourceType": event.kind, "Message": event.message, "Date": event.at} for event in found]
    return {"Events": rows}


def _naive(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment


def apply() -> None:
    serve(paged=True, describe_events=describe)
