# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What ElastiCache does not take of a replication group, whatever is there. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import tag_rules
from .elasticache import deletion_problems, name_problem, same_list
from .lists import declared_twice, repeated

RANGES = {"replicas": (0, 5), "shards": (1, 500), "port": (1150, 65535), "snapshot_retention_days": (0, 35)}
TIME = r"([01]\d|2[0-3]):[0-5]\d"
DAY = r"(sun|mon|tue|wed|thu|fri|sat)"
WINDOWS = {
    "maintenance_window": (rf"{DAY}:{TIME}-{DAY}:{TIME}", "sun:03:00-sun:04:00"),
    "snapshot_window": (f"{TIME}-{TIME}", "01:00-02:00"),
}
LEAST_MINUTES, MINUTES_A_DAY = 60, 24 * 60
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
TOKEN = re.compile(r"[A-Za-z0-9!&#$^<>-]{16,128}")
TOKEN_ALLOWED = "must have 16 to 128 letters, digits and !&#$^<>-"
VERSION = re.compile(r"\d+(\.\d+){0,2}|\d+\.x")


def problems(groups: list[Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with the given groups, before any request."""
    yield from declared_twice("replication group", (one["name"] for one in groups))
    for one in groups:
        yield from (f"{one['name']}: {problem}" for problem in group_problems(one))


def group_problems(one: Mapping[str, Any]) -> Iterator[str]:
    yield from name_problem(one["name"], 40)
    yield from range_problems(one, RANGES)
    for key, (pattern, example) in WINDOWS.items():
        if one[key] is not None and not re.fullmatch(pattern, one[key]):
            yield f"{key} is {one[key]!r}; write it in UTC, such as {example}"
        elif one[key] is not None and minutes(one[key]) < LEAST_MINUTES:
            yield f"{key} is {one[key]}, which is shorter than {LEAST_MINUTES} minutes"
    if one["engine_version"] is not None and not VERSION.fullmatch(one["engine_version"]):
        yield f"engine_version is {one['engine_version']!r}; write it as 7.1 or 8.0.1, in quotes"
    if one["node_type"] is not None and not re.fullmatch(r"cache\.[a-z0-9]+\.[a-z0-9]+", one["node_type"]):
        yield f"node_type is {one['node_type']!r}; write it as cache.t4g.small"
    if one["description"] is not None and not 1 <= len(one["description"]) <= 255:
        yield "description must have 1 to 255 characters"
    for key in ("security_groups", "user_groups"):
        yield from same_list(key, one[key])
    yield from access_problems(one)
    yield from (f"{kind} is in log_deliveries twice" for kind in repeated(log["log_type"] for log in one["log_deliveries"] or []))
    yield from deletion_problems(one)
    yield from tag_rules.problems(tag_rules.as_text(one["tags"]))


def range_problems(one: Mapping[str, Any], keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        least, most = RANGES[key]
        if one[key] is not None and not least <= one[key] <= most:
            yield f"{key} is {one[key]}, allowed are {least} to {most}"


def access_problems(one: Mapping[str, Any]) -> Iterator[str]:
    token = one["auth_token"]
    if token is not None and not TOKEN.fullmatch(token):
        yield f"auth_token {TOKEN_ALLOWED}"
    if token is not None and one["user_groups"]:
        yield "auth_token and user_groups exclude each other: a group has one token or users"
    if (token is not None or one["user_groups"]) and one["transit_encryption"] is False:
        yield "auth_token and user_groups need transit_encryption, or they would be sent in clear"
    if one["transit_encryption_mode"] is not None and one["transit_encryption"] is not True:
        yield "transit_encryption_mode is given with transit_encryption true, and with it only"
    if one["kms_key"] is not None and one["at_rest_encryption"] is False:
        yield "kms_key needs at_rest_encryption"
    if "alias/" in (one["kms_key"] or ""):
        yield f"kms_key is {one['kms_key']!r}; ElastiCache takes the id or the ARN of a key"


def minutes(window: str) -> int:
    """How long a window is, which may run on into the next day."""
    start, __, end = window.partition("-")
    days = DAY.strip("()").split("|")

    def at(text: str) -> int:
        *day, hour, minute = text.split(":")
        return (days.index(day[0]) if day else 0) * MINUTES_A_DAY + int(hour) * 60 + int(minute)

    weekly = start[:3] in days
    return (at(end) - at(start)) % (MINUTES_A_DAY * (7 if weekly else 1))
