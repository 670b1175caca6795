# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What ElastiCache takes of a serverless cache, and what it cannot change on one that is there. Pure functions.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateServerlessCache.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import tag_rules
from .elasticache import deletion_problems, name_problem, same_list
from .elasticache_group_changes import ANEW, older
from .elasticache_group_rules import TIME, range_problems
from .lists import declared_twice
from .plan import Change

LIMIT_RANGES = {
    **dict.fromkeys(("data_storage_max_gb", "data_storage_min_gb"), (1, 5000)),
    **dict.fromkeys(("ecpus_per_second_max", "ecpus_per_second_min"), (1000, 15_000_000)),
}
KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/\S+")


def problems(caches: list[Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with the given caches, before any request."""
    yield from declared_twice("serverless cache", (one["name"] for one in caches))
    for one in caches:
        yield from (f"{one['name']}: {problem}" for problem in cache_problems(one))


def cache_problems(one: Mapping[str, Any]) -> Iterator[str]:
    yield from name_problem(one["name"], 40)
    for key, (least, most) in LIMIT_RANGES.items():
        if one[key] and not least <= one[key] <= most:
            yield f"{key} is {one[key]}, allowed are {least} to {most}, and 0 for no limit"
    yield from range_problems(one, ("snapshot_retention_days",))
    if one["daily_snapshot_time"] is not None and not re.fullmatch(TIME, one["daily_snapshot_time"]):
        yield f"daily_snapshot_time is {one['daily_snapshot_time']!r}; write it in UTC, such as 01:00"
    if one["major_engine_version"] is not None and not re.fullmatch(r"\d+", one["major_engine_version"]):
        yield f"major_engine_version is {one['major_engine_version']!r}; write the first number alone, such as 8, for AWS chooses the rest"
    if one["description"] is not None and not 1 <= len(one["description"]) <= 255:
        yield "description must have 1 to 255 characters"
    if one["kms_key"] is not None and not KEY.fullmatch(one["kms_key"]):
        yield f"kms_key is {one['kms_key']!r}; a serverless cache takes the ARN of a key"
    for key in ("subnets", "security_groups"):
        yield from same_list(key, one[key])
        if one[key] == []:
            yield f"{key} must be at least one"
    yield from deletion_problems(one)
    yield from tag_rules.problems(tag_rules.as_text(one["tags"]))


def change_problems(change: Change) -> Iterator[str]:
    """What only the cache that is there can tell is wrong."""
    before, after = change.before, change.after
    if after is None:
        return
    if before is not None:
        yield from immutable(change)
    elif not after.get("engine"):
        yield "there is no serverless cache of this name; a new one needs engine"
    if after.get("daily_snapshot_time") and not after.get("snapshot_retention_days"):
        yield "daily_snapshot_time needs snapshot_retention_days, at least 1"
    for what in ("data_storage_{}_gb", "ecpus_per_second_{}"):
        least, most = (after.get(what.format(end)) or 0 for end in ("min", "max"))
        if least and most and least > most:
            yield f"{what.format('min')} is {least}, which is more than {what.format('max')}, {most}"


def immutable(change: Change) -> Iterator[str]:
    """What AWS cannot change on a serverless cache that exists, and what to do."""
    before, after = change.before or {}, change.after or {}
    for key in ("kms_key", "subnets"):
        if change.differs(key):
            there, wanted = (shown(state.get(key)) for state in (before, after))
            yield f"{key} of a serverless cache cannot be changed (there: {there}, wanted: {wanted}). {ANEW}"
    if change.differs("engine") and after.get("engine") == "redis":
        yield f"engine {before['engine']} cannot become redis. Restore a snapshot into a new serverless cache"
    elif change.differs("major_engine_version") and older(after["major_engine_version"], before["major_engine_version"]):
        yield (
            f"major_engine_version {before['major_engine_version']} cannot go back to {after['major_engine_version']}: AWS only upgrades. "
            "Correct it, or restore a snapshot into a new serverless cache"
        )


def shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else value or "AWS's own"
