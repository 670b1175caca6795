# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: plan
type: stdout
short_description: What a playbook would change, resource by resource
description:
  - Prints nothing but the plan of a run with C(--check --diff), for each host and role every resource that would be
    created, changed or removed with the fields that differ, and in the last line how many.
  - Errors and warnings are shown too. Values of secrets are not.
  - C(tools/plan) runs a playbook with it.
options:
  dest:
    description: A file that gets the numbers of the last line, as JSON. None when not set.
    type: path
    env:
      - name: PRODREADY_PLAN_DEST
author:
  - prodready contributors (@prodready)
"""

import json
import sys
from pathlib import Path
from typing import Any

from ansible import constants as C
from ansible.plugins.callback import CallbackBase

from ..module_utils.plan_view import count, lines
from ..module_utils.planned import OURS, Planned

COLORS = {"+": C.COLOR_DIFF_ADD, "~": C.COLOR_CHANGED, "-": C.COLOR_DIFF_REMOVE}


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "prodready.aws.plan"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.planned = Planned()

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._progress(task.get_name())

    def v2_runner_on_ok(self, result: Any) -> None:
        self._warn(result.result)
        self.planned.add(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._warn(result.result)
        if not ignore_errors:
            self._error(result, "failed")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._error(result, "cannot be reached")

    def v2_playbook_on_no_hosts_matched(self) -> None:
        self._display.warning("A play has no hosts.")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._progress("")
        for (place, role), found in self.planned.found.items():
            self._display.display(f"{place} · {role.removeprefix(OURS)}" if role else place)
            for entry in found.values():
                for sign, line in lines(entry):
                    self._display.display(line, color=COLORS[sign])
            self._display.display("")
        for line in self.planned.stays:
            self._display.display(f"stays: {line}")
        if dest := self.get_option("dest"):
            Path(dest).write_text(json.dumps({**count(self.planned.everything), "leave": self.planned.left}), encoding="utf-8")
        self._display.display(self.planned.summary(bool(stats.failures or stats.dark)))

    def _warn(self, answer: dict[str, Any]) -> None:
        for warning in answer.get("warnings") or []:
            self._progress("")
            self._display.warning(str(warning))

    def _error(self, result: Any, what: str) -> None:
        self._progress("")
        said = result.result.get("msg") or result.result.get("censored") or "no message"
        self._display.display(f"{result.host.get_name()}: {result.task.get_name()}: {what}: {said}", color=C.COLOR_ERROR, stderr=True)

    def _progress(self, name: str) -> None:
        """What is being read now, on a line that is taken back."""
        if sys.stderr.isatty():
            print(f"\r\033[K{name[:79]}", end="", file=sys.stderr, flush=True)
