# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which services of AWS a topic's policy lets publish, beside what it says of others. Pure functions.

CloudWatch alarms are of the account, which the policy of a new topic lets publish; AWS Budgets and others come as themselves.
https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .bucket_policy import Policy, listed, with_statements

SERVICE = r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?"
OWN = "ProdreadyPublisher"
# https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
ALLOWED_TO_THE_ACCOUNT = (
    *("GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic"),
    *("Subscribe", "ListSubscriptionsByTopic", "Publish"),
)


def of_new(topic_arn: str) -> dict[str, Any]:
    """The policy that SNS gives a topic which is made without one."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{name}" for name in ALLOWED_TO_THE_ACCOUNT],
        "Resource": topic_arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account(topic_arn)}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}


def account(topic_arn: str) -> str:
    return topic_arn.split(":")[4]


def sid(service: str) -> str:
    return OWN + re.sub(r"\W", "", service.title())


def publishing(service: str, topic_arn: str) -> dict[str, Any]:
    """What happens in other accounts is none of the topic's.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    return {
        "Sid": sid(service),
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "SNS:Publish",
        "Resource": topic_arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": account(topic_arn)}},
    }


def with_publishers(policy: Policy | None, publishers: Iterable[str], topic_arn: str) -> Policy:
    """The policy that lets these services publish, and none that an earlier run let and that are not listed any more."""
    policy = policy or of_new(topic_arn)
    ours: Mapping[str, None] = {one["Sid"]: None for one in listed(policy.get("Statement", [])) if one.get("Sid", "").startswith(OWN)}
    return with_statements(policy, {**ours, **{sid(one): publishing(one, topic_arn) for one in publishers}}) or {}
