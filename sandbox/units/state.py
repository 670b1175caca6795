"""What every unit has while it is loaded: its states, when they changed, and how its last job went."""

from __future__ import annotations

import time
from collections import deque

from sandbox.units.config import Unit


class JobFailed(Exception):
    """A start, stop or reload did not succeed; `result` is the unit's, as `systemctl show -p Result` has it."""

    def __init__(self, unit: str, result: str) -> None:
        super().__init__(f"{unit}: {result}")
        self.unit, self.result = unit, result


class State:
    def __init__(self, config: Unit) -> None:
        self.config = config
        self.active, self.sub, self.result = "inactive", "dead", "success"
        # When the unit entered each of systemd's four kinds of state.
        self.entered: dict[str, float | None] = dict.fromkeys(("InactiveExit", "ActiveEnter", "ActiveExit", "InactiveEnter", "StateChange"))
        self.starts: deque[float] = deque()
        self.start_limit_hit = False

    @property
    def name(self) -> str:
        return self.config.name.full

    @property
    def is_up(self) -> bool:
        return self.active in ("active", "reloading")

    @property
    def is_idle(self) -> bool:
        return self.active in ("inactive", "failed")

    def set(self, active: str, sub: str) -> None:
        now, was_up, was_idle = time.time(), self.is_up, self.is_idle
        self.active, self.sub = active, sub
        self.entered["StateChange"] = now
        if was_idle and not self.is_idle:
            self.entered["InactiveExit"] = now
        if not was_up and self.is_up:
            self.entered["ActiveEnter"] = now
        if was_up and not self.is_up:
            self.entered["ActiveExit"] = now
        if not was_idle and self.is_idle:
            self.entered["InactiveEnter"] = now

    def may_start(self) -> bool:
        """StartLimitBurst= starts in StartLimitIntervalSec=, by whomever (man systemd.unit)."""
        burst, interval = self.config.start_limit_burst, self.config.start_limit_interval
        now = time.monotonic()
        while self.starts and now - self.starts[0] > interval:
            self.starts.popleft()
        self.start_limit_hit = bool(burst and interval) and len(self.starts) >= burst
        if not self.start_limit_hit:
            self.starts.append(now)
        return not self.start_limit_hit

    def reset(self) -> None:
        """`systemctl reset-failed`."""
        self.starts.clear()
        self.start_limit_hit = False
        self.result = "success"
        if self.active == "failed":
            self.set("inactive", "dead")
