"""The time that the emulator believes in: the machine's, plus an offset."""

from __future__ import annotations

import threading
import time

from time_machine import travel

_lock = threading.Lock()
_travel: travel | None = None
_offset = 0.0


def offset() -> float:
    return _offset


def machine_time() -> float:
    return time.time() - _offset


def set_offset(seconds: float) -> None:
    """Every clock of this process runs on from now plus `seconds`; only the monotonic ones stay."""
    global _travel, _offset
    with _lock:
        if _travel:
            _travel.stop()
        _travel, _offset = None, seconds
        if seconds:
            _travel = travel(time.time() + seconds, tick=True)
            _travel.start()
