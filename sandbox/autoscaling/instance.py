"""An instance of a group, and the activity that it is in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow

ENDED = ("Successful", "Failed", "Cancelled")

Spec = dict[str, Any]


def new_id() -> str:
    return str(uuid.uuid4())


@dataclass
class Activity:
    group: str
    description: str
    cause: str
    details: dict[str, str] = field(default_factory=dict)
    status: str = "PreInService"
    message: str = ""
    progress: int = 30
    start: datetime = field(default_factory=utcnow)
    end: datetime | None = None
    uid: str = field(default_factory=new_id)

    def finish(self, status: str = "Successful", message: str = "") -> None:
        if self.status not in ENDED:
            self.status, self.message, self.end, self.progress = status, message, utcnow(), 100


@dataclass
class Instance:
    uid: str
    type: str
    zone: str
    subnet: str
    image: str
    # With the number of the version that it was launched from.
    template: Spec
    state: str
    activity: Activity
    weight: int = 1
    spot: bool = False
    protected: bool = False
    health: str = "Healthy"
    launched: datetime = field(default_factory=utcnow)
    since: datetime = field(default_factory=utcnow)
    in_service: datetime | None = None
    # Its lifecycle action: the hooks that are still to be completed, and until when it waits for each.
    hooks: dict[str, datetime | None] = field(default_factory=dict)
    token: str = ""
    abandoned: bool = False
    # The instance refresh that launched it.
    refresh: str = ""

    @property
    def is_warm(self) -> bool:
        """Of the warm pool, not of the group's capacity."""
        return self.state.startswith("Warmed:")

    @property
    def is_leaving(self) -> bool:
        return "Terminating" in self.state or self.state == "Detaching"

    @property
    def counts(self) -> bool:
        """It is part of the capacity that the group has or is about to have."""
        return self.state.startswith("Pending") or self.state == "InService"

    def move(self, state: str, now: datetime) -> None:
        if state != self.state:
            self.state, self.since = state, now
