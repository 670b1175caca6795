"""A load test as data."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.load import Sample
from ansible_collections.prodready.aws.plugins.module_utils.load_plan import arrivals, asked, found, line, problems, series

STAGES = [{"rate": 10, "seconds": 2, "warm_up": True}, {"rate": 100, "seconds": 4, "warm_up": False}]


def request(**more):
    return {"name": "home", "method": "GET", "path": "/", "weight": 1, **more}


def wrong(site="https://shop.example.com", allowed=("shop.example.com",), requests=None, stages=None):
    return list(problems(site, list(allowed), [request()] if requests is None else requests, STAGES if stages is None else stages))


def test_a_test_of_an_allowed_host_is_no_problem():
    assert wrong() == []
    assert wrong(site="http://127.0.0.1:3000/", allowed=["127.0.0.1:3000"]) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"site": "https://shop.example.com:8443"}, "shop.example.com:8443 is not among the hosts that may be tested: shop.example.com"),
        ({"site": "https://user@evil.example.com"}, "evil.example.com is not among the hosts"),
        ({"site": "https://shop.example.com.evil.example"}, "shop.example.com.evil.example is not among the hosts"),
        ({"allowed": []}, "shop.example.com is not among the hosts that may be tested: none"),
        ({"site": "shop.example.com"}, "site must be an address without a path"),
        ({"site": "https://shop.example.com/shop"}, "site must be an address without a path"),
        ({"requests": []}, "name at least one request"),
        ({"requests": [request(), request()]}, "the name 'home' is used twice"),
        ({"requests": [request(path="home")]}, "request home: path must begin with /"),
        ({"requests": [request(weight=0)]}, "request home: weight must be at least 1"),
        ({"requests": [request(path="/$id")]}, "request home: path asks for $id, of which values has none"),
        ({"requests": [request(values={"id": [1]})]}, "request home: values.id is not in path as $id"),
        ({"requests": [request(path="/$id", values={"id": []})]}, "request home: values.id must be a list of at least one value"),
        ({"requests": [request(body="a", json={})]}, "request home: give one of"),
        ({"stages": [STAGES[0]]}, "stages: at least one must be no warm-up"),
        ({"stages": [*STAGES, {"rate": 0, "seconds": 1, "warm_up": False}]}, "stage 3: rate and seconds must be above 0"),
        ({"stages": [{"rate": 2000, "seconds": 1001, "warm_up": False}]}, "they send 2002000 requests, and at most 2000000"),
    ],
)
def test_what_cannot_be_tested_is_one_problem_that_says_what_is_allowed(given, says):
    (problem,) = wrong(**given)
    assert says in problem


def test_requests_come_at_the_rate_of_each_stage_one_stage_after_the_other():
    found = list(arrivals(STAGES))
    assert len(found) == 20 + 400
    assert found[:2] == [0, 0.1]
    assert found[20:22] == [2, 2.01]
    assert max(found) < 6


def test_requests_are_chosen_by_weight_and_the_same_ones_each_time():
    wanted = [request(name="often", path="/$id", values={"id": ["a", "b/c"]}, weight=3), request(name="seldom", headers={"A": "1"})]

    def sent(seed):
        return list(itertools.islice(asked("https://shop.example.com", wanted, {"Token": "t"}, seed), 400))

    first = sent(1)
    assert 250 < sum(one.name == "often" for one in first) < 350
    assert {one.url for one in first if one.name == "often"} == {"https://shop.example.com/a", "https://shop.example.com/b%2Fc"}
    assert {tuple(one.headers.items()) for one in first if one.name == "seldom"} == {(("A", "1"), ("Token", "t"))}
    assert first == sent(1)
    assert first != sent(2)


def test_a_body_is_sent_as_what_it_is():
    (made,) = itertools.islice(asked("http://a", [request(method="POST", json={"a": 1}, statuses=[201])], {}, 1), 1)
    assert (made.body, made.headers["Content-Type"], made.statuses) == (b'{"a": 1}', "application/json", (201,))


def samples(**slow):
    """Of the stages above, answered after 10 ms, but those between slow's seconds."""
    return [Sample(at, slow.get("seconds", 0.01) if 3 <= at < 4 else 0.01, 200, name="home") for at in arrivals(STAGES)]


def test_only_what_is_no_warm_up_counts():
    of = found(samples(), 0, STAGES)
    assert {name: of[name] for name in ("requests", "asked_a_second", "held_a_second", "held_percent", "failed_percent", "p99_ms")} == {
        "requests": 400,
        "asked_a_second": 100.0,
        "held_a_second": 100.0,
        "held_percent": 100.0,
        "failed_percent": 0.0,
        "p99_ms": 10.0,
    }


def test_one_slow_second_of_four_is_seen_in_the_95th_percentile():
    assert found(samples(seconds=1.5), 0, STAGES)["p95_ms"] == 1500


def test_what_failed_and_what_was_not_sent_are_failures_of_their_request():
    seen = [Sample(2.0, 0.1, 500, name="a", failed=True), Sample(2.1, 0.0, None, name="b"), Sample(2.2, 0.1, 200, name="b")]
    of = found(seen, 0, STAGES)
    assert (of["failed"], of["not_sent"], of["failed_percent"]) == (1, 1, 66.667)
    assert {name: one["failed_percent"] for name, one in of["by_request"].items()} == {"a": 100.0, "b": 50.0}


def test_a_machine_that_is_itself_late_has_not_held_the_rate():
    late = [Sample(at, 0.01, 200, late_seconds=1.0) for at in arrivals(STAGES)]
    of = found(late, 0, STAGES)
    assert (of["held_a_second"], of["held_percent"], of["late_p99_ms"]) == (80.0, 80.0, 1000.0)


def test_of_nothing_nothing_is_told():
    of = found([], 0, STAGES)
    assert (of["requests"], of["failed_percent"], of["p95_ms"], of["late_p99_ms"]) == (0, None, None, None)


def test_the_series_has_the_whole_test_second_by_second():
    of = series(samples(), 0, 6)
    assert (of["second"], of["asked"], of["failed"]) == ([0, 1, 2, 3, 4, 5], [10, 10, 100, 100, 100, 100], [0] * 6)
    assert of["p95_ms"] == [10.0] * 6


def test_a_long_test_has_no_more_than_300_spans():
    assert len(series([], 0, 3600)["second"]) == 300


def test_who_waits_is_told_how_it_stands():
    assert line(samples(), 5, 0, STAGES, 7) == "5 of 6 s: 420 requests, 0 failed, 7 under way; just now 95 % within 10 ms"
    assert line([], 0, 0, STAGES, 0).endswith("just now no answer yet")
