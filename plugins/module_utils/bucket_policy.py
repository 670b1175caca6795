# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Statements of a policy of a bucket or a topic, ours by their Sids, among those of others. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Policy = Mapping[str, Any]

TLS_ONLY = "ProdreadyTlsOnly"


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def tls_only(bucket_arn: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html#example-bucket-policies-HTTP-HTTPS"""
    return {
        "Sid": TLS_ONLY,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def same(one: Policy, other: Policy) -> bool:
    """Whether two statements mean the same, whichever way their lists are written."""
    lists = ("Action", "Resource")
    plain, other_plain = ({key: value for key, value in statement.items() if key not in lists} for statement in (one, other))
    return plain == other_plain and all(sorted(listed(one.get(key))) == sorted(listed(other.get(key))) for key in lists)


def with_statements(policy: Policy | None, wanted: Mapping[str, Policy | None]) -> Policy | None:
    """The policy with these statements by their Sids, or without those that are None; None when nothing is left of it."""
    statements = listed((policy or {}).get("Statement", []))
    changed = False
    for sid, statement in wanted.items():
        there = [one for one in statements if one.get("Sid") == sid]
        if (statement and len(there) == 1 and same(there[0], statement)) or not (statement or there):
            continue
        changed = True
        statements = [one for one in statements if one.get("Sid") != sid] + ([statement] if statement else [])
    if not changed:
        return policy
    return {"Version": "2012-10-17", **(policy or {}), "Statement": statements} if statements else None
