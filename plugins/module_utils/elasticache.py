# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the resources of ElastiCache share: names, tags, and what AWS is at work on.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .plan import Call, Calls, Change, Wait
from .tags import as_dict, as_list, tag_changes

if TYPE_CHECKING:
    from .aws import Aws

SERVICE = "elasticache"
NAME = re.compile(r"[a-z](-?[a-z0-9])*")
# AWS answers so while it is at work on a resource, or on one that uses it.
BUSY = (
    *("InvalidReplicationGroupState", "InvalidCacheClusterState", "InvalidCacheParameterGroupState"),
    *("InvalidUserState", "InvalidUserGroupState", "InvalidServerlessCacheStateFault"),
)
AT_REST = ("available", "snapshotting")


def name_problem(name: str, most: int, key: str = "name") -> Iterator[str]:
    if len(name) > most or not NAME.fullmatch(name):
        yield (
            f"{key} is {name!r}; it must have 1 to {most} lower-case letters, digits and single hyphens, begin with a letter and not end "
            "with a hyphen"
        )


def deletion_problems(one: Mapping[str, Any]) -> Iterator[str]:
    """Of what holds data, and is deleted with a snapshot of it or with none."""
    if (one["state"] == "absent") != (one["final_snapshot"] is not None):
        yield "final_snapshot is given with state absent, and with it only; an empty one gives up the data"
    if one["final_snapshot"]:
        yield from name_problem(one["final_snapshot"], 255, "final_snapshot")


def same_list(key: str, values: list[str] | None) -> Iterator[str]:
    if values is not None and len(set(values)) < len(values):
        yield f"{key} has one twice: {', '.join(values)}"


def arn(aws: Aws, kind: str, name: str) -> str:
    return aws.arn(SERVICE, f"{kind}:{name}")


def tags_of(aws: Aws, kind: str, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """The tags by name; one request each."""

    def ask(name: str) -> dict[str, str]:
        answer = aws.patiently(SERVICE, Call("list_tags_for_resource", {"ResourceName": arn(aws, kind, name)}, again=BUSY))
        return as_dict(answer.get("TagList") or [])

    names = list(names)
    return dict(zip(names, aws.each(ask, names), strict=True))


def tag_calls(change: Change, resource: str) -> Calls:
    gone, new = tag_changes(change)
    if gone:
        yield Call("remove_tags_from_resource", {"ResourceName": resource, "TagKeys": sorted(gone)}, again=BUSY)
    if new:
        yield Call("add_tags_to_resource", {"ResourceName": resource, "Tags": as_list(new)}, again=BUSY)


def replication_groups(aws: Aws) -> dict[str, dict[str, Any]]:
    return {one["ReplicationGroupId"]: one for one in aws.pages(SERVICE, "describe_replication_groups", "ReplicationGroups")}


def members(aws: Aws) -> dict[str, dict[str, Any]]:
    """One cache cluster of each replication group, by the group's name; in most of what they tell, all are alike."""
    found = aws.pages(SERVICE, "describe_cache_clusters", "CacheClusters")
    return {one["ReplicationGroupId"]: one for one in reversed(found) if one.get("ReplicationGroupId")}


def available(name: str) -> Wait:
    return Wait(
        "replication_group_settled",
        {"ReplicationGroupId": name},
        until=f"replication group {name} is available and nothing is pending",
        look="ReplicationGroups[0].Status",
    )


def logs_delivered(name: str) -> Wait:
    return Wait(
        "logs_delivered",
        {"ReplicationGroupId": name},
        until=f"the logs of replication group {name} are delivered",
        look="ReplicationGroups[0].LogDeliveryConfigurations[].[LogType, Status, Message]",
    )


def gone(name: str) -> Wait:
    return Wait("replication_group_gone", {"ReplicationGroupId": name}, until=f"replication group {name} is gone")


def awaited(aws: Aws, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The replication groups of these names, once AWS is not at work on them, so that what is read is what lasts."""
    return at_rest(aws, names, replication_groups, available, gone)


def at_rest(
    aws: Aws,
    names: Iterable[str],
    there: Callable[[Aws], dict[str, dict[str, Any]]],
    available: Callable[[str], Wait],
    gone: Callable[[str], Wait],
) -> dict[str, dict[str, Any]]:
    """Those of these names that are `there`, once AWS is not at work on them."""
    names = list(names)
    found = there(aws)
    at_work = {name: found[name]["Status"] for name in names if name in found and found[name]["Status"] not in AT_REST}
    if at_work:
        aws.each(lambda name: aws.send(SERVICE, gone(name) if at_work[name] == "deleting" else available(name)), at_work)
        found = there(aws)
    return {name: found[name] for name in names if name in found}
