"""Scaling activities: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalingActivity.html"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow

MOST = 1000


@dataclass
class Activity:
    resource: str
    dimension: str
    description: str
    cause: str
    message: str
    status: str = "Successful"
    start: datetime = field(default_factory=utcnow)
    end: datetime | None = None
    uid: str = field(default_factory=lambda: str(uuid.uuid4()))

    def finish(self, message: str) -> None:
        self.status, self.message, self.end = "Successful", message, utcnow()

    def described(self) -> dict[str, Any]:
        told = {
            "ActivityId": self.uid,
            "ServiceNamespace": self.dimension.partition(":")[0],
            "ResourceId": self.resource,
            "ScalableDimension": self.dimension,
            "Description": self.description,
            "Cause": self.cause,
            "StartTime": self.start.timestamp(),
            "EndTime": self.end.timestamp() if self.end else None,
            "StatusCode": self.status,
            "StatusMessage": self.message,
        }
        return {name: value for name, value in told.items() if value is not None}


def of(backend: Any) -> list[Activity]:
    """The newest first, kept on moto's backend, which a reset empties."""
    return backend.__dict__.setdefault("activities", [])


def tell(backend: Any, activity: Activity) -> None:
    of(backend).insert(0, activity)
    del of(backend)[MOST:]
