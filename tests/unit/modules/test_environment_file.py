"""The file with a process's environment: private at every moment, whole at every moment, and never shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.prodready.aws.plugins.modules import environment_file

SECRET = 'hunter2\n"quoted" $HOME'


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "shop.env"


@pytest.fixture
def keep(run, path):
    return lambda values, **more: run(environment_file.main, path=str(path), values=values, **more)


@pytest.fixture
def open_umask():
    """The least careful process there is."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_file_is_written_for_its_owner_only(keep, path, open_umask):
    kept = keep({"A": "1", "PORT": 8080})

    assert kept["changed"]
    assert path.read_text() == 'A="1"\nPORT="8080"\n'
    assert mode(path) == 0o600


def test_the_file_is_private_and_whole_before_it_has_its_name(keep, path, open_umask, monkeypatch):
    seen = []
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, to: (seen.append((mode(self), self.read_text(), to)), replace(self, to))[1])
    keep({"A": "1"})

    assert seen == [(0o600, 'A="1"\n', path)]


def test_nothing_is_ever_written_to_the_file_in_place(keep, path):
    path.write_text('A="0"\n')
    with path.open() as before:
        keep({"A": "1"})

        assert before.read() == 'A="0"\n'


def test_kept_again_nothing_changes(keep, path):
    keep({"A": "one\r\ntwo\r", "B": SECRET})
    before = path.stat().st_ino
    again = keep({"A": "one\r\ntwo\r", "B": SECRET})

    assert not again["changed"]
    assert again["variables"] == {}
    assert path.stat().st_ino == before


def test_a_file_that_others_can_read_is_made_private(keep, path):
    keep({"A": "1"})
    path.chmod(0o640)

    assert keep({"A": "1"})["changed"]
    assert mode(path) == 0o600


def test_result_and_diff_name_the_variables_that_differ(keep):
    keep({"SAME": "s1", "CHANGES": "c1", "GOES": "g1"})
    kept = keep({"SAME": "s1", "CHANGES": "c2", "COMES": "n1"})

    assert kept["variables"] == kept["diff"]["after"] == {"CHANGES": "changed", "COMES": "added", "GOES": "removed"}


@pytest.mark.parametrize("check_mode", [True, False])
def test_no_value_is_in_the_output(keep, path, check_mode):
    path.write_text('PASSWORD="correct-horse"\nGONE="battery-staple"\n')
    printed = keep({"PASSWORD": SECRET, "TOKEN": "hunter3"}, check_mode=check_mode)["printed"]

    for value in ("hunter2", "hunter3", "correct-horse", "battery-staple"):
        assert value not in printed


def test_no_value_is_in_the_output_of_a_failure(keep):
    printed = keep({"1BAD": "hunter2", "NUL": "hunter3\0", "LIST": ["hunter4"]})["printed"]

    assert "1BAD" in printed
    assert "hunter" not in printed


def test_check_mode_says_what_would_change_and_writes_nothing(keep, path):
    assert keep({"A": "1"}, check_mode=True)["variables"] == {"A": "added"}
    assert not path.exists()


def test_check_mode_needs_no_folder_yet(run, tmp_path):
    assert run(environment_file.main, path=str(tmp_path / "later" / "shop.env"), values={"A": "1"}, check_mode=True)["changed"]


def test_a_missing_folder_is_an_error(run, tmp_path):
    failed = run(environment_file.main, path=str(tmp_path / "never" / "shop.env"), values={"A": "1"})

    assert "its folder does not exist" in failed["msg"]


def test_a_write_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(keep, path, monkeypatch):
    keep({"A": "1"})
    monkeypatch.setattr(environment_file.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    failed = keep({"A": "2"})

    assert "No space left on device" in failed["msg"]
    assert path.read_text() == 'A="1"\n'
    assert list(path.parent.iterdir()) == [path]
