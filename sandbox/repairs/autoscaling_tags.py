"""Tags of groups, propagated to the instances that are launched afterwards.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html
"""

from __future__ import annotations

from typing import Any

from moto.autoscaling.models import AutoScalingBackend

from sandbox.autoscaling import account as accounts
from sandbox.autoscaling import describing
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.errors import fault, invalid
from sandbox.autoscaling.serving import Asked, serve

MOST_TAGS = 50


def put(group: Group, given: list[dict[str, Any]]) -> None:
    known = {tag["Key"]: tag for tag in group.tags}
    for tag in given:
        if tag["Key"].lower().startswith("aws:"):
            raise invalid(f"Tag keys that begin with aws: are reserved: {tag['Key']}")
        known[tag["Key"]] = {
            "Key": tag["Key"],
            "Value": tag.get("Value") or "",
            "PropagateAtLaunch": bool(tag.get("PropagateAtLaunch")),
        }
    if len(known) > MOST_TAGS:
        raise fault("LimitExceeded", f"An Auto Scaling group can have {MOST_TAGS} tags.")
    group.tags = sorted(known.values(), key=lambda tag: tag["Key"])


def _group(account: Account, tag: dict[str, Any]) -> Group:
    found = account.groups.get(tag.get("ResourceId") or "")
    if tag.get("ResourceType", "auto-scaling-group") != "auto-scaling-group":
        raise invalid(f"{tag['ResourceType']} is not a valid tag resource type.")
    if not found:
        raise invalid("AutoScalingGroup name not found - null")
    return found


def create_or_update(account: Account, asked: Asked) -> dict[str, Any]:
    pairs = [(_group(account, tag), tag) for tag in asked["Tags"]]
    for group, tag in pairs:
        put(group, [tag])
    return {}


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    for group, tag in [(_group(account, tag), tag) for tag in asked["Tags"]]:
        given = tag.get("Value")
        group.tags = [one for one in group.tags if one["Key"] != tag["Key"] or given is not None and one["Value"] != given]
    return {}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    rows = [describing.tag(group, tag) for group in account.groups.values() for tag in group.tags]
    names = {"auto-scaling-group": "ResourceId", "key": "Key", "value": "Value", "propagate-at-launch": "PropagateAtLaunch"}
    for wanted in asked.get("Filters") or ():
        if wanted["Name"] not in names:
            raise invalid(f"Filter type {wanted['Name']} is not correct. Allowed Filter types are: {' '.join(names)}")
        values = {value.lower() if wanted["Name"] == "propagate-at-launch" else value for value in wanted.get("Values") or ()}
        rows = [row for row in rows if _text(row[names[wanted["Name"]]]) in values]
    return {"Tags": rows}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def fits(group: Group, wanted: dict[str, Any]) -> bool:
    """A filter of DescribeAutoScalingGroups."""
    name, values = wanted["Name"], wanted.get("Values") or []
    if name == "tag-key":
        return any(tag["Key"] in values for tag in group.tags)
    if name == "tag-value":
        return any(tag["Value"] in values for tag in group.tags)
    if name.startswith("tag:"):
        return any(tag["Key"] == name[4:] and tag["Value"] in values for tag in group.tags)
    raise invalid(f"Filter type {name} is not correct. Allowed Filter types are: tag-key tag-value tag:<key>")


def tag_resource(self: AutoScalingBackend, arn: str, tags: dict[str, str]) -> None:
    group = accounts.of(self).groups.get(arn.rpartition("autoScalingGroupName/")[2])
    if group:
        put(group, [{"Key": key, "Value": value} for key, value in tags.items()])


def untag_resource(self: AutoScalingBackend, arn: str, tag_keys: list[str]) -> None:
    group = accounts.of(self).groups.get(arn.rpartition("autoScalingGroupName/")[2])
    if group:
        group.tags = [tag for tag in group.tags if tag["Key"] not in tag_keys]


def apply() -> None:
    serve(create_or_update_tags=create_or_update, delete_tags=delete)
    serve(paged="Tags", describe_tags=describe)
    AutoScalingBackend.tag_resource = tag_resource
    AutoScalingBackend.untag_resource = untag_resource
