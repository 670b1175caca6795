"""Proofs run on the places of tests/integration."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.integration.conftest import place  # noqa: F401
from tests.integration.place import Place


@pytest.fixture(scope="module")
def shared_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An account that is empty at the module's start and passed on from test to test."""
    made = Place(tmp_path_factory.mktemp("proof") / "sandbox")
    made.sandbox("up")
    yield made
    made.sandbox("down")
    shutil.rmtree(made.folder)
