"""A client with a constant rate, against a real server on loopback."""

from __future__ import annotations

import http.server
import threading
import time

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.load import Load, Sample, percentile, summary


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stall = threading.Event()

    def do_GET(self):
        if self.path == "/stall":
            self.stall.wait(5)
        status = 503 if self.path == "/sick" else 200
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
        # A connection that ends after its answer, without having said so.
        self.close_connection = self.path == "/closing"

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    Site.stall.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        Site.stall.set()
        server.shutdown()


def test_so_many_requests_are_sent_as_their_time_has_come(site):
    with Load(f"{site}/", 50, connections=4) as load:
        time.sleep(1)
    found = summary(load.samples)
    assert found["requests"] >= 10
    assert (found["failed"], found["not_sent"], set(found["ends"])) == (0, 0, {"200"})
    assert [one.at - load.started for one in sorted(load.samples, key=lambda one: one.at)][:3] == pytest.approx([0, 0.02, 0.04])


def test_an_answer_of_the_server_that_it_fails_is_a_failure(site):
    with Load(f"{site}/sick", 20, connections=2) as load:
        time.sleep(0.5)
    found = summary(load.samples)
    assert found["failed"] == found["requests"] > 0
    assert (set(found["ends"]), found["p95_ms"]) == ({"503"}, None)


def test_nobody_there_is_a_failure_that_says_so():
    with Load("http://127.0.0.1:1/", 20, connections=2) as load:
        time.sleep(0.3)
    assert load.samples
    assert all("refused" in one.error for one in load.samples)


def test_a_kept_connection_that_was_closed_meanwhile_is_opened_anew(site):
    with Load(f"{site}/closing", 40, connections=1) as load:
        time.sleep(0.5)
    assert summary(load.samples)["failed"] == 0


def test_a_site_that_stalls_cannot_slow_its_judge_down(site):
    with Load(f"{site}/stall", 50, patience_seconds=10, connections=2) as load:
        time.sleep(1)
        Site.stall.set()
    late = [one for one in load.samples if one.seconds > 0.5]
    assert len(load.samples) >= 15
    assert len(late) >= 5


def test_what_could_not_be_sent_in_time_is_counted_and_never_a_success(site):
    with Load(f"{site}/stall", 100, patience_seconds=0.1, connections=1) as load:
        time.sleep(1)
        Site.stall.set()
    found = summary(load.samples)
    assert found["not_sent"] > 0
    assert found["requests"] + found["not_sent"] == len(load.samples)


@pytest.mark.parametrize(("percent", "value"), [(50, 2), (95, 4), (99, 4), (25, 1)])
def test_a_percentile_is_a_value_that_was_seen(percent, value):
    assert percentile([4, 1, 3, 2], percent) == value


def test_of_nothing_there_is_no_percentile():
    assert percentile([], 95) is None
    assert summary([Sample(0, 0, None)]) == {
        "requests": 0,
        "not_sent": 1,
        "failed": 0,
        "ends": {},
        **dict.fromkeys(["p50_ms", "p95_ms", "p99_ms"]),
    }
