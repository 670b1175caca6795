# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is let through to AWS: nothing in another account, and nothing but reads in check mode.

One handler on the session's `before-call` event sees every operation of every client, so both hold by construction.
https://botocore.amazonaws.com/v1/documentation/api/latest/topics/events.html
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

READS = (
    *("BatchGet", "Check", "Describe", "Filter", "Get", "Head", "List", "Lookup"),
    *("Query", "Scan", "Search", "Select", "Simulate", "Validate"),
)
# What botocore itself asks while it finds credentials; asked before any account is known.
IDENTITY_SERVICES = ("sts", "sso", "sso-oidc", "signin")


class Refused(Exception):
    """A request that must not leave; the message says why and what to do."""


def reads(operation: str) -> bool:
    """Whether an operation, by its AWS name (DescribeAlarms), only reads."""
    return operation.startswith(READS)


class Guard:
    """Counts every request and refuses those that must not leave."""

    def __init__(self, account: str, check_mode: bool, whoami: Callable[[], str]) -> None:
        self.account = account
        self.check_mode = check_mode
        self.whoami = whoami
        self.requests: Counter[str] = Counter()
        self.known = False
        self.lock = threading.Lock()
        self.asking = threading.Lock()

    def before_call(self, model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        with self.lock:
            self.requests[f"{service}:{model.name}"] += 1
        if service in IDENTITY_SERVICES:
            return
        self.check_account()
        if self.check_mode and not reads(model.name):
            raise Refused(f"{service}:{model.name} would write, and this is check mode; please report it as a bug.")

    def check_account(self) -> None:
        with self.asking:
            if self.known:
                return
            found = self.whoami()
            if found != self.account:
                raise Refused(
                    f"These credentials belong to account {found}, the inventory names {self.account} (runbook_aws.account). "
                    "Nothing was touched. Use the credentials of that account, or correct the inventory."
                )
            self.known = True
