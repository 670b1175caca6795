# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: kept_plan
type: aggregate
short_description: Keeps the plan of a run in check mode as evidence
description:
  - Of a playbook that ran with C(--check), writes what it would change to C(plans/<playbook>.json) in the folder of evidence
    (C(runbook_evidence_dir)), with its seal. M(prodready.aws.readiness) shows it as drift.
  - Of a run of a part (C(--tags), C(--limit), C(--start-at-task)) nothing is kept, for it does not tell what the whole would change.
  - Values of secrets are not kept.
requirements:
  - It is named in C(callbacks_enabled) of C(ansible.cfg).
author:
  - prodready contributors (@prodready)
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible import context
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar

from ..module_utils.evidence import keep
from ..module_utils.plan_view import kept
from ..module_utils.planned import Planned

PARTS = {"tags": ["all"], "skip_tags": [], "subset": None, "start_at_task": None}


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "prodready.aws.kept_plan"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = context.CLIARGS
        self.disabled = not given.get("check") or any(list(given.get(name) or []) != (whole or []) for name, whole in PARTS.items())
        self.folder: Path | None = None

    def v2_playbook_on_start(self, playbook: Any) -> None:
        self.planned, self.name, self.at = Planned(), Path(playbook._file_name).stem, datetime.now(UTC)

    def v2_playbook_on_play_start(self, play: Any) -> None:
        manager = play.get_variable_manager()
        for host in manager._inventory.get_hosts(play.hosts)[:1] if self.folder is None else ():
            variables = manager.get_vars(play=play, host=host)
            if "runbook_evidence_dir" in variables:
                self.folder = Path(Templar(play.get_loader(), variables).template(variables["runbook_evidence_dir"]))

    def v2_runner_on_ok(self, result: Any) -> None:
        self.planned.add(result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        if self.folder is None:
            return
        changes = [
            {"place": place, "role": role.rpartition(".")[2], **kept(entry)}
            for (place, role), found in self.planned.found.items()
            for entry in found.values()
        ]
        whole = not (stats.failures or stats.dark)
        plan = {"at": self.at.isoformat(timespec="seconds"), "whole": whole, "leave": self.planned.left, "changes": changes}
        try:
            keep(self.folder / "plans" / f"{self.name}.json", plan)
        except OSError as error:
            self._display.warning(f"The plan is not kept: {self.folder} cannot be written: {error.strerror}.")
