"""AWS's own policies can be attached to roles, as soon as somebody does.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html#aws-managed-policies

moto has them, but loads all 1400 for each account, or none.
"""

from __future__ import annotations

import functools
import json
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

PREFIX = ":iam::aws:policy/"


@functools.cache
def known() -> dict[str, Any]:
    return json.loads(aws_managed_policies_data)


def apply() -> None:
    attach = IAMBackend.attach_role_policy

    def attach_role_policy(self: IAMBackend, policy_arn: str, role_name: str) -> None:
        name = policy_arn.rpartition("/")[2]
        if PREFIX in policy_arn and policy_arn not in self.managed_policies and name in known():
            policy = AWSManagedPolicy.from_data(name, self.account_id, self.region_name, known()[name])
            self.managed_policies[policy.arn] = policy
        attach(self, policy_arn, role_name)

    IAMBackend.attach_role_policy = attach_role_policy
