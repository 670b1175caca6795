"""What the README tells people to type works as it stands there."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.integration.place import CHECKOUT, Place

pytestmark = pytest.mark.timeout(600)

README = (CHECKOUT / "README.md").read_text()
TYPED = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
PLAYBOOKS = [line for line in TYPED if line.startswith("ansible-playbook ")]
MAKE = [line.removeprefix("make ") for line in TYPED if line.startswith("make ")]


def test_readme_shows_something_to_type():
    assert {"immediate", "test"} <= set(MAKE)
    assert len(PLAYBOOKS) >= 3


@pytest.mark.parametrize("line", PLAYBOOKS)
def test_a_playbook_of_the_readme_runs(applied: Place, line: str):
    _, playbook, *arguments = shlex.split(line)
    run = applied.playbook(playbook.removeprefix("playbooks/").removesuffix(".yml"), *arguments)
    assert run.code == 0, run.output[-2000:]


@pytest.mark.parametrize("target", MAKE + re.findall(r"`make ([a-z-]+)`", README))
def test_a_target_of_the_readme_is_in_the_makefile(target: str):
    assert re.search(rf"^(.* )?{target}( .*)?:", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:playbooks|inventories)/[\w./-]+)`", README)) | set(re.findall(r"\]\(([\w./-]+)\)", README)))
)
def test_a_path_of_the_readme_is_there(path: str):
    assert (CHECKOUT / path).exists()
