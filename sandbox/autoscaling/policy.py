"""A scaling policy, as an account has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Policy:
    name: str
    arn: str
    kind: str
    adjustment: str = ""
    amount: int | None = None
    least: int | None = None
    cooldown: int | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    aggregation: str = "Average"
    warmup: int | None = None
    tracking: dict[str, Any] | None = None
    enabled: bool = True
    # Those of target tracking: AlarmHigh and, where it scales in, AlarmLow.
    alarms: list[str] = field(default_factory=list)
    # When an alarm that goes on invoked it the last time.
    invoked: dict[str, datetime] = field(default_factory=dict)
