"""waf_scenarios: requests as they are written, played against a site that blocks some."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_collections.prodready.aws.plugins.module_utils.scenarios import percent, problems, record, request
from ansible_collections.prodready.aws.plugins.modules import waf_scenarios

OWN = yaml.safe_load((Path(__file__).parents[3] / "roles/waf/files/scenarios.yml").read_text())
EMPTY = dict.fromkeys(waf_scenarios.SCENARIO_SPEC)


def scenario(**given):
    return {**EMPTY, "id": "one", "expect": "blocked", "method": "GET", "path": "/", **given}


class Site(http.server.BaseHTTPRequestHandler):
    """Blocks what says attack, and a client's every request after its third."""

    seen: list[tuple[str, str, str]] = []
    late: set[str] = set()

    def do_GET(self) -> None:
        path, client = self.path, self.client_address[0]
        self.seen.append((self.command, path, client))
        requests = [one for one in self.seen if one[2] == client]
        blocked = "attack" in path or (client == "127.0.0.7" and len(requests) > 3)
        if path in self.late:
            self.late.discard(path)
            blocked = not blocked
        self.send_response(403 if blocked else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Site.seen, Site.late = [], set()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://shop.test:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def play(run, site):
    here = {site.removeprefix("http://"): site.replace("http://shop.test", "127.0.0.1")}
    return lambda *scenarios, **options: run(
        waf_scenarios.main, **{"site": site, "connect_to": here, "scenarios": list(scenarios), **options}
    )


def test_two_scores_and_the_misses_say_how_it_went(play):
    played = play(
        {"id": "caught", "expect": "blocked", "path": "/attack"},
        {"id": "slipped", "expect": "blocked", "path": "/quiet"},
        {"id": "welcome", "expect": "passed", "path": "/tea"},
    )
    assert (played["attacks_blocked_percent"], played["benign_passed_percent"]) == (50.0, 100.0)
    assert played["misses"] == ["slipped (GET /quiet): expected blocked, got passed, status 200"]
    assert [one["outcome"] for one in played["records"]] == ["blocked", "passed", "passed"]
    assert not played["changed"]


def test_benign_requests_go_first_and_floods_last(play):
    play(
        {"id": "flood", "expect": "blocked", "path": "/flood", "flood": {"requests": 3, "seconds": 1}},
        {"id": "attack", "expect": "blocked", "path": "/attack"},
        {"id": "tea", "expect": "passed", "path": "/tea"},
    )
    order = [path for _, path, _ in Site.seen]
    assert order[:2] == ["/tea", "/attack"]
    assert order[2:] == ["/flood"] * 3


def test_a_flood_comes_from_its_client_and_ends_when_it_is_blocked(play):
    played = play(
        {"id": "flood", "expect": "blocked", "client": "flooder", "flood": {"requests": 100, "seconds": 1}},
        clients={"flooder": "127.0.0.7"},
        connections=1,
    )
    (record,) = played["records"]
    assert (record["outcome"], record["requests"], record["ok"]) == ("blocked", 4, True)
    assert {client for _, _, client in Site.seen} == {"127.0.0.7"}


def test_a_flood_that_is_blocked_from_its_first_request_on_shows_nothing(play):
    played = play({"id": "flood", "expect": "blocked", "path": "/attack", "flood": {"requests": 100, "seconds": 1}})
    assert [(one["outcome"], one["requests"], one["ok"]) for one in played["records"]] == [("blocked", 1, False)]


def test_a_client_with_a_network_comes_from_one_of_its_addresses(play):
    play(*({"id": str(number), "expect": "passed", "client": "many"} for number in range(3)), clients={"many": "127.0.9.0/24"})
    (client,) = {client for _, _, client in Site.seen}
    assert client.startswith("127.0.9.")


def test_a_client_that_is_no_address_is_said_before_anything_is_sent(play):
    assert "clients.many: '300.0.0.1'" in play({"id": "a", "expect": "passed"}, clients={"many": "300.0.0.1"})["msg"]
    assert Site.seen == []


def test_a_scenario_of_a_client_that_there_is_not_is_not_played_and_does_not_count(play):
    played = play({"id": "banned", "expect": "blocked", "client": "banned"}, {"id": "attack", "expect": "blocked", "path": "/attack"})
    assert [one["outcome"] for one in played["records"]] == ["not played", "blocked"]
    assert played["attacks_blocked_percent"] == 100.0
    assert len(Site.seen) == 1


def test_what_does_not_come_out_is_played_again_for_a_while(play, monkeypatch):
    monkeypatch.setattr(waf_scenarios, "PAUSE_SECONDS", 0)
    Site.late = {"/attack", "/tea"}
    scenarios = ({"id": "attack", "expect": "blocked", "path": "/attack"}, {"id": "tea", "expect": "passed", "path": "/tea"})
    assert play(*scenarios, again_seconds=60)["misses"] == []


def test_an_attack_that_rules_only_count_is_not_waited_for(play, monkeypatch):
    monkeypatch.setattr(waf_scenarios, "PAUSE_SECONDS", 0)
    Site.late = {"/tea"}
    scenarios = ({"id": "attack", "expect": "blocked", "path": "/"}, {"id": "tea", "expect": "passed", "path": "/tea"})
    played = play(*scenarios, again_seconds=60, attacks_again=False)
    assert len(played["misses"]) == 1
    assert sorted(path for _, path, _ in Site.seen) == ["/", "/tea", "/tea"]


def test_nothing_is_sent_in_check_mode(play):
    played = play({"id": "attack", "expect": "blocked", "path": "/attack"}, check_mode=True)
    assert (Site.seen, played["attacks_blocked_percent"]) == ([], None)
    assert played["records"][0]["why"] == "nothing is sent in check mode"


def test_a_site_that_does_not_answer_is_a_miss(play):
    played = play({"id": "tea", "expect": "passed"}, connect_to={}, site="http://127.0.0.1:1")
    assert played["benign_passed_percent"] == 0.0
    assert "tea (GET /): expected passed, got [Errno" in played["misses"][0]


@pytest.mark.parametrize("site", ["shop.example.com", "ftp://shop.example.com", "https://shop.example.com/path"])
def test_a_site_is_an_address_without_a_path(run, site):
    assert "site must be an address without a path" in run(waf_scenarios.main, site=site, scenarios=[])["msg"]


def test_a_request_is_as_it_is_written():
    asked = request(scenario(path="/a?b=1", query={"q": "O'Brien & co"}, headers={"User-Agent": None, "X-A": 1}, json={"a": [1]}), "mark")
    assert asked == {
        **{"method": "GET", "target": "/a?b=1&q=O%27Brien%20%26%20co", "body": b'{"a": [1]}'},
        "headers": {"Accept": "*/*", "Content-Type": "application/json", "X-Prodready-Scenario": "mark.one", "X-A": "1"},
    }


@pytest.mark.parametrize(
    ("given", "body", "kind"),
    [
        ({"form": {"a": "b c"}}, b"a=b+c", "application/x-www-form-urlencoded"),
        ({"body": "ä"}, "ä".encode(), "text/plain"),
        ({"body_bytes": 3}, b"aaa", "text/plain"),
    ],
)
def test_a_body_says_what_it_is(given, body, kind):
    asked = request(scenario(**given), "mark")
    assert (asked["body"], asked["headers"]["Content-Type"]) == (body, kind)


def test_a_status_that_is_expected_must_be_the_one():
    assert record(scenario(status=429), {"status": 429}, [403, 429])["ok"]
    assert not record(scenario(status=429), {"status": 403}, [403, 429])["ok"]
    assert percent([], "blocked") is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"path": "//elsewhere.example/"}, None),
        ({"path": "https://elsewhere.example/"}, "path must begin with /"),
        ({"path": "/a b"}, "neither spaces"),
        ({"json": {}, "body": "a"}, "give one of body, json, form, body_bytes, not body and json"),
        ({"expect": "passed", "flood": {"requests": 1, "seconds": 1}}, "expect must be blocked"),
        ({"headers": {"X-A": "b\r\nHost: other"}}, "has more than one line"),
    ],
)
def test_what_cannot_be_sent_is_said_before_anything_is(wrong, said):
    found = problems([scenario(**wrong)])
    assert (said is None and found == []) or said in found[0]


def test_the_roles_own_scenarios_can_be_played_and_ask_for_nothing_of_the_application():
    assert problems([scenario(**one) for one in OWN]) == []
    assert {one["expect"] for one in OWN} == {"blocked", "passed"}
    assert not {one.get("client") for one in OWN} - {None}
