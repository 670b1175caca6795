"""The condition keys of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import UnknownServiceError

from sandbox.iam import reference
from sandbox.model import operation_model

Values = dict[str, str | list[str]]


def principal(arn: str, user_id: str) -> Values:
    """The keys of a user."""
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    return {
        "aws:principalarn": arn,
        "aws:principalaccount": account,
        "aws:principaltype": "User",
        "aws:username": name,
        "aws:userid": user_id,
    }


def request(region: str, account: str, source_ip: str, secure: bool, now: datetime) -> Values:
    """The keys of every request."""
    now = now.astimezone(UTC)
    return {
        "aws:currenttime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:requestedregion": region,
        "aws:resourceaccount": account,
        "aws:securetransport": str(secure).lower(),
        "aws:sourceip": source_ip,
        "s3:resourceaccount": account,
    }


def parameters(action: str, service: str, operation: str, params: Mapping[str, Any]) -> Values:
    """Tags of the request, and the keys of the service that are parameters of the operation."""
    found: Values = {}
    tags = _tags(params)
    keys = list(tags) or params.get("TagKeys") or params.get("tagKeys")
    if keys:
        found["aws:tagkeys"] = list(keys)
    found |= {f"aws:requesttag/{key.lower()}": value for key, value in tags.items()}
    given = _by_every_name(service, operation, params)
    for key in reference.action(action).condition_keys:
        name = key.partition(":")[2].lower().replace("-", "")
        if not key.startswith("aws:") and name in given:
            value = given[name]
            found[key.lower()] = [str(item) for item in value] if isinstance(value, list) else _text(value)
    return found


def _tags(params: Mapping[str, Any]) -> dict[str, str]:
    given = params.get("Tags") or params.get("tags") or params.get("Tagging", {})
    given = given.get("TagSet", []) if isinstance(given, dict) and "TagSet" in given else given
    if isinstance(given, dict):
        return {str(key): str(value) for key, value in given.items()}
    return {tag["Key"]: str(tag.get("Value", "")) for tag in given if isinstance(tag, dict)} if isinstance(given, list) else {}


def _by_every_name(service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The plain parameters by their names in the model and on the wire: s3:x-amz-acl is the header of ACL."""
    try:
        shape = operation_model(service, operation).input_shape
    except (KeyError, UnknownServiceError):
        shape = None
    found: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict | list) for item in value)):
            continue
        member = shape.members.get(name) if shape else None
        for alias in {name, str(member.serialization.get("name", name)) if member else name}:
            found[alias.lower().replace("-", "")] = value
    return found


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
