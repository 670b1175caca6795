"""A client with a constant rate, against a real server on loopback."""

from __future__ import annotations

import http.server
import threading
import time

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.load import Load, Request, Sample, constant, percentile, summary


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

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

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


def test_the_95th_percentile_shows_a_stall_of_two_seconds(site):
    with Load((Request(f"{site}/stall" if number < 200 else f"{site}/") for number in range(500)), constant(100), connections=500) as load:
        time.sleep(2)
        Site.stall.set()
        assert load.wait(20)
    found = summary(load.samples)
    assert (found["requests"], found["failed"]) == (500, 0)
    # Of 500 requests 200 came while nothing was answered: the 25 slowest had waited for 1.75 s or more.
    assert found["p95_ms"] >= 1700


def test_the_times_are_those_that_were_given_whatever_the_answers_take(site):
    with Load((Request(f"{site}/") for __ in range(40)), [0.0] * 20 + [0.5] * 20) as load:
        assert load.wait(10)
    assert sorted(round(one.at - load.started, 2) for one in load.samples) == [0.0] * 20 + [0.5] * 20


def test_a_status_that_is_not_expected_is_a_failure(site):
    asked = [
        Request(f"{site}/", name="good", statuses=(200,)),
        Request(f"{site}/sick", name="fine", statuses=(503,)),
        Request(f"{site}/", name="bad", statuses=(201,)),
    ]
    with Load(asked, [0.0, 0.0, 0.0]) as load:
        assert load.wait(10)
    assert {one.name: one.failed for one in load.samples} == {"good": False, "fine": False, "bad": True}


def test_a_name_leads_where_connect_to_says(site):
    with Load([Request("http://shop.invalid/")], [0.0], {"shop.invalid:80": site.removeprefix("http://")}) as load:
        assert load.wait(10)
    assert [one.status for one in load.samples] == [200]


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
        **dict.fromkeys(["p50_ms", "p95_ms", "p99_ms", "p99_9_ms"]),
    }
