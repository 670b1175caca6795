"""A sandbox for the proofs that need one of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.integration.place import Place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An empty account at the module's start."""
    made = Place(tmp_path_factory.mktemp("proof") / "sandbox")
    made.sandbox("up")
    yield made
    made.sandbox("down")
    shutil.rmtree(made.folder)
