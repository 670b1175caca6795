"""A task that failed is run again until it does not fail, so that one run meets all that is refused once."""

from __future__ import annotations

from typing import Any

from ansible.playbook.task import Task
from ansible.plugins.strategy.linear import StrategyModule as Linear

DOCUMENTATION = """
name: again
short_description: Runs failed tasks again
description: As the strategy linear, but each task that failed is run again at once.
"""
# No task needs more actions than this.
RETRIES = 60
# Longer than the pause by which the sandbox tells the attempts apart.
DELAY_SECONDS = 0.8
# Asks nobody, and finds the same each time.
AT_ONCE = "prodready.aws.report"


class StrategyModule(Linear):
    def _queue_task(self, host: Any, task: Task, task_vars: dict[str, Any], play_context: Any) -> None:
        if not task.until and task.action != AT_ONCE:
            task.retries, task.delay = RETRIES, DELAY_SECONDS
        super()._queue_task(host, task, task_vars, play_context)
