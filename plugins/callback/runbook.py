# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: runbook
type: stdout
short_description: A run as the states it reaches, with what runs now on the last line
description:
  - Prints each play, under it each role, and under that each task whose state was reached, was changed or failed, with the seconds that it
    took when they were many. What was skipped is not shown, nor that arguments are valid.
  - A terminal's last line says what runs now, for how long, and what it waits for. Elsewhere no control characters are printed, unless
    colors are forced, words stand for signs, and what is waited for has lines of its own.
  - Failures are shown whole, of this collection's modules the message; warnings, messages of M(ansible.builtin.debug), what C(--diff)
    gives and the recap are those of P(ansible.builtin.default#callback).
  - The last lines say in check mode what would be done, otherwise which claims hold, and how long the run took.
  - A play that sets C(check_mode) in a run without C(--check) is a rehearsal, in which a role is one line.
  - With C(-v) and more everything is printed by P(ansible.builtin.default#callback).
notes:
  - O(display_skipped_hosts), O(display_ok_hosts), O(display_included_hosts) and O(show_per_host_start) count with C(-v) only.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
author:
  - prodready contributors (@prodready)
"""

import atexit
import contextlib
import os
import sys
import textwrap
import time
from typing import Any

from ansible import constants as C
from ansible import context
from ansible.playbook.task_include import TaskInclude
from ansible.plugins.callback.default import CallbackModule as Default
from ansible.utils.color import stringc
from ansible.utils.fqcn import add_internal_fqcns

from ..module_utils.live_line import LiveLine
from ..module_utils.page import Page, Told
from ..module_utils.planned import OURS, Planned
from ..module_utils.progress import Said
from ..module_utils.report import summary
from ..module_utils.run_view import CHANGED, FAILED, OK, SIGNS, UNREACHABLE, Running, failure, items, line, took

COLORS = {OK: C.COLOR_OK, CHANGED: C.COLOR_CHANGED, FAILED: C.COLOR_ERROR, UNREACHABLE: C.COLOR_UNREACHABLE}
FREE = add_internal_fqcns(("free", "host_pinned"))
# About the run, not about the place.
UNTOLD = add_internal_fqcns(("validate_argument_spec",))
PROVE = f"{OURS}prove"
# They write on the last line themselves.
ASKING = add_internal_fqcns(("pause",))


class CallbackModule(Default):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "prodready.aws.runbook"

    def __init__(self) -> None:
        super().__init__()
        if self._display.verbosity:
            for name in vars(CallbackModule):
                if name.startswith("v2_"):
                    setattr(self, name, getattr(super(), name))
        self.running = Running()
        self.live = LiveLine(self._display, self._now, lambda text: stringc(text, C.COLOR_VERBOSE))
        self.signs = {state: f"{state}:" for state in SIGNS}
        with contextlib.suppress(UnicodeEncodeError):
            if self.live.terminal and "".join(SIGNS.values()).encode(sys.stdout.encoding):
                self.signs = SIGNS

    def v2_playbook_on_start(self, playbook: Any) -> None:
        super().v2_playbook_on_start(playbook)
        self.page = Page(self._display, self.signs, lambda text, state: stringc(text, COLORS[state]))
        atexit.register(self.page.tell)  # a run that is interrupted may have something left to tell
        self.planned, self.diff = Planned(), ""
        self.claims: list[dict[str, Any]] = []
        if context.CLIARGS["check"]:
            self._display.display("Check mode: nothing is changed, and what is shown as changed would be.")
        self.live.begin()

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._play = play
        self.running.tasks.clear()
        self.rehearsal = bool(play.check_mode) and not context.CLIARGS["check"]
        name = line(play.get_name().strip(), "check mode" if self.rehearsal else "")
        variables = play.get_variable_manager().get_vars(play=play)
        self.page.play(name, variables.get("ansible_play_batch", []), play.strategy in FREE)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool = False) -> None:
        if self._told(task).about != self.page.told.about:
            self.page.tell()
        self.live.said = ""

    v2_playbook_on_handler_task_start = v2_playbook_on_task_start

    def v2_playbook_on_no_hosts_matched(self) -> None:
        self.page.heading = self._play.get_name().strip()
        self.page.head()
        self._display.display("    no hosts", color=C.COLOR_SKIP)

    def v2_playbook_on_no_hosts_remaining(self) -> None:
        self.page.tell()
        self._display.display("    No hosts are left.", color=C.COLOR_ERROR)

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        role = f"{self._role(task)}: " if task._role else ""
        text = "" if task.action in (*ASKING, *UNTOLD) else role + self._name(task)
        self.running.start(host.get_name(), task._uuid, text, time.monotonic())

    def v2_runner_on_ok(self, result: Any) -> None:
        task, answer, begun = result.task, result.result, self._ended(result)
        state = CHANGED if answer.get("changed") else OK
        unproven = task.action == PROVE and "claims" not in answer  # check mode asks nothing
        if isinstance(task, TaskInclude) or unproven or (task.action in UNTOLD and state == OK):
            return
        if context.CLIARGS["check"]:
            self.planned.add(result)
        if task.action == PROVE:
            self.claims += answer["claims"]
        self.page.add(self._told(task, begun), state, result.host.get_name(), items(answer, self._get_item_label))
        self._more(result, "" if task.loop and "results" in answer else self._shown(result))

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        begun = self._ended(result)
        if not (result.task.loop and "results" in result.result):  # its items have been shown
            self._failed(FAILED, result, begun=begun)
        self._more(result)
        self._ignored(ignore_errors)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._failed(UNREACHABLE, result, begun=self._ended(result))
        self._ignored(result.task.ignore_unreachable)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._ended(result)
        self._more(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        if isinstance(result.task, TaskInclude):
            return
        if shown := self._shown(result):
            self.page.tell()
            state = CHANGED if result.result.get("changed") else OK
            parts = (self._name(result.task), result.host.get_name(), str(self._get_item_label(result.result)))
            self.page.line(state, self._role(result.task), *parts)
        self._more(result, shown)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._failed(FAILED, result, str(self._get_item_label(result.result)))

    def v2_runner_item_on_skipped(self, result: Any) -> None:
        self._more(result)

    def v2_runner_retry(self, result: Any) -> None:
        number, of = result.result["attempts"], result.result["retries"]  # Ansible counts the next one already
        self._display.display(Said(f"{self.host_label(result)}: attempt {number} of {of} follows"))

    def v2_on_file_diff(self, result: Any) -> None:
        answer = result.result
        every = answer["results"] if result.task.loop and "results" in answer else [answer]
        self.diff = "".join(self._get_diff(one["diff"]) for one in every if one.get("diff") and one.get("changed"))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self.page.tell()
        self.live.end()
        super().v2_playbook_on_stats(stats)
        broken = bool(stats.failures or stats.dark)
        if context.CLIARGS["check"]:
            self._display.display(self.planned.summary(broken))
        elif self.claims:
            self._display.display(f"{summary(self.claims)}.")
        self._display.display(f"{'Failed' if broken else 'Done'} after {took(time.monotonic() - self.page.begun)}.")

    def _with_v(self, *args: Any) -> None:
        """What is shown with -v only."""

    v2_playbook_on_include = v2_playbook_on_notify = _with_v
    v2_runner_on_async_poll = v2_runner_on_async_ok = v2_runner_on_async_failed = _with_v

    def _now(self, width: int, said: str) -> str:
        if not self.live.terminal:  # then it stays, under its play
            self.page.head()
        return self.running.text(self.page.batch, said, time.monotonic(), width)

    def _ended(self, result: Any) -> float:
        return self.running.end(result.host.get_name(), result.task._uuid, time.monotonic())

    def _role(self, task: Any) -> str:
        return task._role.get_name().removeprefix(OURS) if task._role else ""

    def _name(self, task: Any) -> str:
        return task.get_name().removeprefix(f"{task._role.get_name()} : " if task._role else "").strip()

    def _told(self, task: Any, begun: float = 0) -> Told:
        """A role that is rehearsed is one line, for its states are not reached yet."""
        role = self._role(task)
        return Told(role, "", role, begun) if self.rehearsal and role else Told(task._uuid, role, self._name(task), begun)

    def _shown(self, result: Any) -> str:
        """What a task is there to print."""
        if not self._run_is_verbose(result):
            return ""
        self._clean_results(result.result, result.task.action)
        text = result.result.get("msg")
        if isinstance(text, list) and all(isinstance(one, str) for one in text):
            text = "\n".join(text)
        return text if isinstance(text, str) else self._dump_results(result.result).strip("\n")

    def _more(self, result: Any, shown: str = "") -> None:
        """What belongs under a line; warnings of a role that is rehearsed stand before it."""
        diff, self.diff = self.diff, ""
        if shown or diff or any(result.result.get(key) for key in ("warnings", "deprecations")):
            if self.page.told.about != self._role(result.task):
                self.page.tell()
            self.page.head()
            self._handle_warnings(result.result)
            for text in filter(None, (diff.strip("\n"), shown)):
                self._display.display(f"\n{text}\n" if "\n" in text else text)

    def _failed(self, state: str, result: Any, item: str = "", begun: float | None = None) -> None:
        task, answer = result.task, result.result
        self.page.tell()
        seconds = time.monotonic() - begun if begun else 0
        self.page.line(state, self._role(task), self._name(task), self.host_label(result), item, seconds=seconds)
        self._handle_warnings(answer)
        where = f"at {os.path.relpath(os.path.realpath(path))}" if (path := task.get_path()) else ""
        for text in (*failure(answer, task.action.startswith(OURS), self._dump_results), where):
            if text:
                stderr = self.get_option("display_failed_stderr")
                self._display.display(textwrap.indent(text, "      "), color=COLORS[state], stderr=stderr)

    def _ignored(self, it_is: bool) -> None:
        if it_is:
            self._display.display("      ignored", color=C.COLOR_SKIP)
