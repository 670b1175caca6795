# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the resources of Elastic Load Balancing share: tags for many at once, attributes, actions and their names.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from . import acm
from .lists import batches
from .plan import Call, Calls, Change, State
from .tags import as_dict, as_list, tag_changes

if TYPE_CHECKING:
    from .aws import Aws

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
MOST_TAGGED = 20
PAGE = 400
NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,32}(?<!-)")
NAME_ALLOWED = "name must have 1 to 32 letters, digits and hyphens, and not begin or end with a hyphen"
# The options of a load balancer that are attributes, by AWS's names.
BALANCER_ATTRIBUTES = {
    "deletion_protection": "deletion_protection.enabled",
    "drop_invalid_headers": "routing.http.drop_invalid_header_fields.enabled",
    "desync_mitigation": "routing.http.desync_mitigation_mode",
    "idle_timeout_seconds": "idle_timeout.timeout_seconds",
    "client_keep_alive_seconds": "client_keep_alive.seconds",
    "http2": "routing.http2.enabled",
    "preserve_host_header": "routing.http.preserve_host_header.enabled",
    "waf_fail_open": "waf.fail_open.enabled",
}
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
    answers = aws.each(lambda page: aws.call("elbv2", "describe_tags", ResourceArns=page)["TagDescriptions"], batches(arns, MOST_TAGGED))
    return {one["ResourceArn"]: as_dict(one["Tags"]) for answer in answers for one in answer}


def tag_calls(change: Change, arn: str) -> Calls:
    gone, new = tag_changes(change)
    if gone:
        yield Call("remove_tags", {"ResourceArns": [arn], "TagKeys": sorted(gone)})
    if new:
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


def asked_attributes(
    aws: Aws, operation: str, key: str, arns: Mapping[str, str], desired: Mapping[str, State | None]
) -> dict[str, dict[str, str]]:
    """The attributes of those resources of which some are desired, by name; one request each."""
    asked = [name for name in arns if any(map(is_attribute, desired[name] or {}))]
    answers = aws.each(lambda name: aws.call("elbv2", operation, **{key: arns[name]}), asked)
    return dict(zip(asked, map(attributes, answers), strict=True))


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
