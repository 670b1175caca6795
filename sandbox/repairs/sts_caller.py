"""GetCallerIdentity names the user whose key it is: the one that policies are in force for, or the sandbox's own.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html

moto says arn:aws:sts::ACCOUNT:user/moto of every key that it does not know; users are of IAM.
"""

from __future__ import annotations

from moto.sts.models import STSBackend

from sandbox import iam_principals


def apply() -> None:
    known = STSBackend.get_caller_identity

    def get_caller_identity(self: STSBackend, access_key_id: str, region: str) -> tuple[str, str, str]:
        user_id, arn, account = known(self, access_key_id, region)
        if access_key_id in iam_principals.in_force:
            return access_key_id, iam_principals.in_force[access_key_id][0], account
        if arn.endswith(":user/moto"):
            return user_id, f"arn:{self.partition}:iam::{account}:{iam_principals.ADMINISTRATOR}", account
        return user_id, arn, account

    STSBackend.get_caller_identity = get_caller_identity
