"""A statement of a bucket policy whose condition on the transport does not hold says nothing.

S3 weighs a statement's Condition before its Effect; moto never looks at it, so that the common "deny what does not come
over TLS" denies everything. Requests to the sandbox come over loopback, which stands in for TLS: aws:SecureTransport is
true for them all. Other conditions are not weighed.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
"""

from __future__ import annotations

import functools
import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

SECURE_TRANSPORT = "aws:SecureTransport"


def applies(statement: dict[str, Any]) -> bool:
    wanted = statement.get("Condition", {}).get("Bool", {}).get(SECURE_TRANSPORT, "true")
    return str(wanted).lower() == "true"


def get_permission(bucket: FakeBucket, action: str, resource: str) -> Any:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    return _policy(bytes(bucket.policy)).is_action_permitted(action, resource)


@functools.lru_cache(maxsize=64)
def _policy(text: bytes) -> IAMPolicy:
    policy = json.loads(text)
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    return IAMPolicy(json.dumps({**policy, "Statement": [statement for statement in statements if applies(statement)]}))


def apply() -> None:
    FakeBucket.get_permission = get_permission
