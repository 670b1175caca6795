"""Every task's result as one JSON line in the file RECORD_TO, so that tests need not read what is printed."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.module_utils.common.json import AnsibleJSONEncoder
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: aggregate
short_description: Task results as JSON lines
description: Task results as JSON lines.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"

    def _write(self, state: str, result: Any) -> None:
        role = result.task._role
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "state": state,
            "host": result.host.get_name(),
            "role": role.get_name() if role else None,
            "task": result.task.get_name().rpartition(" : ")[2],
            "action": result.task.action,
            "result": dict(result.result),
        }
        with Path(os.environ["RECORD_TO"]).open("a") as file:
            file.write(json.dumps(line, cls=AnsibleJSONEncoder) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write("failed", result)

    def v2_runner_retry(self, result: Any) -> None:
        self._write("retried", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write("unreachable", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._write("skipped", result)
