"""A resource that is on its way: for a moment in one state, then in the next.

At AWS the moment takes seconds to minutes; here it is just long enough that a caller that does not wait is found out.
"""

from __future__ import annotations

import time
from typing import Any

SECONDS = 0.2


def begin(resource: Any, state: str) -> None:
    resource.phase = (state, time.time() + SECONDS)


def state_of(resource: Any, settled: str) -> str:
    state, until = getattr(resource, "phase", (settled, 0.0))
    # A clock that was set back does not bring a phase back.
    return state if 0 < until - time.time() < 2 * SECONDS else settled


def is_over(resource: Any, state: str) -> bool:
    """Was the resource in this state, and is it no longer?"""
    return getattr(resource, "phase", ("", 0.0))[0] == state and state_of(resource, "") != state
