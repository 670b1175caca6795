# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs this collection's modules in the controller itself where the connection is local.

Packing a module, starting a Python and importing botocore there costs about 800 ms of CPU a task; here it is imported
once, in the parent that every task is forked from. The module's code is the same; on any other connection, or where the
variable runbook_pack_modules is true, it is packed as usual. docs/design-choices.md has the figures.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import io
import json
import os
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils import basic
from ansible.module_utils.common.json import Direction, get_module_decoder, get_module_encoder
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import filter_loader, lookup_loader, test_loader
from ansible.utils.display import Display

# Nothing of what is imported and read here is ever garbage; frozen, it stays shared with the tasks' processes.
# https://docs.python.org/3/library/gc.html#gc.freeze
gc.disable()
from ..module_utils import lifetime, progress  # noqa: E402
from ..module_utils.aws import AWS_SPEC, warm  # noqa: E402

PROFILE = "legacy"
# Their answers are never shown, whatever the task says; a registered variable has them all the same.
CONFIDENTIAL = {"secret_values"}
# A lock is held as long as the run's processes live; undo uses the other modules, which would not be packed with it.
NEVER_PACKED = {"lock", "undo"}
# The fact that keeps what a rehearsal has found to be as it is to be, by run (facts may be cached for others), module and options.
SETTLED = "prodready_settled"
# The fact that names the run whose rehearsal has found something to change.
UNSETTLED = "prodready_unsettled"
# This file is imported once, in the parent of all tasks: all of a run's changes carry the same name.
RUN = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}-{secrets.token_hex(3)}"

lifetime.begin(lambda said: Display().display(said, stderr=True))
warm("acm", "autoscaling", "cloudwatch", "dynamodb", "ec2", "elasticache", "elbv2", "iam", "logs", "resourcegroupstaggingapi", "s3")
warm("budgets", "secretsmanager", "sns", "wafv2")
# Ansible reads all its filters and tests for the first template that has one, in every task's process anew, and all of a collection's.
for plugins, name in (
    (filter_loader, "default"),
    (filter_loader, "prodready.aws.waf_checks"),
    (test_loader, "defined"),
    (lookup_loader, "ansible.builtin.file"),
    (lookup_loader, "ansible.builtin.env"),
):
    plugins.get(name)
gc.freeze()
gc.enable()


@contextlib.contextmanager
def environment(variables: dict[str, Any]) -> Iterator[None]:
    """A task's environment; the items of a loop share this process."""
    before = dict(os.environ)
    os.environ.update({name: str(value) for name, value in variables.items()})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class ActionModule(ActionBase):
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        rehearsing = self._says("runbook_rehearsal", task_vars)
        known = (task_vars.get("ansible_facts") or {}).get(SETTLED, {}).get(RUN, {})
        if known and not rehearsing and (found := known.get(self._key())):
            return found
        result = self.module(self._task.action.rpartition(".")[2], self._task.args, task_vars)
        return self._rehearsed(result, known) if rehearsing else result

    def _says(self, name: str, task_vars: dict[str, Any]) -> bool:
        """Whether a variable is given and true."""
        return boolean(self._templar.template(task_vars.get(name, False)))

    def _key(self) -> str:
        return hashlib.sha256(json.dumps([self._task.action, self._task.args], sort_keys=True, default=str).encode()).hexdigest()

    def _rehearsed(self, result: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
        """Changes are shown when they are made, not when they are rehearsed; a set without any need not be read again."""
        if result.get("failed"):
            return result
        shown = {key: value for key, value in result.items() if key not in ("diff", "plan", "warnings")} | {"changed": False}
        if result["changed"]:
            return {**shown, "ansible_facts": {UNSETTLED: RUN}}
        if "plan" in result:
            return {**shown, "ansible_facts": {SETTLED: {RUN: {**known, self._key(): result}}}}
        return shown

    def module(self, name: str, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The result of one of our modules."""
        module = importlib.import_module(f"ansible_collections.prodready.aws.plugins.modules.{name}")
        if hasattr(module, "AwsModule"):
            args = {**options, "journal": self._journal(task_vars)}
        else:
            # module_defaults of the action group reach every module that comes through here.
            args = {key: value for key, value in options.items() if key not in AWS_SPEC}
        packed = self._says("runbook_pack_modules", task_vars)
        background = bool(self._task.async_val)
        if name not in NEVER_PACKED and (packed or background or self._connection.transport != "local" or self._play_context.become):
            result = self._execute_module(module_name=f"prodready.aws.{name}", module_args=args, task_vars=task_vars, wrap_async=background)
        else:
            result = self._run_here(name, module.main, args, task_vars)
        return {**result, "_ansible_no_log": True} if name in CONFIDENTIAL and not result.get("failed") else result

    def _journal(self, task_vars: dict[str, Any]) -> dict[str, str]:
        return {
            "path": self._templar.template(task_vars.get("runbook_journal")),
            "run": RUN,
            "host": task_vars.get("inventory_hostname"),
            "role": self._task._role.get_name() if self._task._role else None,
            "task": self._task.get_name(),
        }

    def _run_here(self, name: str, main: Callable[[], None], args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        self._update_module_args(f"prodready.aws.{name}", args, task_vars)
        variables: dict[str, Any] = {}
        self._compute_environment_string(variables)
        encoder = get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
        basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": args}, cls=encoder).encode()
        basic._ANSIBLE_PROFILE = PROFILE
        progress.listener = lambda text: self._display.display(progress.Said(f"  {text}"))
        printed = io.StringIO()
        with environment(variables), contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
            main()
        if not printed.getvalue().strip():
            raise AnsibleError(f"{name} ended without a result.")
        return json.loads(printed.getvalue(), cls=get_module_decoder(PROFILE, Direction.MODULE_TO_CONTROLLER))
