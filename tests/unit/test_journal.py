"""The journal: one line for every change, whole, in order, readable by its owner only."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from ansible_collections.prodready.aws.plugins.module_utils.journal import Journal
from ansible_collections.prodready.aws.plugins.module_utils.plan import Change

CHANGE = Change("orders", {"days": 7}, {"days": 35})


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_says_who_changed_what_from_what_to_what(tmp_path):
    path = tmp_path / "evidence" / "journal.jsonl"
    Journal(str(path), run="r1", host="primary", role="dynamodb", task="Every table").append(CHANGE, service="dynamodb")

    (line,) = lines(path)
    assert abs((datetime.now(UTC) - datetime.fromisoformat(line.pop("time"))).total_seconds()) < 60
    assert line == {
        "run": "r1",
        "host": "primary",
        "role": "dynamodb",
        "task": "Every table",
        "name": "orders",
        "action": "update",
        "before": {"days": 7},
        "after": {"days": 35},
        "service": "dynamodb",
    }


def test_lines_are_added_to_those_of_earlier_runs(tmp_path):
    path = tmp_path / "journal.jsonl"
    for run in ("r1", "r2"):
        Journal(str(path), run=run).append(CHANGE)

    assert [line["run"] for line in lines(path)] == ["r1", "r2"]


def test_lines_of_many_threads_and_runs_do_not_mix(tmp_path):
    path = tmp_path / "journal.jsonl"
    journals = [Journal(str(path), run=str(number)) for number in range(4)]
    change = Change("orders", None, {"text": "x" * 5000})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: journals[number % 4].append(change), range(80)))

    assert len(lines(path)) == 80


def test_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "journal.jsonl"
    Journal(str(path)).append(CHANGE)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_path_nothing_is_written(tmp_path):
    Journal(None).append(CHANGE)

    assert list(tmp_path.iterdir()) == []


def test_what_json_has_no_type_for_is_written_as_text(tmp_path):
    path = tmp_path / "journal.jsonl"
    Journal(str(path)).append(Change("orders", None, {"since": datetime(2030, 1, 1, tzinfo=UTC)}))

    assert lines(path)[0]["after"] == {"since": "2030-01-01 00:00:00+00:00"}
