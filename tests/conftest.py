"""How tests are shared out among processes: file by file, those of one place together, the longest first."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# They use the account that the first phase was run on, and each process makes its own.
APPLIED = {"test_deploy.py", "test_immediate.py", "test_readme.py", "test_rotate.py"}
# They use the one that both phases were run on.
BALANCED = {"test_balancer.py", "test_readiness.py"}
# Hours of tests that do not need each other, when none is left out.
APART = {"test_kill_anywhere.py", "test_faults.py"} if os.environ.get("PROOFS") == "all" else set()

# What takes minutes comes first, lest one process is left with it at the end.
FIRST = (
    *("test_balancer.py", "test_readiness.py", "test_deploy.py", "test_scenarios.py", "test_production_path.py", "test_kill_anywhere.py"),
    *("test_silence.py", "test_undo.py"),
)


class ByPlace(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        name = PurePath(file).name
        if name in APART:
            return nodeid
        return "applied" if name in APPLIED else "balanced" if name in BALANCED else file


# https://pytest-xdist.readthedocs.io/en/stable/distribution.html
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> LoadFileScheduling:
    return ByPlace(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))
