# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle rules: our normal form, S3's, and what S3 refuses. Pure functions.

The normal form is S3's own rule without its ID and with a flat filter, so that rules of others are kept whole.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from . import tag_rules
from .lists import repeated
from .plan import State
from .tags import as_dict, as_list

# An object can only move down this list.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
STORAGE_CLASSES = ("STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
INFREQUENT_ACCESS, LEAST_INFREQUENT_DAYS = ("STANDARD_IA", "ONEZONE_IA"), 30
MOST_RULES, LONGEST_ID, MOST_NEWER_VERSIONS = 1000, 255, 100
ACTIONS = ("expiration", "transitions", "noncurrent_expiration", "noncurrent_transitions", "abort_incomplete_multipart_upload_days")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def midnight(day: str | None) -> str | None:
    return None if day is None else f"{day}T00:00:00Z"


def want(rule: Mapping[str, Any]) -> State:
    """A rule of the inventory in normal form."""
    expiration, noncurrent = rule["expiration"], rule["noncurrent_expiration"]
    actions: dict[str, Any] = {}
    if expiration:
        marker = True if expiration["expired_object_delete_marker"] else None
        actions["Expiration"] = given(Days=expiration["days"], Date=midnight(expiration["date"]), ExpiredObjectDeleteMarker=marker)
    if rule["transitions"]:
        actions["Transitions"] = in_order(
            given(Days=one["days"], Date=midnight(one["date"]), StorageClass=one["storage_class"]) for one in rule["transitions"]
        )
    if noncurrent:
        actions["NoncurrentVersionExpiration"] = given(
            NoncurrentDays=noncurrent["days"], NewerNoncurrentVersions=noncurrent["newer_versions"]
        )
    if rule["noncurrent_transitions"]:
        actions["NoncurrentVersionTransitions"] = in_order(
            given(NoncurrentDays=one["days"], NewerNoncurrentVersions=one["newer_versions"], StorageClass=one["storage_class"])
            for one in rule["noncurrent_transitions"]
        )
    if rule["abort_incomplete_multipart_upload_days"] is not None:
        actions["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": rule["abort_incomplete_multipart_upload_days"]}
    conditions = given(
        Prefix=rule["prefix"] or None,
        Tags=tag_rules.as_text(rule["tags"]) or None,
        ObjectSizeGreaterThan=rule["object_size_greater_than_bytes"],
        ObjectSizeLessThan=rule["object_size_less_than_bytes"],
    )
    return {"Status": "Enabled" if rule["enabled"] else "Disabled", "Filter": conditions, **actions}


def in_order(transitions: Any) -> list[dict[str, Any]]:
    return sorted(transitions, key=lambda one: STORAGE_CLASSES.index(one["StorageClass"]))


def from_s3(rule: Mapping[str, Any]) -> State:
    """A rule that S3 answers with, in normal form."""
    described = rule.get("Filter", {"Prefix": rule.get("Prefix", "")})
    conditions = {**described, **described.get("And", {})}
    all_tags = as_dict([*conditions.get("Tags", []), *([conditions["Tag"]] if "Tag" in conditions else [])])
    state = {key: as_dates(value) for key, value in rule.items() if key not in ("ID", "Prefix", "Filter")}
    for key in ("Transitions", "NoncurrentVersionTransitions"):
        if key in state:
            state[key] = in_order(state[key])
    sizes = {key: conditions.get(key) for key in ("ObjectSizeGreaterThan", "ObjectSizeLessThan")}
    return {**state, "Filter": given(Prefix=conditions.get("Prefix") or None, Tags=all_tags or None, **sizes)}


def as_dates(value: Any) -> Any:
    if isinstance(value, datetime):
        return midnight(value.astimezone(UTC).date().isoformat())
    if isinstance(value, list):
        return [as_dates(item) for item in value]
    return {key: as_dates(item) for key, item in value.items()} if isinstance(value, dict) else value


def to_s3(identifier: str, rule: State) -> dict[str, Any]:
    """A rule in normal form as S3 takes it: several conditions under And, one alone, none as the empty prefix."""
    conditions = {**rule["Filter"]}
    tags = as_list(conditions.pop("Tags", {}))
    if len(tags) + len(conditions) > 1:
        conditions = {"And": {**conditions, **({"Tags": tags} if tags else {})}}
    elif tags:
        conditions = {"Tag": tags[0]}
    return {**rule, "ID": identifier, "Filter": conditions or {"Prefix": ""}}


def problems(rules: list[Mapping[str, Any]]) -> Iterator[str]:
    """What S3 would refuse, by rule."""
    for identifier in repeated(rule["id"] for rule in rules):
        yield f"lifecycle rule {identifier} is declared twice"
    if len(rules) > MOST_RULES:
        yield f"{len(rules)} lifecycle rules, at most {MOST_RULES} are allowed"
    for rule in rules:
        for problem in rule_problems(rule):
            yield f"lifecycle rule {rule['id'] or '(no id)'}: {problem}"


def rule_problems(rule: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= len(rule["id"]) <= LONGEST_ID:
        yield f"id must have 1 to {LONGEST_ID} characters"
    if all(rule[action] in (None, []) for action in ACTIONS):
        yield f"it does nothing; give one of {', '.join(ACTIONS)}"
    yield from filter_problems(rule)
    expiration, noncurrent = rule["expiration"], rule["noncurrent_expiration"]
    if expiration and sum(value not in (None, False) for value in expiration.values()) != 1:
        yield "expiration has exactly one of days, date and expired_object_delete_marker"
    if expiration and expiration["days"] is not None and expiration["days"] < 1:
        yield "expiration.days must be at least 1"
    if noncurrent and noncurrent["days"] < 1:
        yield "noncurrent_expiration.days must be at least 1"
    abort = rule["abort_incomplete_multipart_upload_days"]
    if abort is not None and abort < 1:
        yield "abort_incomplete_multipart_upload_days must be at least 1"
    for what in [noncurrent or {}, *(rule["noncurrent_transitions"] or [])]:
        newer = what.get("newer_versions")
        if newer is not None and not 1 <= newer <= MOST_NEWER_VERSIONS:
            yield f"newer_versions is {newer}, allowed are 1 to {MOST_NEWER_VERSIONS}"
    yield from transition_problems("transitions", rule["transitions"] or [], expiration or {})
    yield from transition_problems("noncurrent_transitions", rule["noncurrent_transitions"] or [], noncurrent or {})


def filter_problems(rule: Mapping[str, Any]) -> Iterator[str]:
    larger, smaller = rule["object_size_greater_than_bytes"], rule["object_size_less_than_bytes"]
    if larger is not None and smaller is not None and smaller <= larger:
        yield "object_size_less_than_bytes must be greater than object_size_greater_than_bytes"
    if any(size is not None and size < 0 for size in (larger, smaller)):
        yield "sizes of objects are not negative"
    narrowed = "tags" if rule["tags"] else "a size of objects" if (larger, smaller) != (None, None) else None
    if narrowed and rule["abort_incomplete_multipart_upload_days"] is not None:
        yield f"abort_incomplete_multipart_upload_days does not go with {narrowed}; put it into a rule of its own"
    if narrowed and (rule["expiration"] or {}).get("expired_object_delete_marker"):
        yield f"expired_object_delete_marker does not go with {narrowed}; put it into a rule of its own"
    yield from tag_rules.problems(tag_rules.as_text(rule["tags"]))


def transition_problems(what: str, transitions: list[Mapping[str, Any]], expiration: Mapping[str, Any]) -> Iterator[str]:
    for storage_class in repeated(one["storage_class"] for one in transitions):
        yield f"{what} names {storage_class} twice"
    for one in transitions:
        days, day = one["days"], one.get("date")
        if (days is None) == (day is None):
            yield f"{what} to {one['storage_class']} has either days or date"
        least = LEAST_INFREQUENT_DAYS if one["storage_class"] in INFREQUENT_ACCESS else 0
        if days is not None and days < least:
            yield f"{what} to {one['storage_class']} after {days} days, at least {least} are allowed"
    moments = [*transitions, *([expiration] if expiration else [])]
    for day in (one["date"] for one in moments if one.get("date") is not None):
        if not is_day(day):
            yield f"the date {day!r} must be a day, as 2030-12-31"
    units = {unit for one in moments for unit in ("days", "date") if one.get(unit) is not None}
    if transitions and len(units) > 1:
        yield f"{what} and the expiration beside it go by days or by dates, not by both"
    elif len(units) == 1:
        yield from order_problems(what, transitions, expiration, units.pop())


def order_problems(what: str, transitions: list[Mapping[str, Any]], expiration: Mapping[str, Any], unit: str) -> Iterator[str]:
    down = sorted((one for one in transitions if one[unit] is not None), key=lambda one: STORAGE_CLASSES.index(one["storage_class"]))
    for earlier, later in zip(down, down[1:], strict=False):
        if later[unit] <= earlier[unit]:
            yield (
                f"{what}: objects move to {later['storage_class']} ({unit} {later[unit]}) only after "
                f"{earlier['storage_class']} ({unit} {earlier[unit]})"
            )
    end = expiration.get(unit)
    if end is not None and down and end <= max(one[unit] for one in down):
        yield f"{what}: objects expire ({unit} {end}) only after their last transition ({unit} {max(one[unit] for one in down)})"


def is_day(text: str) -> bool:
    try:
        return bool(DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
