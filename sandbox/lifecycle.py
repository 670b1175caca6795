"""Which lifecycle rules S3 accepts, as it answers for them.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html

Rules have the form that botocore gives them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.s3.exceptions import MalformedXML, S3ClientError

Rule = dict[str, Any]

MOST_RULES = 1000
LONGEST_ID = 255
INFREQUENT_ACCESS = ("STANDARD_IA", "ONEZONE_IA")
# An object can only move down this list.
CLASSES = (*INFREQUENT_ACCESS[:1], "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransitions",
    "AbortIncompleteMultipartUpload",
)


def argument(message: str) -> S3ClientError:
    return S3ClientError("InvalidArgument", message)


def request(message: str) -> S3ClientError:
    return S3ClientError("InvalidRequest", message)


def check(rules: list[Rule]) -> None:
    if not rules:
        raise MalformedXML
    if len(rules) > MOST_RULES:
        raise request(f"The number of lifecycle rules must not exceed the allowed limit of {MOST_RULES} rules.")
    identifiers = [rule["ID"] for rule in rules if rule.get("ID")]
    if any(len(identifier) > LONGEST_ID for identifier in identifiers):
        raise argument(f"ID length should not exceed allowed limit of {LONGEST_ID}")
    if len(identifiers) > len(set(identifiers)):
        raise argument("Rule ID must be unique. Found same ID for more than one rule")
    if any("Prefix" in rule for rule in rules) and any("Filter" in rule for rule in rules):
        raise request("Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.")
    for rule in rules:
        check_rule(rule)


def check_rule(rule: Rule) -> None:
    if rule.get("Status") not in ("Enabled", "Disabled") or not ("Filter" in rule or "Prefix" in rule):
        raise MalformedXML
    if not any(rule.get(action) for action in ACTIONS):
        raise request("At least one action needs to be specified in a rule")
    check_filter(rule)
    check_expiration(rule.get("Expiration"))
    for days, action in whole_days(rule):
        if days is None:
            raise MalformedXML
        if days <= 0:
            raise argument(f"'{action}' action must be a positive integer")
    for kind, unit in (("Transition", "Days"), ("NoncurrentVersionTransition", "NoncurrentDays")):
        check_transitions(rule, kind, unit)
    check_order(rule, "Expiration", "Transition", "Days")
    check_order(rule, "Expiration", "Transition", "Date")
    check_order(rule, "NoncurrentVersionExpiration", "NoncurrentVersionTransition", "NoncurrentDays")


def scope(rule: Rule) -> str:
    conditions = rule.get("Filter", {})
    return f"(prefix={conditions.get('And', conditions).get('Prefix', rule.get('Prefix', ''))})"


def check_filter(rule: Rule) -> None:
    conditions = rule.get("Filter", {})
    if len(conditions) > 1:
        raise MalformedXML
    conditions = conditions.get("And", conditions)
    smaller, larger = conditions.get("ObjectSizeLessThan"), conditions.get("ObjectSizeGreaterThan")
    if smaller is not None and larger is not None and smaller <= larger:
        raise request("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")
    by = "Tags" if conditions.keys() & {"Tag", "Tags"} else "Object Size" if (smaller, larger) != (None, None) else None
    if by and "AbortIncompleteMultipartUpload" in rule:
        raise request(f"AbortIncompleteMultipartUpload cannot be specified with {by}.")
    if by and "ExpiredObjectDeleteMarker" in rule.get("Expiration", {}):
        raise request(f"ExpiredObjectDeleteMarker cannot be specified with {by}.")


def check_expiration(expiration: dict[str, Any] | None) -> None:
    if expiration is None:
        return
    if len(expiration) != 1:
        raise MalformedXML
    check_midnight(expiration)


def check_midnight(action: dict[str, Any]) -> None:
    if "Date" in action and action["Date"].timestamp() % (24 * 60 * 60):
        raise argument("'Date' must be at midnight GMT")


def whole_days(rule: Rule) -> Iterator[tuple[int | None, str]]:
    if "Days" in rule.get("Expiration", {}):
        yield rule["Expiration"]["Days"], "Days' for Expiration"
    if expiration := rule.get("NoncurrentVersionExpiration"):
        yield expiration.get("NoncurrentDays"), "NoncurrentDays' for NoncurrentVersionExpiration"
        yield expiration.get("NewerNoncurrentVersions", 1), "NewerNoncurrentVersions' for NoncurrentVersionExpiration"
    if abort := rule.get("AbortIncompleteMultipartUpload"):
        yield abort.get("DaysAfterInitiation"), "DaysAfterInitiation' for AbortIncompleteMultipartUpload"


def check_transitions(rule: Rule, kind: str, unit: str) -> None:
    transitions = rule.get(f"{kind}s", [])
    for transition in transitions:
        storage_class, days = transition.get("StorageClass"), transition.get(unit)
        if storage_class not in CLASSES or (days is None) == ("Date" not in transition):
            raise MalformedXML
        check_midnight(transition)
        if days is not None and days < 0:
            raise argument(f"'{unit}' in {kind} action must be nonnegative")
        if days is not None and days < 30 and storage_class in INFREQUENT_ACCESS:
            raise argument(f"'{unit}' in {kind} action must be greater than or equal to 30 for storageClass '{storage_class}'")
    if len({transition["StorageClass"] for transition in transitions}) < len(transitions):
        raise request(f"'StorageClass' must be different for '{kind}' actions in same 'Rule' with filter '{scope(rule)}'")
    units = {key for action in (*transitions, rule.get("Expiration", {})) for key in action if key in ("Days", "Date")}
    if kind == "Transition" and transitions and len(units) > 1:
        raise request(f"Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter '{scope(rule)}'")
    down = sorted(transitions, key=lambda transition: CLASSES.index(transition["StorageClass"]))
    for earlier, later in zip(down, down[1:], strict=False):
        key = unit if unit in later else "Date"
        if later[key] <= earlier[key]:
            raise argument(
                f"'{key}' in the '{kind}' action for StorageClass '{later['StorageClass']}' for filter '{scope(rule)}' "
                f"must be greater than '{key}' in the '{kind}' action for StorageClass '{earlier['StorageClass']}'"
            )


def check_order(rule: Rule, expiration: str, transition: str, unit: str) -> None:
    end = rule.get(expiration, {}).get(unit)
    moved = [action[unit] for action in rule.get(f"{transition}s", []) if unit in action]
    if end is not None and moved and end <= max(moved):
        after = "later" if unit == "Date" else "greater"
        raise argument(
            f"'{unit}' in the {expiration} action for filter '{scope(rule)}' must be {after} than '{unit}' in the {transition} action"
        )
