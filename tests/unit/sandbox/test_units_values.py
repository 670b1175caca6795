"""Values of settings: EnvironmentFile=, time spans, exit statuses, limits, moments."""

from __future__ import annotations

import resource
import signal
import time
from pathlib import Path

import pytest

from sandbox.units import envfile, journal, values
from sandbox.units.journalctl import moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\nB = two words \n", {"A": "1", "B": "two words"}),
        ("# c\n; c\n\nA=1", {"A": "1"}),
        ('KEY="line 1\nline 2"\nB=2', {"KEY": "line 1\nline 2", "B": "2"}),
        ("KEY='line 1\nline 2'", {"KEY": "line 1\nline 2"}),
        (r'A="say \"hi\" \$x \\ \` \n"', {"A": 'say "hi" $x \\ ` \\n'}),
        ('A="one \\\ntwo"', {"A": "one two"}),
        ("A='a\\b\"$c'", {"A": 'a\\b"$c'}),
        ("A=one \\\n two", {"A": "one  two"}),
        (r"A=a\ b\c", {"A": "a bc"}),
        ("A=\"a\"'b'c", {"A": "abc"}),
        ("A=\nB=x#y ;z", {"A": "", "B": "x#y ;z"}),
        ("export A=1\n1B=2\nC=3", {"C": "3"}),
        ("A=1\nA=2", {"A": "2"}),
        ("no assignment\nA=$B", {"A": "$B"}),
        ("# comment \\\nA=1", {"A": "1"}),
    ],
)
def test_an_environment_file_is_read_as_systemd_reads_it(text: str, expected: dict[str, str]) -> None:
    assert envfile.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "seconds", "shown"),
    [
        ("5", 5, "5s"),
        ("1min 30s", 90, "1min 30s"),
        ("100ms", 0.1, "100ms"),
        ("2h5min", 7500, "2h 5min"),
        ("1.5s", 1.5, "1s 500ms"),
        ("infinity", values.INFINITY, "infinity"),
        ("0", 0, "0"),
    ],
)
def test_time_spans(text: str, seconds: float, shown: str) -> None:
    assert values.timespan(text) == pytest.approx(seconds)
    assert values.show_timespan(seconds) == shown


@pytest.mark.parametrize("text", ["", "abc", "5 parsecs", "-1"])
def test_what_is_no_time_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Failed to parse sec value"):
        values.timespan(text)


def test_exit_statuses_are_codes_names_and_signals() -> None:
    statuses = values.exit_statuses(["143", "TEMPFAIL", "SIGKILL"])
    assert [status in statuses for status in (143, 75, -signal.SIGKILL, 0, 1, -signal.SIGTERM)] == [True] * 3 + [False] * 3


def test_limits_have_a_soft_and_a_hard_value() -> None:
    assert values.limit("1024:4K") == (1024, 4096)
    assert values.limit("infinity") == (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    with pytest.raises(ValueError, match="resource"):
        values.limit("4096:1024")


def test_signals_have_names_and_numbers() -> None:
    assert values.signal_number("SIGINT") == values.signal_number("INT") == values.signal_number("2") == signal.SIGINT


def test_moments_are_absolute_or_ago() -> None:
    now = time.time()
    assert moment("-5min", now) == moment("5min ago", now) == now - 300
    assert moment("@12.5", now) == 12.5
    assert moment("2026-01-02 03:04:05 UTC", now) == moment("2026-01-02T03:04:05 UTC", now) == 1767323045
    assert time.localtime(moment("today", now))[3:6] == (0, 0, 0)
    with pytest.raises(ValueError, match="Failed to parse timestamp: soon"):
        moment("soon", now)


def test_the_journals_tail_is_the_same_over_a_rotation_and_from_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "FILE_SIZE_MAX", 2000)
    monkeypatch.setattr(journal, "TAIL_SIZE", 700)
    written = journal.Journal(tmp_path)
    for number in range(25):
        written.manager("a.service", f"entry {number}")
    assert len(list(written.folder.iterdir())) > 1
    for count in (0, 1, 3, 20):
        tail = journal.tail(written.folder, "a.service", count)
        assert [entry["MESSAGE"] for entry in tail] == [f"entry {number}" for number in range(25 - count, 25)]


def test_the_journal_keeps_a_limited_number_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "FILE_SIZE_MAX", 300)
    written = journal.Journal(tmp_path)
    for number in range(50):
        written.manager("a.service", f"entry {number}")
    assert len(list(written.folder.iterdir())) <= journal.FILES_KEPT
    assert journal.tail(written.folder, "a.service", 1)[0]["MESSAGE"] == "entry 49"


def test_a_service_that_prints_too_much_is_cut_and_the_journal_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "RATE_LIMIT_BURST", 3)
    written, clock = journal.Journal(tmp_path), [100.0]
    monkeypatch.setattr(journal.time, "monotonic", lambda: clock[0])
    for number in range(5):
        written.output("a.service", f"line {number}", "a", 1, "id", True)
    clock[0] += 31
    written.output("a.service", "line 5", "a", 1, "id", True)
    messages = [entry["MESSAGE"] for entry in journal.read(written.folder, "a.service")]
    assert messages == ["line 0", "line 1", "line 2", "Suppressed 2 messages from a.service", "line 5"]
