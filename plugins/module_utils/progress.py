# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a module says while it is at work: shown at once where it runs in the controller, and to nobody elsewhere."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator

AGAIN_SECONDS = 5.0


class Said(str):
    """That, among all else that is printed: the callback prodready.aws.runbook shows it where it says what runs now."""


listener: Callable[[str], None] | None = None
_last: tuple[str, float] = ("", 0.0)


def say(text: str) -> None:
    """The same with other numbers is said again after some seconds only."""
    global _last
    words, now = re.sub(r"[\d.,]+", "", text), time.monotonic()
    if listener is not None and (words != _last[0] or now - _last[1] >= AGAIN_SECONDS):
        _last = words, now
        listener(text)


@contextlib.contextmanager
def waiting(text: str) -> Iterator[None]:
    """Around a wait that says nothing itself: that is said of one that takes long."""
    timer = threading.Timer(AGAIN_SECONDS, say, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
