# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What Route 53 takes of a health check. Pure functions.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import tag_rules
from .health_checks import TYPES
from .lists import declared_twice
from .plan import Change, State

FIXED = ("type", "request_interval_seconds", "measure_latency")
NUMBERS = {"port": (1, 65535), "failure_threshold": (1, 10)}
LONGEST = 255
TEXTS = {
    "fqdn": (r"[A-Za-z0-9_-][A-Za-z0-9._-]*", "a domain name"),
    "path": (r"/\S*", "a path that begins with /"),
    "search_string": (r"(?s).+", "a text"),
}
FEWEST_REGIONS = 3
# What only some types have.
ONLY_FOR = {"path": TYPES[:4], "search_string": TYPES[2:4], "enable_sni": ("HTTPS", "HTTPS_STR_MATCH")}


def problems(checks: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("health check", (check["name"] for check in checks))
    for check in checks:
        yield from (f"{check['name']}: {problem}" for problem in check_problems(check))


def check_problems(check: Mapping[str, Any]) -> Iterator[str]:
    for key, (least, most) in NUMBERS.items():
        if check[key] is not None and not least <= check[key] <= most:
            yield f"{key} is {check[key]}, allowed are {least} to {most}"
    for key, (pattern, allowed) in TEXTS.items():
        if check[key] is not None and (len(check[key]) > LONGEST or not re.fullmatch(pattern, check[key])):
            yield f"{key} is {check[key]!r}, allowed is {allowed} of at most {LONGEST} characters"
    if check["regions"] is not None and len(set(check["regions"])) < FEWEST_REGIONS:
        yield f"regions are {', '.join(check['regions']) or 'none'}, at least {FEWEST_REGIONS} different ones are needed"
    if "Name" in check["tags"]:
        yield "the tag Name is the health check's name: leave it out of tags"
    yield from tag_rules.problems({**tag_rules.as_text(check["tags"]), "Name": check["name"]})


def forbidden(changes: list[Change]) -> Iterator[str]:
    """What only the health check that is there can tell is wrong."""
    for change in changes:
        if after := change.after:
            found = list(fixed(change.before or after, after)) or misfits(after)
            yield from (f"{change.name}: {problem}" for problem in found)


def fixed(before: State, after: State) -> Iterator[str]:
    for key in FIXED:
        if before[key] != after[key]:
            yield (
                f"{key} of a health check cannot be changed (there: {before[key]}, wanted: {after[key]}). Correct it, or declare a health "
                "check of another name, let alarms and records use it, then delete this one"
            )


def misfits(after: State) -> Iterator[str]:
    """What does not go with the type, or is missing for it."""
    if "fqdn" not in after:
        yield "there is no health check of this name; a new one needs fqdn"
    for key, types in ONLY_FOR.items():
        if after[key] is not None and after["type"] not in types:
            yield f"{key} is for {', '.join(types)}, and type is {after['type']}"
    for key in ("search_string", "port"):
        if after[key] is None and (key == "port" or after["type"] in ONLY_FOR[key]):
            yield f"type {after['type']} needs {key}"
