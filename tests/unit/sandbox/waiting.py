"""Waiting for what the emulator does by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def eventually(look: Callable[[], Any], expected: Any, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while (found := look()) != expected:
        assert time.monotonic() < deadline, f"found {found!r}, not {expected!r}, after {seconds} s"
        time.sleep(0.02)
