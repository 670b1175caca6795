# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests that botocore sends again: until when, and what AWS's answer then means.

Where no answer comes, nobody knows whether AWS did the work. AWS's refusal of the same request, sent again, tells: what was
to be made is there, what was to be removed is gone.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

import threading
import time
from typing import Any

# The operations that AWS does not answer twice alike, with the error codes that say that the work is done.
DONE: dict[str, tuple[str, ...]] = {
    "CreateTable": ("ResourceInUseException",),
    "DeleteTable": ("ResourceInUseException", "ResourceNotFoundException"),
    "CreateBucket": ("BucketAlreadyOwnedByYou",),
    "DeleteBucket": ("NoSuchBucket",),
    "CreateLogGroup": ("ResourceAlreadyExistsException",),
    "DeleteRetentionPolicy": ("ResourceNotFoundException",),
    "CreateReplicationGroup": ("ReplicationGroupAlreadyExists",),
    "CreateCacheParameterGroup": ("CacheParameterGroupAlreadyExists",),
    "CreateCacheSubnetGroup": ("CacheSubnetGroupAlreadyExists",),
    "CreateUser": ("UserAlreadyExists",),
    "CreateUserGroup": ("UserGroupAlreadyExists",),
    "CreateRole": ("EntityAlreadyExists",),
    "CreateInstanceProfile": ("EntityAlreadyExists",),
    "AddRoleToInstanceProfile": ("LimitExceeded",),
    "StartInstanceRefresh": ("InstanceRefreshInProgress",),
    "CreateAutoScalingGroup": ("AlreadyExists",),
    "CreateLaunchTemplate": ("InvalidLaunchTemplateName.AlreadyExistsException",),
    "UpdateHealthCheck": ("HealthCheckVersionMismatch",),
    "CreateBudget": ("DuplicateRecordException",),
    "CreateNotification": ("DuplicateRecordException",),
    "CreateSubscriber": ("DuplicateRecordException",),
    "UpdateNotification": ("DuplicateRecordException", "NotFoundException"),
    "UpdateSubscriber": ("DuplicateRecordException", "NotFoundException"),
    "DeleteQueue": ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
}


class _Here(threading.local):
    """What is known of the request that this thread is about."""

    since = 0.0
    unanswered = False


class Resending:
    """Sees every attempt of every client of a session."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.here = _Here()

    def watch(self, events: Any) -> None:
        events.register("before-call", self.begins)
        events.register("needs-retry", self.attempted)

    def begins(self, **_: Any) -> None:
        self.here.since, self.here.unanswered = time.monotonic(), False

    def attempted(self, response: Any = None, caught_exception: Exception | None = None, **_: Any) -> None:
        """After each attempt: one without an answer is repeated until the time is over."""
        if caught_exception is not None:
            self.here.unanswered = True
            if time.monotonic() - self.here.since > self.seconds:
                raise caught_exception
        elif response is not None and response[0].status_code >= 500:
            self.here.unanswered = True

    def done_before(self, operation: str, code: str) -> bool:
        """Whether this error says that an earlier attempt of the request, in this thread, did the work."""
        return self.here.unanswered and code in DONE.get(operation, ())
