# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Waits: botocore's own waiters, and data for its engine where it has none.

https://botocore.amazonaws.com/v1/documentation/api/latest/topics/waiters.html
"""

from __future__ import annotations

from typing import Any

try:
    from botocore.waiter import WaiterModel, create_waiter_with_client
except ImportError:  # reported by AwsModule
    WaiterModel = create_waiter_with_client = None  # type: ignore[assignment, misc]

POLL_SECONDS = 1

# (service, waiter) -> botocore's waiter description, version 2
WAITERS: dict[tuple[str, str], dict[str, Any]] = {}


def waiter(client: Any, service: str, name: str) -> Any:
    """The waiter of that name, ours before botocore's."""
    description = WAITERS.get((service, name))
    if description is None:
        return client.get_waiter(name)
    return create_waiter_with_client(name, WaiterModel({"version": 2, "waiters": {name: description}}), client)


def config(found: Any, deadline_seconds: float) -> dict[str, Any]:
    """Look every second, for most states take a few; botocore's own pauses are up to half a minute."""
    delay = min(found.config.delay, POLL_SECONDS)
    return {"Delay": delay, "MaxAttempts": max(1, int(deadline_seconds // delay))}
