# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A proof that fails in a run that has changed something says what undo would do, and with runbook_undo_on_failure does it.

It is said here, where the run stops, because Ansible skips all that follows when a role of a play has failed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..module_utils.aws import AWS_SPEC
from .in_controller import RUN
from .in_controller import ActionModule as InController


class ActionModule(InController):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        journal = Path(self._journal(task_vars)["path"] or "")
        if not result.get("failed") or not journal.is_file() or f'"{RUN}"' not in journal.read_text(encoding="utf-8"):
            return result
        wanted = self._says("runbook_undo_on_failure", task_vars)
        options = {key: value for key, value in self._task.args.items() if key in AWS_SPEC}
        checking, self._task.check_mode = self._task.check_mode, not wanted
        try:
            undone = self.module("undo", {**options, "src": str(journal), "run": "current"}, task_vars)
        finally:
            self._task.check_mode = checking
        said = undone.get("text") or undone.get("msg", "")
        what = "Undone, as runbook_undo_on_failure says" if wanted else f"To undo it: ansible-playbook playbooks/undo.yml -e run={RUN}"
        return {**result, "changed": wanted and undone.get("changed", False), "msg": f"{result['msg']}\n{what}\n{said}"}
