"""How fast waiting goes: as many times as fast as on AWS as health checks do."""

from __future__ import annotations

from datetime import timedelta

_speed = 1.0


def set_speed(speed: float) -> None:
    global _speed
    _speed = speed


def speed() -> float:
    return _speed


def span(seconds: float) -> timedelta:
    """What takes so many seconds on AWS."""
    return timedelta(seconds=seconds / _speed)
