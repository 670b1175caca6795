"""The figures of docs/design-choices.md can be measured again by the commands that stand beside them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
TYPED = re.findall(r"^\$ (.+)$", (CHECKOUT / "docs/design-choices.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("command", TYPED)
def test_a_command_names_files_and_modules_that_are_there(command: str) -> None:
    files = re.findall(r"(?<![\w./])(?:tests|playbooks|packages)/[\w./-]+", command)
    modules = re.findall(r"python -m ([\w.]+)", command)

    assert files or modules
    assert [file for file in files if not (CHECKOUT / file).exists()] == []
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []
