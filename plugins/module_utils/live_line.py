# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The last line of a terminal, which says what runs now: redrawn when that changes, and taken back before anything is printed.

Elsewhere it is printed when a module says what it waits for.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import threading
from collections.abc import Callable
from typing import Any

from .progress import Said

TICK_SECONDS = 0.2
TAKEN_BACK = "\r\033[K"
WIDE = 10_000


def possible() -> bool:
    """Whether what is printed goes to a terminal that can take a line back."""
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


class LiveLine:
    def __init__(self, display: Any, now: Callable[[int, str], str], paint: Callable[[str], str]) -> None:
        self.display, self.now, self.paint = display, now, paint
        self.terminal, self.said = possible(), ""
        self._print, self._process, self._drawn, self._over = display.display, os.getpid(), "", threading.Event()

    def begin(self) -> None:
        self._over.clear()
        self.display.display = self._above
        if self.terminal:
            atexit.register(self.end)
            threading.Thread(target=self._run, daemon=True).start()

    def end(self) -> None:
        self._over.set()
        self.display.display = self._print
        atexit.unregister(self.end)
        with self.display._lock:
            self._draw("")

    def _run(self) -> None:
        # The main thread is over when the run was interrupted and ends.
        while not self._over.wait(TICK_SECONDS) and threading.main_thread().is_alive():
            # Ansible forks its workers under this lock, so that none inherits a stream that this thread is writing to.
            with self.display._lock:
                if not self._over.is_set():
                    self._draw(self.now(shutil.get_terminal_size().columns - 1, self.said))

    def _draw(self, text: str) -> None:
        if text != self._drawn:
            sys.stdout.write(TAKEN_BACK + (self.paint(text) if text else ""))
            sys.stdout.flush()
            self._drawn = text

    def _above(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """In place of Display.display, which all that Ansible prints comes through; in a worker it sends it to the main process."""
        if os.getpid() != self._process:
            return self._print(msg, *args, **kwargs)
        if isinstance(msg, Said):
            self.said = msg.strip()
            msg, kwargs = self.now(WIDE, self.said) or msg, {**kwargs, "log_only": self.terminal}
        with self.display._lock:
            if not kwargs.get("log_only"):
                self._draw("")
            return self._print(msg, *args, **kwargs)
