"""The least policy that allows the requests of a request log, for any account, region and application.

Its placeholders: ${partition} ${region} ${account} ${app} ${environment}.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from sandbox.iam import reference
from sandbox.iam.needs import needs
from sandbox.iam.resources import resources

# Where a request's region says nothing: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-requested-region.html
_WITHOUT_REGION = {"cloudfront", "iam", "organizations", "route53", "s3", "sts"}
_IN_THE_REGION = {"StringEquals": {"aws:RequestedRegion": "${region}"}}
# Where the metrics of global services are, such as those of Route 53's health checks.
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-cloudwatch.html
_GLOBAL_REGION = "us-east-1"
_IN_THE_GLOBAL_REGION = {"StringEquals": {"aws:RequestedRegion": _GLOBAL_REGION}}
_ANY_IN_THE_GLOBAL_REGION = f"* in {_GLOBAL_REGION}"
# A bucket's ARN does not say whose it is; one that is about to be made has no owner.
_IN_THE_ACCOUNT = {"StringEqualsIfExists": {"s3:ResourceAccount": "${account}"}}
# A role that may be handed on to anything would be everybody's.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#ck_PassedToService
_TO_EC2 = {"StringEqualsIfExists": {"iam:PassedToService": "ec2.amazonaws.com"}}
# Names that the collection itself gives, the only ones whose content it reads.
_OWN = {"-locks"}
# What AWS names by an id alone: certificates, hosted zones and their changes.
_ID = re.compile(r"(?P<kind>[\w-]+/)(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-Z]+)")
# An application's resources bear its name first; a drill's queue that of the collection, WAF's logs what AWS demands.
_NAME = re.compile(
    r"(?P<kind>(?:(?:regional|global)/\w+/|(?:loadbalancer|listener|listener-rule)/app/|autoScalingGroup:\*:autoScalingGroupName/|[\w-]+[:/])?/?(?:prodready-drill-|aws-waf-logs-)?)(?P<app>[\w.]+)(?P<rest>.*)",
    re.DOTALL,
)


def permissions(entries: Iterable[dict[str, Any]], app: str, environment: str) -> dict[str, set[str]]:
    """The actions that requests need, each with patterns of the resources that it needs them on."""
    found: dict[str, set[str]] = defaultdict(set)
    elsewhere: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for action, params in (*needs(entry["service"], entry["operation"], entry["params"]), *_told(entry)):
            known = reference.action(action)
            if not known.known:
                raise ValueError(
                    f"AWS's reference has no action {action}: {entry['service']}.{entry['operation']} needs a line in needs.py"
                )
            arns = resources(action, params, "${account}", "${region}", "${partition}")
            if set(arns) == {"*"} and _is_elsewhere(entry):
                elsewhere[known.name].add(_ANY_IN_THE_GLOBAL_REGION)
                continue
            found[known.name] |= {_generalised(arn, app, environment) for arn in arns}
    return {action: _without_covered(found[action]) | elsewhere[action] for action in {**found, **elsewhere}}


def _is_elsewhere(entry: dict[str, Any]) -> bool:
    """Asked of the region of global services, which is not that of the account's place here."""
    return entry["service"] not in _WITHOUT_REGION and entry.get("region") == _GLOBAL_REGION


def _told(entry: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Who is to be told that an object is not there may list its bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html"""
    if (entry["service"], entry["operation"]) != ("s3", "HeadObject"):
        return []
    return [("s3:ListBucket", {"Bucket": entry["params"]["Bucket"]})]


def policy(allowed: dict[str, set[str]]) -> dict[str, Any]:
    """One statement for each kind of resource of a service, in stable order."""
    actions: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for action, patterns in allowed.items():
        for pattern in patterns:
            service = action.partition(":")[0]
            # What is asked of no resource in particular is one statement, for a policy may have 6,144 characters only.
            kind = "" if pattern.startswith("*") and service not in _WITHOUT_REGION else service
            actions[kind, pattern, action == "iam:PassRole"].add(action)
    statements = [_statement(*of, names) for of, names in sorted(actions.items())]
    count: dict[str, int] = defaultdict(int)
    for one in statements:
        count[one["Sid"]] += 1
        one["Sid"] += str(count[one["Sid"]]) if count[one["Sid"]] > 1 else ""
    return {"Version": "2012-10-17", "Statement": sorted(statements, key=lambda statement: statement["Sid"])}


def parts(document: dict[str, Any], characters: int) -> list[dict[str, Any]]:
    """The policy as several, none of more characters than this."""
    found: list[list[dict[str, Any]]] = [[]]
    for one in document["Statement"]:
        if found[-1] and _characters({**document, "Statement": [*found[-1], one]}) > characters:
            found.append([])
        found[-1].append(one)
    return [{**document, "Statement": statements} for statements in found]


def _characters(document: dict[str, Any]) -> int:
    """As IAM counts them."""
    return len(json.dumps(document, separators=(",", ":")))


def without(document: dict[str, Any], action: str) -> dict[str, Any]:
    """The policy with one action taken away."""
    left = [{**one, "Action": [name for name in one["Action"] if name != action]} for one in document["Statement"]]
    return {**document, "Statement": [one for one in left if one["Action"]]}


def _statement(service: str, pattern: str, passes: bool, actions: set[str]) -> dict[str, Any]:
    found = {"Sid": _sid(service, pattern), "Effect": "Allow", "Action": sorted(actions), "Resource": pattern}
    if pattern == _ANY_IN_THE_GLOBAL_REGION:
        return found | {"Resource": "*", "Condition": _IN_THE_GLOBAL_REGION}
    if pattern == "*":
        return found if service in _WITHOUT_REGION else found | {"Condition": _IN_THE_REGION}
    condition = _TO_EC2 if passes else _IN_THE_ACCOUNT if service == "s3" else None
    return found | {"Condition": condition} if condition else found


def _sid(service: str, pattern: str) -> str:
    if pattern == _ANY_IN_THE_GLOBAL_REGION:
        return f"{service.capitalize()}AnyOfGlobalServices"
    kind = "Any" if pattern == "*" else reference.resource_type(service, pattern) or pattern.split(":")[-1].partition("$")[0]
    own = next((name for name in _OWN if pattern.endswith(name)), "")
    return "".join(word[0].upper() + word[1:] for word in re.findall(r"[a-zA-Z0-9]+", f"{service} {kind}{own}"))


def _generalised(arn: str, app: str, environment: str) -> str:
    if arn == "*":
        return arn
    *place, name = arn.split(":", 5)
    if place[2] == "s3" and "/" in name:
        bucket, _, key = name.partition("/")
        below = "${app}/*" if key.startswith(f"{app}/") else "*"
        return f"{_generalised(':'.join([*place, bucket]), app, environment)}/{below}"
    place[3:5] = ["${region}" if place[3] else "", "${account}" if place[4] else ""]
    return ":".join([place[0], "${partition}", place[2], *place[3:], _name(name, app, environment)])


def _name(name: str, app: str, environment: str) -> str:
    if name.endswith(("*", ":*:*")):  # every resource of a kind
        return name
    if name.startswith("parameter/aws/service/"):  # AWS's own
        return "parameter/aws/service/*"
    if re.fullmatch(r"[a-z0-9]+/L-[0-9A-F]{8}", name):  # a quota
        return "*"
    if match := _ID.fullmatch(name):
        return f"{match['kind']}*"
    match = _NAME.fullmatch(name)
    if name.startswith(("role/", "user/")) and (not match or match["app"] != app):  # whoever asks, as which it is asked about itself
        return f"{name.partition('/')[0]}/*"
    if not match or match["app"] != app:
        raise ValueError(f"the name {name!r} does not start with the application's, {app}: policies cannot be told for others")
    rest = match["rest"]
    if rest == f"/{environment}-??????":
        return f"{match['kind']}${{app}}/${{environment}}-??????"
    first, *below = re.split(r"(?=/(?:backup|export|index|stream)/)", rest, maxsplit=1)
    some = first if first in _OWN else first[:1] + "*" * bool(first)
    return f"{match['kind']}${{app}}{some}" + "".join(f"/{part.split('/')[1]}/*" for part in below)


def _without_covered(patterns: set[str]) -> set[str]:
    return {one for one in patterns if not any(one != other and fnmatchcase(one, other) for other in patterns)}
