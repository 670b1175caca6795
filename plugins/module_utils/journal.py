# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The audit trail: one JSON line for every change, written before the change is made.

A run that was killed has thus written everything that it may have done; whether it did is for the reader to compare
with the account.
"""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .plan import Change


class Journal:
    def __init__(self, path: str | None, **context: Any) -> None:
        self.path = Path(path) if path else None
        self.context = context
        self.lock = threading.Lock()

    def append(self, change: Change, **more: Any) -> None:
        if self.path is None:
            return
        line = json.dumps(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                **self.context,
                "name": change.name,
                "action": change.action,
                "before": change.before,
                "after": change.after,
                **more,
            },
            default=str,
        )
        # One write of one line with O_APPEND, so that runs side by side do not mix their lines.
        with self.lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, f"{line}\n".encode())
            finally:
                os.close(descriptor)
