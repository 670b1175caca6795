"""The copy that proofs are seen red with is what runs, and differs by its edits alone."""

from __future__ import annotations

import subprocess

import pytest

from tests.integration.place import CHECKOUT, Place
from tests.proofs.broken import Edit, broken

pytestmark = pytest.mark.timeout(300)


def test_a_broken_copy_runs_and_then_the_checkout_again(place: Place) -> None:
    edit = Edit("roles/s3/tasks/main.yml", "- name: Every bucket is private", "- name: No bucket is private")
    with broken(place, edit) as copy:
        run = place.playbook("immediate", "--check", "--tags", "s3")
        found = subprocess.run(
            ["diff", "--recursive", "--brief", CHECKOUT / "roles", copy / "roles"], capture_output=True, text=True, check=False
        )
    assert run.code == 0, run.error
    assert "No bucket is private" in run.output
    assert [line.split()[1] for line in found.stdout.splitlines()] == [str(CHECKOUT / edit.file)]
    assert not copy.exists()
    assert "Every bucket is private" in place.playbook("immediate", "--check", "--tags", "s3").output


@pytest.mark.parametrize("old", ["no such words", "name"])
def test_an_edit_that_does_not_fit_one_place_is_refused(tmp_path, old: str) -> None:
    (tmp_path / "a.yml").write_text("- name: one\n- name: two\n")
    with pytest.raises(ValueError, match="must fit one"):
        Edit("a.yml", old, "other").make(tmp_path)
