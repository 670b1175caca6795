"""Playbooks as an operator types them, each on a sandbox of the test's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.integration.place import Place, Run, shop


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An empty account."""
    made = Place(tmp_path / "sandbox")
    made.sandbox("up")
    yield made
    made.sandbox("down")
    shutil.rmtree(made.folder)


@dataclass
class Applied:
    """An account that the immediate phase was run on: in check mode, then for good, then again; and what each asked of AWS."""

    place: Place
    runs: dict[str, Run] = field(default_factory=dict)
    requests: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def run(self, name: str, *arguments: str) -> None:
        self.place.control("DELETE", "requests")
        self.runs[name] = self.place.playbook("immediate", *arguments)
        self.requests[name] = self.place.requests()


@pytest.fixture(scope="session")
def immediate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    made = Applied(Place(tmp_path_factory.mktemp("applied") / "sandbox"))
    made.place.sandbox("up")
    made.run("check", "--check")
    made.run("first")
    made.run("second")
    yield made
    made.place.sandbox("down")
    shutil.rmtree(made.place.folder)


@pytest.fixture(scope="session")
def applied(immediate: Applied) -> Place:
    """An account on which the immediate phase was run; who changes something puts it back."""
    assert immediate.runs["first"].code == 0, immediate.runs["first"].error
    return immediate.place


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that copies the shop as another version, with other texts in some of its files."""

    def copy(version: str, files: dict[str, str] | None = None) -> Path:
        return shop(tmp_path_factory.mktemp("shop"), version, files)

    return copy
