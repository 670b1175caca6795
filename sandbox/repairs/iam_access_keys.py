"""An access key belongs to an account, also one that nobody made: AKIA0000 and twelve digits is a key of the account of these digits.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html

So an inventory of many accounts needs no user in each. Keys of users, and those that sts:AssumeRole gives, belong to the account that made
them, as moto has it; all others to the sandbox's own.
"""

from __future__ import annotations

import re

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam import models

OF_AN_ACCOUNT = re.compile(r"AKIA0000(\d{12})")


def apply() -> None:
    made_in = models.get_account_id_from

    def get_account_id_from(access_key: str) -> str:
        found = made_in(access_key)
        named = OF_AN_ACCOUNT.fullmatch(access_key)
        return named[1] if named and found == DEFAULT_ACCOUNT_ID else found

    models.get_account_id_from = get_account_id_from
