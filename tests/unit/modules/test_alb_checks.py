"""alb_checks: what the role's claims go over."""

from __future__ import annotations

from ansible_collections.prodready.aws.plugins.filter.alb_checks import alb_checks

SECURE = {
    **{
        "load_balancer": "shop",
        "port": 443,
        "protocol": "HTTPS",
        "ssl_policy": "P",
        "certificate": "*.example.com",
        "server_header": False,
    },
    "response_headers": {"strict_transport_security": "max-age=1", "x_frame_options": ""},
    "rules": [{"priority": 10}, {"priority": 20}],
}
DECLARED = {
    "load_balancers": [
        {"name": "shop", "deletion_protection": True, "access_logs": {"bucket": "logs", "prefix": "alb"}},
        {"name": "old", "access_logs": {"enabled": False}},
    ],
    "target_groups": [{"name": "shop"}, {"name": "new"}],
    "listeners": [SECURE, {"load_balancer": "shop", "port": 80, "protocol": "HTTP"}],
    "sites": [{"domain": "shop.example.com", "load_balancer": "shop", "path": "/health"}],
    "accepted": ["TLSv1.3"],
    "refused": ["TLSv1.0", "TLSv1.1"],
    "arns": {"load_balancers": {"shop": "lb"}, "target_groups": {"shop": "tg"}, "listeners": {"shop:443": "l"}},
}
FOUND = alb_checks(DECLARED)


def test_what_is_declared_of_a_load_balancer_is_asked_about_by_its_arn():
    assert FOUND["attributes"] == [{"name": "shop", "arn": "lb", "key": "deletion_protection.enabled", "value": "true"}]
    assert FOUND["logs"] == [{"name": "shop", "bucket": "logs", "prefix": "alb/AWSLogs/"}]
    assert alb_checks({**DECLARED, "load_balancers": [{"name": "a", "access_logs": {"bucket": "b"}}]})["logs"][0]["prefix"] == "AWSLogs/"


def test_what_does_not_exist_has_no_arn_so_that_nothing_is_observed():
    assert [one["arn"] for one in FOUND["target_groups"]] == ["tg", ""]
    assert [one["arn"] for one in FOUND["listeners"]] == ["l", ""]


def test_rules_are_known_by_their_priorities():
    assert [(one["name"], one["priorities"]) for one in FOUND["rules"]] == [("shop:443", ["10", "20"])]


def test_a_site_is_asked_at_its_address_and_shows_the_certificate_of_its_listener():
    (site,) = FOUND["sites"]
    assert (site["url"], site["address"], site["status"]) == ("https://shop.example.com/health", "shop.example.com:443", 200)
    assert site["certificate"] == "*.example.com"


def test_a_redirect_may_name_the_port_or_leave_it_out():
    (redirect,) = FOUND["redirects"]
    assert redirect["url"] == "http://shop.example.com/health"
    assert redirect["locations"] == [[301, "https://shop.example.com:443/health"], [301, "https://shop.example.com/health"]]
    quiet = {**DECLARED, "sites": [{**DECLARED["sites"][0], "http_port": 0}]}
    assert alb_checks(quiet)["redirects"] == []


def test_headers_that_are_declared_are_looked_for_and_those_that_are_off_are_not_to_be_there():
    assert [(one["header"], one["value"]) for one in FOUND["headers"]] == [("strict-transport-security", "max-age=1")]
    assert [one["header"] for one in FOUND["absent"]] == ["server"]


def test_every_site_is_greeted_in_every_version():
    assert [one["version"] for one in FOUND["accepted"]] == ["TLSv1.3"]
    assert [one["version"] for one in FOUND["refused"]] == ["TLSv1.0", "TLSv1.1"]
