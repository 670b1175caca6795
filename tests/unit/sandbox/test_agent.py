"""The application hosts' CloudWatch agent: what it ships, from where on, and what it does when CloudWatch fails."""

from __future__ import annotations

import pytest
import requests
from botocore.config import Config

from sandbox.agent import batch, shipper
from sandbox.agent.backlog import Backlog
from sandbox.agent.batch import Line
from sandbox.agent.shipper import Shipper
from sandbox.units import journal as journals
from sandbox.units.journal import Journal

GROUP = "/shop/application"


def line(at=0, message="m"):
    return Line(at, message, "shop.service", "file", 0)


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path)


def log(journal, *messages, unit="shop.service"):
    for message in messages:
        journal.output(unit, message, "shop", 1, "i", True)


def taken(backlog):
    found = list(backlog.lines())
    backlog.passed(found)
    return [line.message for line in found if line.message]


# One request


def test_a_batch_keeps_the_limits_of_put_log_events():
    assert len(batch.first_batch([line()] * 10_001)) == 10_000
    assert len(batch.first_batch([line(message="ü" * 50_000)] * 20)) == 10
    assert len(batch.first_batch([line(0), line(batch.LONGEST), line(batch.LONGEST + 1)])) == 2
    assert len(batch.first_batch([line(batch.LONGEST), line(0), line(-1)])) == 2


def test_a_line_that_is_too_long_is_cut_between_characters():
    long = batch.cut("x" + "ü" * 200_000)
    assert batch.MESSAGE_BYTES - 2 < len(long.encode()) <= batch.MESSAGE_BYTES
    assert long == "x" + "ü" * (len(long) - 1)


def test_events_are_in_order_of_time_and_have_a_message():
    assert batch.events([line(2001, "c"), line(2000, "b"), line(1999, "a"), line(0, "")]) == [
        {"timestamp": 1, "message": "a"},
        {"timestamp": 2, "message": "b"},
        {"timestamp": 2, "message": "c"},
    ]


# The position


def test_what_services_print_is_taken_once_in_order_and_what_the_manager_says_is_not(journal, tmp_path):
    journal.manager("shop.service", "Started shop.")
    log(journal, "one")
    log(journal, "two", unit="migrate.service")
    log(journal, "", "three")
    backlog = Backlog(tmp_path)
    assert backlog.bytes_left() > 0
    assert taken(backlog) == ["one", "two", "three"]
    assert taken(backlog) == []
    assert backlog.bytes_left() == 0


def test_a_new_agent_goes_on_where_the_last_one_was(journal, tmp_path):
    log(journal, "one")
    assert taken(Backlog(tmp_path)) == ["one"]
    log(journal, "two")
    assert taken(Backlog(tmp_path)) == ["two"]


def test_the_position_outlives_the_rotation_of_the_journal(journal, tmp_path, monkeypatch):
    monkeypatch.setattr(journals, "FILE_SIZE_MAX", 1000)
    backlog = Backlog(tmp_path)
    seen = []
    for number in range(40):
        log(journal, f"line {number}")
        if number % 3 == 0:
            seen += taken(backlog)
    assert seen + taken(backlog) == [f"line {number}" for number in range(40)]
    assert (tmp_path / "var/log/journal/shop.service.journal.3").exists()


def test_when_the_position_was_rotated_away_the_oldest_line_there_is_comes_next(journal, tmp_path, monkeypatch):
    monkeypatch.setattr(journals, "FILE_SIZE_MAX", 1000)
    backlog = Backlog(tmp_path)
    log(journal, "first")
    assert taken(backlog) == ["first"]
    log(journal, *(f"line {number}" for number in range(60)))
    there = [entry["MESSAGE"] for entry in journals.read(tmp_path / "var/log/journal", "shop.service")]
    assert "first" not in there
    assert taken(backlog) == there


def test_an_unfinished_line_is_awaited_and_a_torn_one_passed_over(journal, tmp_path):
    log(journal, "one")
    path = tmp_path / "var/log/journal/shop.service.journal"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:-9])
    backlog = Backlog(tmp_path)
    assert taken(backlog) == ["one"]
    log(journal, "swallowed by the torn line", "two")
    assert taken(backlog) == ["two"]


# CloudWatch


@pytest.fixture
def logs(client):
    return client("logs", config=Config(retries={"total_max_attempts": 1}))


@pytest.fixture
def agent(logs, journal, tmp_path, monkeypatch):
    monkeypatch.setattr(shipper, "BACK_OFF_SECONDS", (0,))
    return Shipper(lambda: logs, GROUP, "app1", Backlog(tmp_path))


def shipped(logs):
    return [event["message"] for event in logs.get_log_events(logGroupName=GROUP, logStreamName="app1", startFromHead=True)["events"]]


def steps(agent, count=3):
    for _ in range(count):
        agent.step()


def test_the_agent_waits_for_the_group_and_has_lost_nothing_then(agent, journal, logs, caplog):
    log(journal, "one", "two")
    steps(agent)
    assert logs.describe_log_groups()["logGroups"] == []
    assert caplog.text.count("app1 waits for /shop/application") == 1
    logs.create_log_group(logGroupName=GROUP)
    steps(agent)
    assert shipped(logs) == ["one", "two"]


def test_a_stream_that_was_lost_is_made_again(agent, journal, logs, endpoint_url):
    logs.create_log_group(logGroupName=GROUP)
    log(journal, "one")
    steps(agent)
    requests.post(f"{endpoint_url}/_sandbox/reset", timeout=10)
    logs.create_log_group(logGroupName=GROUP)
    log(journal, "two")
    steps(agent)
    assert shipped(logs) == ["two"]


def test_what_cloudwatch_refuses_is_sent_again(agent, journal, logs, endpoint_url):
    logs.create_log_group(logGroupName=GROUP)
    rules = [{"operation": "PutLogEvents", "code": "ServiceUnavailableException", "status": 503, "times": 2}]
    requests.put(f"{endpoint_url}/_sandbox/faults", json={"rules": rules}, timeout=10)
    log(journal, "one")
    steps(agent, 5)
    assert shipped(logs) == ["one"]


def test_nothing_is_asked_of_cloudwatch_while_nothing_is_printed(agent, journal, logs, endpoint_url):
    logs.create_log_group(logGroupName=GROUP)
    log(journal, "one")
    steps(agent)
    requests.delete(f"{endpoint_url}/_sandbox/requests", timeout=10)
    journal.manager("shop.service", "Stopped shop.")
    steps(agent)
    assert requests.get(f"{endpoint_url}/_sandbox/requests", timeout=10).json()["requests"] == []
