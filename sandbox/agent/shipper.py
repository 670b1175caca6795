"""One host's way to CloudWatch Logs: a batch at a time, at least once, in its own stream."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.agent.backlog import Backlog, State
from sandbox.agent.batch import events, first_batch

log = logging.getLogger("sandbox.agent")

BACK_OFF_SECONDS = (1.0, 2.0, 5.0)


class Shipper:
    def __init__(self, logs: Callable[[], Any], group: str, stream: str, backlog: Backlog) -> None:
        self._logs = logs
        self._stream = {"logGroupName": group, "logStreamName": stream}
        self._backlog = backlog
        self._shipped: State = ()
        self._has_stream = False
        self._failures, self._resume = 0, 0.0
        self._said = ""

    def step(self) -> None:
        """Ship one batch of what there is; what fails is tried again later, and nothing passes it."""
        state = self._backlog.state()
        if state == self._shipped or time.monotonic() < self._resume:
            return
        batch = first_batch(self._backlog.lines())
        try:
            if found := events(batch):
                self._put(found)
        except (BotoCoreError, ClientError) as error:
            self._failed(error)
            return
        self._failures, self._said = 0, ""
        if batch:
            self._backlog.passed(batch)
        else:
            self._shipped = state

    def _put(self, found: list[dict[str, Any]]) -> None:
        logs = self._logs()
        if not self._has_stream:
            self._create_stream(logs)
        rejected = logs.put_log_events(**self._stream, logEvents=found).get("rejectedLogEventsInfo")
        if rejected:
            log.warning("%s: CloudWatch rejected events by their age: %s", self._stream["logStreamName"], rejected)

    def _create_stream(self, logs: Any) -> None:
        """The group is not the agent's to create: with it come retention and encryption, which are others' decisions."""
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(**self._stream)
        self._has_stream = True

    def _failed(self, error: Exception) -> None:
        self._has_stream = False
        self._resume = time.monotonic() + BACK_OFF_SECONDS[min(self._failures, len(BACK_OFF_SECONDS) - 1)]
        self._failures += 1
        if str(error) != self._said:
            self._said = str(error)
            log.warning("%s waits for %s: %s", self._stream["logStreamName"], self._stream["logGroupName"], error)
