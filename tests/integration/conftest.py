"""Playbooks as an operator types them, each on a sandbox of the test's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.integration.place import CHECKOUT, Place, Run
from tests.integration.visitors import Visitors, deployed
from tests.proofs.taken import Case, Taken, take


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
    """An account that the immediate phase was planned on, run on, and run on again; and what was proven first."""

    place: Place
    taken: Taken
    proven: list[dict[str, Any]]
    again: Run
    asked_again: list[dict[str, Any]]


@pytest.fixture(scope="session")
def immediate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    place = Place(tmp_path_factory.mktemp("applied") / "sandbox")
    place.sandbox("up")
    taken = take(place, Case("on an empty account", "immediate"))
    proven = place.proven()
    place.control("DELETE", "requests")
    again = place.playbook("immediate")
    yield Applied(place, taken, proven, again, place.requests())
    place.sandbox("down")
    shutil.rmtree(place.folder)


@pytest.fixture(scope="session")
def applied(immediate: Applied) -> Place:
    """An account on which the immediate phase was run; who changes something puts it back."""
    assert immediate.taken.done.code == 0, immediate.taken.done.error
    return immediate.place


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that copies the shop as another version, with some texts replaced by others, or new files."""

    def copy(version: str, edits: dict[str, tuple[str, str]] | None = None) -> Path:
        folder = tmp_path_factory.mktemp("shop")
        shutil.copytree(CHECKOUT / "examples/shop", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "test"))
        for name, (old, new) in {"package.json": ('"version": "1.0.0"', f'"version": "{version}"'), **(edits or {})}.items():
            text = (folder / name).read_text() if old else ""
            assert old in text, f"{name} has no {old}"
            (folder / name).write_text(text.replace(old, new, 1) if old else new)
        return folder

    return copy


@pytest.fixture(scope="session")
def unable_to_start(applied: Place, source: Callable[..., Path]) -> SimpleNamespace:
    """A deployment of a release whose process ends at once."""
    words = ("import { application }", "console.error('the shop has no shelves')\nprocess.exit(3)\nimport { application }")
    return deployed(applied, source("1.0.1", {"bin/server.js": words}), app_deploy_health_seconds=8)


@pytest.fixture(scope="session")
def rotated(applied: Place) -> SimpleNamespace:
    """A rotation that succeeds."""
    before = applied.secret()
    with Visitors(map(applied.address, applied.hosts)) as visitors:
        run = applied.playbook("rotate", environment_rotate="SESSION_SECRET")
    return SimpleNamespace(run=run, visitors=visitors, before=before)


@pytest.fixture(scope="session")
def unbalanced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An account on which the first phase was run."""
    made = Place(tmp_path_factory.mktemp("balanced") / "sandbox")
    made.sandbox("up")
    if off := made.state["off"].get("envoy"):
        made.sandbox("down")
        pytest.skip(off)
    run = made.playbook("immediate")
    assert run.code == 0, run.error
    yield made
    made.sandbox("down")


@pytest.fixture(scope="session")
def taken(unbalanced: Place) -> Taken:
    """The second phase, planned and run."""
    return take(unbalanced, Case("on an account without it", "short_term"))


@pytest.fixture(scope="session")
def balanced(unbalanced: Place, taken: Taken) -> Place:
    assert taken.done.code == 0, taken.done.error
    return unbalanced
