# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: settled
short_description: Whether this run's rehearsal has found nothing to change
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - A rehearsal is a play with C(check_mode) and the variable C(runbook_rehearsal); what it has found counts for its host, in the same run.
  - In a rehearsal, without one, as with C(--check), or after a part of one (C(--start-at-task), C(--step)), the answer is V(false).
"""

EXAMPLES = r"""
- name: What is as declared is not compared again
  ansible.builtin.debug:
    msg: "{{ lookup('prodready.aws.settled') }}"
"""

RETURN = r"""
_raw:
  description: Whether nothing is to be changed.
  type: list
  elements: bool
"""

from typing import Any

from ansible import context
from ansible.plugins.lookup import LookupBase

from ..action.in_controller import RUN, SETTLED, UNSETTLED


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[bool]:
        told = variables or {}
        facts = told.get("ansible_facts") or {}
        partial = told.get("runbook_rehearsal") or context.CLIARGS.get("start_at_task") or context.CLIARGS.get("step")
        return [not partial and RUN in facts.get(SETTLED, {}) and facts.get(UNSETTLED) != RUN]
