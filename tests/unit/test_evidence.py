"""Evidence on disk: what was edited after it was written is seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.evidence import (
    LEDGER,
    LONGEST_LINE,
    Unreadable,
    digest,
    keep,
    read,
    records,
    seal,
    tampered,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(("s3", "alb", "s3", "waf")):
        keep(tmp_path / f"{name}.json", [{"number": number}])
    return tmp_path


def ledger(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    lines = (folder / LEDGER).read_text().splitlines()
    (folder / LEDGER).write_text("".join(f"{line}\n" for line in change(lines)))


def test_what_was_written_is_as_it_was_written(folder):
    assert tampered(folder) == {}
    assert read(folder / "s3.json") == [{"number": 2}]
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_an_edited_file_is_seen(folder):
    (folder / "alb.json").write_text('[{"number": 7}]')
    assert tampered(folder) == {"alb.json": "is not as it was written"}


def test_a_file_that_nobody_sealed_is_seen_and_one_that_is_gone(folder):
    (folder / "more.json").write_text("[]")
    (folder / "waf.json").unlink()
    assert tampered(folder) == {"more.json": "has no seal", "waf.json": "is missing"}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda lines: [lines[0], lines[1].replace("alb", "elb"), *lines[2:]], "was changed before line 3"),
        (lambda lines: lines[1:], "was changed before line 1"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "was changed before line 1"),
        (lambda lines: [*lines[:2], "{}", *lines[3:]], "line 3 is no seal"),
    ],
)
def test_an_edited_ledger_is_seen(folder, change, where):
    ledger(folder, change)
    assert tampered(folder)[LEDGER] == where


def test_a_run_that_was_killed_after_the_seal_and_before_the_file_has_edited_nothing(folder):
    seal(folder, "alb.json", digest(b"what was to be written"))
    assert tampered(folder) == {}


def test_a_ledger_that_has_grown_long_is_one_chain(folder):
    for number in range(60):
        keep(folder / "s3.json", [{"number": number}])
    assert (folder / LEDGER).stat().st_size > 2 * LONGEST_LINE
    assert tampered(folder) == {}


def test_a_folder_without_evidence_has_none_that_was_edited(tmp_path):
    assert tampered(tmp_path) == {}
    assert records(tmp_path / "s3.json") == []


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"id": "a"}', json.dumps([{"id": "a", "state": "holds"}])])
def test_what_is_no_evidence_is_said(tmp_path, content):
    (tmp_path / "s3.json").write_text(content)
    with pytest.raises(Unreadable, match=r"s3\.json"):
        records(tmp_path / "s3.json")
