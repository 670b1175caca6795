# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags, between AWS's lists and dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .lists import batches
from .plan import Call, Calls, Change

# https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
LISTED_AT_ONCE = 100


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def as_dict(tags: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def listed_tags(aws: Any, arns: Iterable[str]) -> dict[str, dict[str, str]]:
    """The tags by ARN, as far as GetResources knows of them, which follows a change after a while only; one request for 100."""

    def page(some: list[str]) -> list[dict[str, Any]]:
        return aws.call("resourcegroupstaggingapi", "get_resources", ResourceARNList=some)["ResourceTagMappingList"]

    answers = aws.each(page, batches(arns, LISTED_AT_ONCE))
    return {one["ResourceARN"]: as_dict(one["Tags"]) for answer in answers for one in answer}


def lacks(tags: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return bool(wanted.items() - tags.items())


def tag_changes(change: Change) -> tuple[dict[str, str], dict[str, str]]:
    """The tags that go, and those that are new or have another value."""
    before, after = (change.before or {}).get("tags", {}), (change.after or {}).get("tags", {})
    gone = {name: value for name, value in before.items() if name not in after}
    return gone, {name: value for name, value in after.items() if before.get(name) != value}


def tag_calls(change: Change, arn: str, key: str = "ResourceARN") -> Calls:
    """What brings the tags of something that exists from before to after; for services that write tags as a list."""
    gone, new = tag_changes(change)
    if gone:
        yield Call("untag_resource", {key: arn, "TagKeys": sorted(gone)})
    if new:
        yield Call("tag_resource", {key: arn, "Tags": as_list(new)})
