"""Which tests a worker of pytest-xdist takes together: those of a file, and all that share the account of the first phase.

Marks of xdist's own (xdist_group) come too late for pytest 9.2, whose items keep the name that they were collected under.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
SHARES_AN_ACCOUNT = re.compile(r"^def \w+\([^)]*\b(applied|immediate)\b", re.MULTILINE)


@functools.cache
def group(file: str) -> str:
    return "applied" if SHARES_AN_ACCOUNT.search((ROOT / file).read_text()) else file


class ByPlace(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByPlace:
    return ByPlace(config, log)
