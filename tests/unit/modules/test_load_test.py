"""The module load_test, against a real server on loopback."""

from __future__ import annotations

import http.server
import json
import threading

import pytest
from ansible.module_utils import basic
from ansible_collections.prodready.aws.plugins.module_utils import progress
from ansible_collections.prodready.aws.plugins.modules import load_test

TOKEN = "a-token-that-nobody-may-see"


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str, str | None]] = []

    def do_GET(self):
        self.seen.append((self.command, self.path, self.headers.get("X-Load-Test")))
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("X-Cache", "HIT" if len(self.seen) > 5 else "MISS")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    Site.seen = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


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
    assert set(Site.seen) == {("GET", "/", TOKEN)}
    assert len(Site.seen) == 25


def test_what_a_header_says_is_counted(run, site):
    found = run(**options(site, counted_header="x-cache"))["load"]
    assert sum(found["counted"].values()) == 25
    assert found["counted"]["HIT"] >= 15
    assert run(**options(site))["load"]["counted"] == {}


def test_a_redirect_is_an_answer_and_nobody_else_is_asked(run, site):
    assert run(**options(site, requests=[{"name": "away", "path": "/away"}]))["load"]["ends"] == {"302": 25}


def test_check_mode_sends_nothing(run, site):
    assert run(**options(site, _ansible_check_mode=True))["load"] == {}
    assert Site.seen == []


def test_a_host_that_is_not_allowed_is_asked_nothing(run, site):
    assert "is not among the hosts that may be tested: shop.example.com" in run(**options(site, allowed_hosts=["shop.example.com"]))["msg"]
    assert Site.seen == []


def test_a_header_of_two_lines_is_refused_without_being_shown(run, site):
    assert run(**options(site, headers={"X-Load-Test": f"{TOKEN}\r\nHost: other"}))["msg"] == "headers: one has more than one line"


def test_authorities_that_cannot_be_read_are_one_error(run, site):
    assert "ca_path: /nowhere.pem cannot be used" in run(**options(site, ca_path="/nowhere.pem"))["msg"]


def test_it_is_said_how_it_stands(run, site, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(progress, "listener", said.append)
    monkeypatch.setattr(load_test, "SAY_SECONDS", 0.2)
    run(**options(site))
    assert said
    assert all(text.startswith(f"http://{site}: ") and "requests" in text for text in said)
