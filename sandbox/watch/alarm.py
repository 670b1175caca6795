"""An alarm, metric or composite, with its state and history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ACTIONS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}


def timestamp(at: datetime) -> str:
    return f"{at.isoformat(timespec='milliseconds')}+0000"


@dataclass
class Alarm:
    """`definition` is the request that made it, in AWS's names; `name` and `alarm_arn` are what moto reads."""

    name: str
    alarm_arn: str
    definition: dict[str, Any]
    updated: datetime
    state_updated: datetime
    state_transitioned: datetime
    state: str = "INSUFFICIENT_DATA"
    reason: str = "Unchecked: Initial alarm creation"
    reason_data: str | None = None
    suppressed_by: str | None = None
    # How many times as fast its time runs as AWS's.
    pace: float = 1

    @property
    def type(self) -> str:
        return "CompositeAlarm" if "AlarmRule" in self.definition else "MetricAlarm"

    @property
    def actions_enabled(self) -> bool:
        return bool(self.definition["ActionsEnabled"])

    def actions(self) -> list[str]:
        return self.definition[ACTIONS[self.state]]

    def describe(self) -> dict[str, Any]:
        found = {
            **self.definition,
            "AlarmArn": self.alarm_arn,
            "AlarmConfigurationUpdatedTimestamp": self.updated,
            "StateValue": self.state,
            "StateReason": self.reason,
            "StateReasonData": self.reason_data,
            "StateUpdatedTimestamp": self.state_updated,
            "StateTransitionedTimestamp": self.state_transitioned,
            "ActionsSuppressedBy": self.suppressed_by,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass
class HistoryItem:
    alarm: str
    alarm_type: str
    at: datetime
    kind: str
    summary: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        return {
            "AlarmName": self.alarm,
            "AlarmType": self.alarm_type,
            "Timestamp": self.at,
            "HistoryItemType": self.kind,
            "HistorySummary": self.summary[:255],
            "HistoryData": self._text(),
        }

    def _text(self) -> str:
        """At most 4095 characters, and JSON all the same."""
        text = json.dumps({"version": "1.0", **self.data})
        return text if len(text) <= 4095 else json.dumps({"version": "1.0", "type": self.data.get("type")})
