"""https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html"""

from __future__ import annotations

import pytest

from sandbox.waf.rates import Rates
from tests.unit.sandbox.waf.acls import NONE, acl, request, rule, text, verdict

LIMIT = 10


def limited(kind: str = "IP", window: int = 60, **more) -> dict:
    return rule("rate", {"RateBasedStatement": {"Limit": LIMIT, "EvaluationWindowSec": window, "AggregateKeyType": kind, **more}})


class Traffic:
    def __init__(self, found: dict) -> None:
        self.acl, self.rates, self.now = acl(found), Rates(), 1_000_000.0

    def send(self, asked=None, times: int = 1) -> list[str]:
        return [verdict(self.acl, asked or request(), self.rates, self.now).action for _ in range(times)]


def test_the_request_after_the_limit_is_the_first_that_is_blocked():
    traffic = Traffic(limited())
    assert traffic.send(times=LIMIT + 3) == ["ALLOW"] * LIMIT + ["BLOCK"] * 3
    assert traffic.send(request(client="192.0.2.2")) == ["ALLOW"]


@pytest.mark.parametrize("window", [60, 120, 300, 600])
def test_it_passes_again_when_the_window_has_moved_on(window):
    traffic = Traffic(limited(window=window))
    traffic.send(times=LIMIT + 1)
    traffic.now += window - 1
    assert traffic.send() == ["BLOCK"]
    traffic.now += 1
    assert traffic.send() == ["ALLOW"]


def test_five_minutes_are_the_default():
    statement = limited()
    del statement["Statement"]["RateBasedStatement"]["EvaluationWindowSec"]
    traffic = Traffic(statement)
    traffic.send(times=LIMIT)
    traffic.now += 299
    assert traffic.send() == ["BLOCK"]


def test_only_what_the_scope_down_statement_matches_is_counted_and_limited():
    traffic = Traffic(limited(ScopeDownStatement=text("UriPath", "/login", "STARTS_WITH")))
    assert set(traffic.send(request("/"), times=LIMIT * 2)) == {"ALLOW"}
    assert traffic.send(request("/login"), times=LIMIT + 1)[-1] == "BLOCK"
    assert traffic.send(request("/")) == ["ALLOW"]


def test_a_forwarded_address_is_the_first_of_the_header():
    config = {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "NO_MATCH"}
    traffic = Traffic(limited("FORWARDED_IP", ForwardedIPConfig=config))
    assert traffic.send(request(x_forwarded_for="198.51.100.1, 10.0.0.1"), times=LIMIT + 1)[-1] == "BLOCK"
    assert traffic.send(request(x_forwarded_for="198.51.100.2")) == ["ALLOW"]
    assert set(traffic.send(request(), times=LIMIT + 1)) == {"ALLOW"}
    assert set(traffic.send(request(x_forwarded_for="nobody"), times=LIMIT + 1)) == {"ALLOW"}
    matching = Traffic(limited("FORWARDED_IP", ForwardedIPConfig=config | {"FallbackBehavior": "MATCH"}))
    assert matching.send(request(x_forwarded_for="nobody")) == ["BLOCK"]


def test_constant_counts_all_that_is_in_scope_together():
    traffic = Traffic(limited("CONSTANT", ScopeDownStatement=text("Method", "GET")))
    clients = [request(client=f"192.0.2.{number}") for number in range(LIMIT + 1)]
    assert [traffic.send(client)[0] for client in clients] == ["ALLOW"] * LIMIT + ["BLOCK"]


def test_custom_keys_make_an_instance_of_each_combination():
    keys = [{"IP": {}}, {"HTTPMethod": {}}, {"Header": {"Name": "x-tenant", "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}]}}]
    traffic = Traffic(limited("CUSTOM_KEYS", CustomKeys=keys))
    assert traffic.send(request(x_tenant="A"), times=LIMIT)[-1] == "ALLOW"
    assert traffic.send(request(x_tenant="a")) == ["BLOCK"]
    assert traffic.send(request(x_tenant="a", method="POST")) == ["ALLOW"]
    assert traffic.send(request(x_tenant="b")) == ["ALLOW"]
    assert set(traffic.send(request(), times=LIMIT * 2)) == {"ALLOW"}, "without one of the keys it is omitted"


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [
        ({"Cookie": {"Name": "sid", "TextTransformations": NONE}}, request(cookie="sid=1"), request(cookie="sid=2")),
        ({"QueryArgument": {"Name": "u", "TextTransformations": NONE}}, request("/?u=1"), request("/?u=2")),
        ({"QueryString": {"TextTransformations": NONE}}, request("/?a"), request("/?b")),
        ({"UriPath": {"TextTransformations": NONE}}, request("/a"), request("/b")),
    ],
)
def test_each_kind_of_custom_key(key, one, other):
    traffic = Traffic(limited("CUSTOM_KEYS", CustomKeys=[key]))
    assert traffic.send(one, times=LIMIT + 1)[-1] == "BLOCK"
    assert traffic.send(other) == ["ALLOW"]


def test_a_fingerprint_as_key_is_named_as_not_emulated():
    found = verdict(acl(limited("CUSTOM_KEYS", CustomKeys=[{"JA3Fingerprint": {"FallbackBehavior": "MATCH"}}])))
    assert (found.action, found.not_emulated) == ("ALLOW", {"rate-based aggregation by JA3Fingerprint"})


def test_labels_are_added_only_while_limiting():
    traffic = Traffic(limited() | {"Action": {"Count": {}}, "RuleLabels": [{"Name": "fast"}]})
    seen = [verdict(traffic.acl, request(), traffic.rates, traffic.now) for _ in range(LIMIT + 1)]
    assert [bool(found.labels) for found in seen] == [False] * LIMIT + [True]
    assert seen[-1].limited[0].values == (("IP", "", "192.0.2.44"),)
