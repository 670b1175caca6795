# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the resources of Elastic Load Balancing share: tags for many at once, attributes, actions and their names.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import acm
from .plan import Call, Calls, Change
from .tags import as_dict, as_list

if TYPE_CHECKING:
    from .aws import Aws

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
MOST_TAGGED = 20
PAGE = 400
NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,32}(?<!-)")
NAME_ALLOWED = "name must have 1 to 32 letters, digits and hyphens, and not begin or end with a hyphen"
LOGS = ("access_logs", "connection_logs", "health_check_logs")


def name_of(arn: str) -> str:
    """The name in the ARN of a load balancer (loadbalancer/app/NAME/id) or a target group (targetgroup/NAME/id)."""
    return arn.split("/")[-2]


class Elb:
    """What the account has, by name; each list is asked for once."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        # Listeners and rules by the names that they have here.
        self.arns: dict[str, str] = {}

    @functools.cached_property
    def load_balancers(self) -> dict[str, dict[str, Any]]:
        found = self.aws.pages("elbv2", "describe_load_balancers", "LoadBalancers", PageSize=PAGE)
        return {one["LoadBalancerName"]: one for one in found}

    @functools.cached_property
    def target_groups(self) -> dict[str, dict[str, Any]]:
        return {one["TargetGroupName"]: one for one in self.aws.pages("elbv2", "describe_target_groups", "TargetGroups", PageSize=PAGE)}

    @functools.cached_property
    def certificates(self) -> list[dict[str, Any]]:
        return acm.summaries(self.aws)

    def balancer_arn(self, name: str) -> str:
        return self.load_balancers[name]["LoadBalancerArn"]

    def group_arn(self, name: str) -> str:
        return self.target_groups[name]["TargetGroupArn"]


def tags_of(aws: Aws, arns: Iterable[str]) -> dict[str, dict[str, str]]:
    """The tags of resources by ARN; one request for 20."""
    arns = list(arns)
    some = [arns[start : start + MOST_TAGGED] for start in range(0, len(arns), MOST_TAGGED)]
    answers = aws.each(lambda page: aws.call("elbv2", "describe_tags", ResourceArns=page)["TagDescriptions"], some)
    return {one["ResourceArn"]: as_dict(one["Tags"]) for answer in answers for one in answer}


def tag_calls(change: Change, arn: str) -> Calls:
    before, after = (change.before or {}).get("tags", {}), (change.after or {}).get("tags", {})
    if gone := sorted(set(before) - set(after)):
        yield Call("remove_tags", {"ResourceArns": [arn], "TagKeys": gone})
    if new := {name: value for name, value in after.items() if before.get(name) != value}:
        yield Call("add_tags", {"ResourceArns": [arn], "Tags": as_list(new)})


def text(value: object) -> str:
    """A value as attributes have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def attributes(answer: Mapping[str, Any]) -> dict[str, str]:
    """The attributes of a Describe...Attributes, each a field of the state; of logs their place, or nothing where they are off."""
    found = {one["Key"]: one.get("Value", "") for one in answer["Attributes"]}
    places = {family: place(*(found.get(f"{family}.s3.{part}", "") for part in ("enabled", "bucket", "prefix"))) for family in LOGS}
    plain = {key: value for key, value in found.items() if not key.startswith(tuple(f"{family}.s3." for family in LOGS))}
    return {**plain, **{family: where for family, where in places.items() if f"{family}.s3.enabled" in found}}


def place(enabled: str, bucket: str, prefix: str | None) -> str:
    return "/".join(filter(None, (bucket, prefix))) if enabled == "true" else ""


def is_attribute(key: str) -> bool:
    """Whether a field of a state is an attribute, by AWS's name or one of ours for logs."""
    return key in LOGS or ("." in key and not key.startswith("health_check."))


def attribute_changes(change: Change) -> list[dict[str, str]]:
    """The attributes to send: those that differ."""
    before, after = change.before or {}, change.after or {}
    differing = {key: after[key] for key in sorted(after) if is_attribute(key) and before.get(key) != after[key]}
    sent: dict[str, str] = {}
    for key, value in differing.items():
        if key in LOGS:
            bucket, __, prefix = value.partition("/")
            sent[f"{key}.s3.enabled"] = text(bool(bucket))
            sent |= {f"{key}.s3.bucket": bucket, f"{key}.s3.prefix": prefix} if bucket else {}
        else:
            sent[key] = value
    return [{"Key": key, "Value": value} for key, value in sent.items()]


def twice(what: str, names: Iterable[str]) -> Iterator[str]:
    names = list(names)
    yield from (f"{name}: the {what} is declared twice" for name in sorted({name for name in names if names.count(name) > 1}))
