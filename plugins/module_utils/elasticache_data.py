# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether caches hold data, which undo does not delete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import elasticache_serverless as serverless
from .elasticache import members, replication_groups
from .plan import Change

if TYPE_CHECKING:
    from .aws import Aws

# A metric comes every minute. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.html
LOOKED_BACK = timedelta(minutes=15)
PERIOD_SECONDS = 60


def items_in(aws: Aws, caches: Iterable[Mapping[str, str]]) -> int | None:
    """How many items caches, each by its dimensions, had at most in the last minutes; None when CloudWatch does not tell."""
    now = datetime.now(UTC)

    def most(dimensions: Mapping[str, str]) -> list[float]:
        answer = aws.call(
            "cloudwatch",
            "get_metric_statistics",
            Namespace="AWS/ElastiCache",
            MetricName="CurrItems",
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - LOOKED_BACK,
            EndTime=now,
            Period=PERIOD_SECONDS,
            Statistics=["Maximum"],
        )
        return [point["Maximum"] for point in answer["Datapoints"]]

    counts = aws.each(most, caches)
    return int(max(map(max, counts))) if counts and all(counts) else None


def why_kept(items: int | None, command: str) -> str | None:
    if items == 0:
        return None
    has = "may hold data, for CloudWatch does not tell how many items it has" if items is None else f"had items a moment ago ({items})"
    return f"was made by this run and {has}: delete it yourself when nothing needs it, with a last snapshot: {command}"


def holds(aws: Aws, name: str, group: Mapping[str, Any]) -> str | None:
    """Why a replication group is not deleted, and how to do it by hand; None when it is empty."""
    command = (
        f"aws elasticache delete-replication-group --region {aws.region} --replication-group-id {name} "
        f"--final-snapshot-identifier {name}-final"
    )
    return why_kept(items_in(aws, [{"CacheClusterId": one, "CacheNodeId": "0001"} for one in group.get("MemberClusters") or []]), command)


def serverless_holds(aws: Aws, name: str) -> str | None:
    """The same of a serverless cache."""
    command = (
        f"aws elasticache delete-serverless-cache --region {aws.region} --serverless-cache-name {name} --final-snapshot-name {name}-final"
    )
    return why_kept(items_in(aws, [{"clusterId": name}]), command)


def kept_by_data(aws: Aws, change: Change, uses: Callable[[Mapping[str, Any]], bool]) -> str | None:
    """For undo: what a replication group uses that holds data, and so stays, stays too. `uses` is asked of the group and its cluster."""
    if change.after is not None:
        return None
    found, one_of = replication_groups(aws), members(aws)
    users = [name for name, group in found.items() if uses({**one_of.get(name, {}), **group}) and holds(aws, name, group)]
    return stays(users)


def stays(users: list[str]) -> str | None:
    return f"is used by {', '.join(users)}, which may hold data and so stays" if users else None


def kept_by_users(aws: Aws, change: Change, user_groups: Iterable[str]) -> str | None:
    """The same of user groups, which serverless caches use too."""
    names = set(user_groups)
    if change.after is not None or not names:
        return None
    if found := kept_by_data(aws, change, lambda group: bool(names & {*(group.get("UserGroupIds") or [])})):
        return found
    users = [name for name, cache in serverless.there(aws).items() if cache.get("UserGroupId") in names and serverless_holds(aws, name)]
    return stays(users)
