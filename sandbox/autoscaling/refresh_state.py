"""An instance refresh, as an account has it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow

ROLLING_BACK = ("RollbackInProgress", "RollbackSuccessful", "RollbackFailed")
ACTIVE = ("Pending", "InProgress", "Cancelling", "RollbackInProgress", "Baking")
DEFAULTS = {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 100, "ScaleInProtectedInstances": "Wait", "StandbyInstances": "Wait"}


@dataclass
class Refresh:
    preferences: dict[str, Any]
    # What new instances are launched from, and what the group is made of once it has succeeded.
    desired: dict[str, Any] | None
    # Which instances are to go, and how many there were.
    old: list[str]
    total: int
    warmup: int
    uid: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "Pending"
    reason: str = ""
    start: datetime = field(default_factory=utcnow)
    end: datetime | None = None
    # The last time that an instance was ready; nothing for an hour is a failure.
    progress: datetime = field(default_factory=utcnow)
    left: int = 0
    percentage: int = 0
    checkpoints: list[int] = field(default_factory=list)
    checked: datetime | None = None
    baking: datetime | None = None
    rollback: dict[str, Any] | None = None

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    def finish(self, status: str, reason: str = "") -> None:
        self.status, self.reason, self.end = status, reason, utcnow()
