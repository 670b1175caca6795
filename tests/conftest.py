"""Which tests a worker of pytest-xdist takes together: those of a file, and all that share the account of the first phase."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        shared = {"immediate", "applied"} & set(getattr(item, "fixturenames", ()))
        item.add_marker(pytest.mark.xdist_group("applied" if shared else str(item.path)))
