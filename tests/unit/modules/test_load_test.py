"""The module load_test, against a real server on loopback."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible_collections.prodready.aws.plugins.module_utils import progress
from ansible_collections.prodready.aws.plugins.modules import load_test

from tests.site import Site, serving

TOKEN = "a-token-that-nobody-may-see"


class Seen(Site):
    seen: list[tuple[str, str, str | None]] = []

    def do_GET(self):
        self.seen.append((self.command, self.path, self.headers.get("X-Load-Test")))
        status, cache = 302 if self.path == "/away" else 200, "HIT" if len(self.seen) > 5 else "MISS"
        self.answer(status, Location="http://127.0.0.1:1/", X_Cache=cache)


@pytest.fixture
def site():
    Seen.seen = []
    with serving(Seen) as address:
        yield address


@pytest.fixture
def run(monkeypatch, capsys):
    def ran(**options):
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            load_test.main()
        printed = capsys.readouterr().out
        assert TOKEN not in printed
        return json.loads(printed)

    return ran


def options(site, **more):
    return {
        "site": f"http://{site}",
        "allowed_hosts": [site],
        "requests": [{"name": "home", "path": "/"}],
        "stages": [{"rate": 50, "seconds": 0.5}],
        "headers": {"X-Load-Test": TOKEN},
        **more,
    }


def test_the_requests_are_sent_and_their_figures_told(run, site):
    found = run(**options(site))["load"]
    assert (found["requests"], found["failed"], found["ends"]) == (25, 0, {"200": 25})
    assert set(Seen.seen) == {("GET", "/", TOKEN)}
    assert len(Seen.seen) == 25


def test_what_a_header_says_is_counted(run, site):
    found = run(**options(site, counted_header="x-cache"))["load"]
    assert sum(found["counted"].values()) == 25
    assert found["counted"]["HIT"] >= 15
    assert run(**options(site))["load"]["counted"] == {}


def test_a_redirect_is_an_answer_and_nobody_else_is_asked(run, site):
    assert run(**options(site, requests=[{"name": "away", "path": "/away"}]))["load"]["ends"] == {"302": 25}


def test_check_mode_sends_nothing(run, site):
    assert run(**options(site, _ansible_check_mode=True))["load"] == {}
    assert Seen.seen == []


def test_a_host_that_is_not_allowed_is_asked_nothing(run, site):
    assert "is not among the hosts that may be tested: shop.example.com" in run(**options(site, allowed_hosts=["shop.example.com"]))["msg"]
    assert Seen.seen == []


def test_a_header_of_two_lines_is_refused_without_being_shown(run, site):
    assert run(**options(site, headers={"X-Load-Test": f"{TOKEN}\r\nHost: other"}))["msg"] == "headers: one has more than one line"


def test_authorities_that_cannot_be_read_are_one_error(run, site):
    assert "ca_path: /nowhere.pem cannot be used" in run(**options(site, ca_path="/nowhere.pem"))["msg"]


def test_two_processes_send_together_what_one_would_alone(run, site):
    found = run(**options(site, workers=[{"name": "one"}, {"name": "two"}]))["load"]
    assert (found["requests"], found["failed"], found["workers"], found["lost"]) == (25, 0, 2, {})
    assert len(Seen.seen) == 25


@pytest.mark.parametrize(
    ("workers", "says"),
    [
        ([{"name": "one", "connection": "aws_ssm"}], "value of connection must be one of: local, ssh, got: aws_ssm found in workers"),
        ([{"name": "one"}, {"name": "one"}], "workers: the name 'one' is used twice"),
        ([{"name": "one", "python": "/bin/false"}], "worker one: it ended without a word. Nothing was sent"),
        (
            [{"name": "one", "python": "/nowhere/python"}],
            "worker one: /nowhere/python cannot be run: No such file or directory. Nothing was sent",
        ),
    ],
)
def test_a_worker_that_cannot_be_is_one_error_and_nothing_is_sent(run, site, workers, says):
    assert says in run(**options(site, workers=workers))["msg"]
    assert Seen.seen == []


def test_a_host_that_is_not_allowed_is_asked_by_no_worker(run, site):
    assert "is not among the hosts" in run(**options(site, allowed_hosts=[], workers=[{"name": "one"}]))["msg"]


def test_it_is_said_how_it_stands(run, site, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(progress, "listener", said.append)
    monkeypatch.setattr(load_test, "SAY_SECONDS", 0.2)
    run(**options(site))
    assert said
    assert all(text.startswith(f"http://{site}: ") and "requests" in text for text in said)
