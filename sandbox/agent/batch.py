"""What one PutLogEvents takes.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

MOST_EVENTS = 10_000
MOST_BYTES = 1_048_576
EVENT_BYTES = 26  # counted for each event beside its message
LONGEST = 24 * 3600 * 1_000_000  # microseconds, the journal's unit
MESSAGE_BYTES = 256 * 1024 - EVENT_BYTES  # what every version of the API takes; the journal's own lines are shorter


class Line(NamedTuple):
    """A line of a journal file; without a message it is none for CloudWatch, which refuses empty ones."""

    at: int  # microseconds
    message: str
    unit: str
    file: str
    end: int  # where the next line of the file begins


def cut(message: str) -> str:
    encoded = message.encode()
    return message if len(encoded) <= MESSAGE_BYTES else encoded[:MESSAGE_BYTES].decode(errors="ignore")


def first_batch(lines: Iterable[Line]) -> list[Line]:
    """The lines, from the first on, whose messages fit into one request."""
    batch: list[Line] = []
    events = size = 0
    first = last = None
    for line in lines:
        if line.message:
            events, size = events + 1, size + len(line.message.encode()) + EVENT_BYTES
            first = line.at if first is None else min(first, line.at)
            last = line.at if last is None else max(last, line.at)
            if events > MOST_EVENTS or size > MOST_BYTES or last - first > LONGEST:
                break
        batch.append(line)
    return batch


def events(batch: list[Line]) -> list[dict[str, Any]]:
    """In order of time, which is not the journal's order when the host's clock was set back."""
    lines = sorted((line for line in batch if line.message), key=lambda line: line.at)
    return [{"timestamp": line.at // 1000, "message": line.message} for line in lines]
