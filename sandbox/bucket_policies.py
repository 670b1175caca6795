"""Is a bucket policy public?

It is, when a statement allows anyone and no condition narrows that to fixed values.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

Statement = dict[str, Any]

NARROWING_OPERATOR = re.compile(
    r"(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike|IpAddress)", re.IGNORECASE
)
NARROWING_KEYS = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_anyone(statement: Statement) -> bool:
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal")
    return "*" in as_list(principal.get("AWS") if isinstance(principal, dict) else principal)


def is_fixed(key: str, value: str) -> bool:
    if key == "aws:sourceip":
        network = ipaddress.ip_network(value, strict=False)
        return network.prefixlen >= (8 if network.version == 4 else 32)
    if key == "s3:dataaccesspointarn":
        return "*" not in value.partition(":accesspoint/")[0]
    return not re.search(r"[*?]|\$\{", value)


def is_narrowed(statement: Statement) -> bool:
    return any(
        NARROWING_OPERATOR.fullmatch(operator)
        and key.lower() in NARROWING_KEYS
        and all(is_fixed(key.lower(), value) for value in as_list(values))
        for operator, condition in statement.get("Condition", {}).items()
        for key, values in condition.items()
    )


def is_public(policy: dict[str, Any]) -> bool:
    return any(
        statement.get("Effect") == "Allow" and is_anyone(statement) and not is_narrowed(statement)
        for statement in as_list(policy.get("Statement", []))
    )
