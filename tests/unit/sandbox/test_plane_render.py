"""The account as Envoy's files: pure, no Envoy and no emulator in sight."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from moto.elbv2.ssl_policies import SSL_POLICIES

from sandbox.plane import render, tls
from sandbox.plane.account import Account, Balancer, Certificate, Group, HealthCheck, Listener, Rule, Target
from sandbox.plane.actions import groups, route, sticky
from sandbox.plane.answers import listener_headers, page
from sandbox.plane.clusters import check, codes, fail_open_percent
from sandbox.plane.conditions import cookie, pattern, predicate
from sandbox.plane.endpoints import endpoints
from sandbox.plane.listener_ports import ListenerPorts
from sandbox.plane.settings import Settings

BLUE, GREEN = (f"arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/{name}/0123456789abcdef" for name in ("blue", "green"))
SHOP = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/0123456789abcdef"
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
FIXED = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}


def forward(*weights: tuple[str, int], **sticky: Any) -> dict[str, Any]:
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": sticky}}


def account(*actions: dict[str, Any], **listener: Any) -> Account:
    asked = {"protocol": "HTTP", "port": 80, "rules": (Rule("default", list(actions or [FIXED])),)}
    made = Listener(f"{SHOP.replace('loadbalancer', 'listener')}/fedcba9876543210", **asked | listener)
    found = {arn: Group(arn, targets=(Target("172.31.1.11", 8080),)) for arn in (BLUE, GREEN)}
    certificate = Certificate(CERTIFICATE, "chain", "the key", ("shop.example",))
    return Account((Balancer(SHOP, "shop", (made,)),), found, {CERTIFICATE: certificate})


def files(of: Account) -> dict[str, Any]:
    return render.files(of, 10, lambda address: f"real {address}", lambda listener: 20000 + listener.port)


def meets(condition: Any, headers: dict[str, str]) -> bool:
    """Envoy's predicates of headers, which are compared in whole."""
    for kind, quantifier in (("and_matcher", all), ("or_matcher", any)):
        if kind in condition:
            return quantifier(meets(item, headers) for item in condition[kind]["predicate"])
    single = condition["single_predicate"]
    text = headers.get(single["input"]["typed_config"]["header_name"])
    return text is not None and bool(re.fullmatch(single["value_match"]["safe_regex"]["regex"], text))


@pytest.mark.parametrize(
    ("field", "config", "header", "fitting", "other"),
    [
        ("path-pattern", {"Values": ["/img/*"]}, ":path", ["/img/", "/img/a/b?x=/c"], ["/img", "/IMG/a", "/a?/img/"]),
        ("path-pattern", {"Values": ["/?", "/b"]}, ":path", ["/a", "/b"], ["/", "/ab"]),
        ("path-pattern", {"Values": [r"/a\*"]}, ":path", ["/a*"], ["/ab"]),
        ("path-pattern", {"Values": ["/a.b"]}, ":path", ["/a.b"], ["/acb"]),
        (
            "host-header",
            {"Values": ["*.example.com"]},
            ":authority",
            ["a.example.com", "A.Example.COM:8443"],
            ["example.com", "a.example.com.org"],
        ),
        ("http-request-method", {"Values": ["GET", "HEAD"]}, ":method", ["GET", "HEAD"], ["get", "GETS"]),
        ("http-header", {"HttpHeaderName": "User-Agent", "Values": ["*Mobile*"]}, "user-agent", ["a mobile b"], ["desktop"]),
        ("query-string", {"Values": [{"Key": "a", "Value": "1"}]}, ":path", ["/?a=1", "/?b=2&A=1&c"], ["/?a=12", "/?ba=1", "/a=1"]),
        ("query-string", {"Values": [{"Value": "x*"}]}, ":path", ["/?a=x", "/?b=1&c=xyz"], ["/?x=1", "/x"]),
    ],
)
def test_a_condition_fits_what_aws_says_it_does(field, config, header, fitting, other):
    names = {"path-pattern": "PathPattern", "host-header": "HostHeader", "http-request-method": "HttpRequestMethod"}
    name = names.get(field) or {"http-header": "HttpHeader", "query-string": "QueryString"}[field]
    condition = predicate([{"Field": field, f"{name}Config": config}])
    assert all(meets(condition, {header: text}) for text in fitting)
    assert not any(meets(condition, {header: text}) for text in other)


def test_all_conditions_of_a_rule_must_hold():
    path = {"Field": "path-pattern", "Values": ["/a"]}
    method = {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["PUT"]}}
    assert meets(predicate([path, method]), {":path": "/a", ":method": "PUT"})
    assert not meets(predicate([path, method]), {":path": "/a", ":method": "GET"})


def test_an_address_is_compared_as_an_address():
    found = predicate([{"Field": "source-ip", "SourceIpConfig": {"Values": ["127.5.0.0/16"]}}])["single_predicate"]
    assert found["custom_match"]["typed_config"]["cidr_ranges"] == [{"address_prefix": "127.5.0.0", "prefix_len": 16}]


def test_wildcards_are_of_the_kind_that_is_asked_for():
    assert pattern("a*b?", "[^&]") == "a[^&]*b[^&]"


def test_a_cookie_is_found_among_others_and_not_inside_another():
    found = cookie("AWSALBTG=blue")
    assert all(meets(found, {"cookie": text}) for text in ("AWSALBTG=blue", "a=b; AWSALBTG=blue; c=d"))
    assert not any(meets(found, {"cookie": text}) for text in ("AWSALBTG=bluer", "xAWSALBTG=blue"))


def test_rules_are_tried_in_the_order_of_the_account_and_the_default_one_last():
    rules = [Rule(str(number), [FIXED], [{"Field": "path-pattern", "Values": [f"/{number}"]}]) for number in (1, 2)]
    (made,) = files(account(rules=(*rules, Rule("default", [FIXED]))))["routes/fedcba9876543210"]["resources"]
    tree = made["virtual_hosts"][0]["matcher"]
    found = [matcher["on_match"] for matcher in tree["matcher_list"]["matchers"]] + [tree["on_no_match"]]
    priorities = [one["action"]["typed_config"]["metadata"]["filter_metadata"]["plane"]["priority"] for one in found]
    assert priorities == ["1", "2", "default"]


def test_a_forward_divides_by_weight_and_is_503_when_all_are_zero():
    of = account(forward((BLUE, 90), (GREEN, 10)))
    made = route(of, forward((BLUE, 90), (GREEN, 10)), "1", {})
    assert [(cluster["name"], cluster["weight"]) for cluster in made["route"]["weighted_clusters"]["clusters"]] == [(BLUE, 90), (GREEN, 10)]
    assert route(of, forward((BLUE, 0), (GREEN, 0)), "1", {})["direct_response"]["status"] == 503


def test_both_forms_of_a_forward_say_the_same():
    assert groups({"Type": "forward", "TargetGroupArn": BLUE}) == groups(forward((BLUE, 1))) == [(BLUE, 1)]


def test_clients_are_kept_at_groups_that_have_a_weight_only():
    kept = sticky(forward((BLUE, 1), (GREEN, 0), Enabled=True, DurationSeconds=60))
    assert [(pair, groups(action)) for pair, action in kept] == [("AWSALBTG=0123456789abcdef", [(BLUE, 1)])]
    assert sticky(forward((BLUE, 1), (GREEN, 1), Enabled=False)) == sticky(FIXED) == []


def test_a_redirect_that_says_little_keeps_the_rest():
    config = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_302"}
    made = route(account(), {"Type": "redirect", "RedirectConfig": config}, "1", {})
    said = made["metadata"]["filter_metadata"]["envoy.filters.http.lua"]["redirect"]
    assert {key: said[key] for key in ("protocol", "port", "host", "path", "query", "status")} == {
        "protocol": "HTTPS", "port": "443", "host": "#{host}", "path": "/#{path}", "query": "#{query}", "status": "302",
    }  # fmt: skip


def test_what_is_not_emulated_answers_501_and_is_named():
    login = {"Type": "authenticate-oidc", "Order": 1}
    of = account(login, forward((BLUE, 1)))
    assert route(of, login, "1", {})["direct_response"]["status"] == 501
    assert render.not_emulated(of) == ["shop:80 answers 501 where a rule asks for authenticate-oidc"]


def test_a_group_that_no_listener_uses_is_neither_checked_nor_served():
    made = files(account(forward((BLUE, 1))))
    assert [cluster["name"] for cluster in made["clusters"]["resources"]] == ["wafd", BLUE]


def test_keys_are_in_the_secrets_only_and_those_that_no_listener_serves_nowhere():
    of = account(protocol="HTTPS", ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06", certificates=(CERTIFICATE,))
    made = files(of)
    assert [name for name, content in made.items() if "the key" in json.dumps(content)] == [f"secrets/{CERTIFICATE.rpartition('/')[2]}"]
    assert "the key" not in repr(of)
    assert not any(name.startswith("secrets/") for name in files(account()))


def test_a_file_refers_only_to_what_is_in_those_before_it():
    of = account(
        forward((BLUE, 1)), protocol="HTTPS", ssl_policy="ELBSecurityPolicy-2016-08", certificates=(CERTIFICATE,)
    )  # fmt: skip
    names = list(files(of))
    assert [name.partition("/")[0] for name in names] == ["secrets", "endpoints", "clusters", "routes", "listeners"]


def test_the_same_account_gives_the_same_files():
    assert files(account(forward((BLUE, 1)))) == files(account(forward((BLUE, 1))))


def test_a_web_acl_brings_the_question_to_wafd_and_without_one_there_is_none():
    plain = account()
    guarded = Account((Balancer(SHOP, "shop", plain.balancers[0].listeners, {"waf.fail_open.enabled": "true"}, has_web_acl=True),))

    def is_asked(of: Account) -> bool:
        (made,) = files(of)["routes/fedcba9876543210"]["resources"]
        return "envoy.filters.http.ext_authz" not in made["typed_per_filter_config"]

    assert (is_asked(plain), is_asked(guarded)) == (False, True)
    manager = files(guarded)["listeners"]["resources"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    (asked,) = [item["typed_config"] for item in manager["http_filters"] if item["name"] == "envoy.filters.http.ext_authz"]
    assert asked["failure_mode_allow"] is True
    assert asked["with_request_body"] == {"max_request_bytes": 8192, "allow_partial_message": True}


@pytest.mark.parametrize("policy", SSL_POLICIES)
def test_every_policy_has_parameters_and_names_what_it_lacks(policy):
    found = tls.parameters(policy)
    assert set(found.get("cipher_suites", [])) | set(tls.unsupported(policy)) | tls.FIXED >= set(SSL_POLICIES[policy]["ciphers"])
    assert found["tls_minimum_protocol_version"] <= found["tls_maximum_protocol_version"]
    assert (found["tls_maximum_protocol_version"] == "TLSv1_3") == ("TLS13" in policy)


def test_health_checks_are_sped_up_but_for_a_least_timeout():
    made = check(HealthCheck(interval=30, timeout=5, healthy=3, unhealthy=2, matcher="200,301-302"), "HTTP1", 10)
    assert (made["interval"], made["timeout"], made["healthy_threshold"], made["unhealthy_threshold"]) == ("3s", "1s", 3, 2)
    assert made["http_health_check"]["expected_statuses"] == [{"start": 200, "end": 201}, {"start": 301, "end": 303}]
    assert codes("200-299") == [(200, 299)]


@pytest.mark.parametrize(
    ("targets", "attributes", "percent"),
    [
        (2, {}, 25),
        (4, {"count": "2"}, 37),
        (2, {"count": "2"}, 75),
        (4, {"percentage": "50"}, 50),
        (0, {}, 50),
        (200, {}, 1),
    ],
)
def test_all_targets_get_traffic_below_the_healthy_part_that_is_asked_for(targets, attributes, percent):
    name = "target_group_health.unhealthy_state_routing.minimum_healthy_targets"
    made = {f"{name}.{key}": value for key, value in attributes.items()}
    assert fail_open_percent(Group(BLUE, targets=tuple(Target("172.31.1.1", port) for port in range(targets)), attributes=made)) == percent


def test_a_target_is_checked_where_the_group_says():
    group = Group(BLUE, targets=(Target("172.31.1.11", 8080),), check=HealthCheck(port="9000"))
    (made,) = endpoints(group, lambda address: "127.0.0.1")["endpoints"][0]["lb_endpoints"]
    assert made["endpoint"]["address"]["socket_address"] == {"address": "127.0.0.1", "port_value": 8080}
    assert made["endpoint"]["health_check_config"]["port_value"] == 9000
    assert made["metadata"]["filter_metadata"]["plane"]["target"] == "172.31.1.11:8080"


def test_listener_attributes_become_headers_whose_percent_signs_are_their_own():
    given = {
        "routing.http.response.content_security_policy.header_value": "img-src 'self' %41",
        "routing.http.response.x_frame_options.header_value": "",
        "routing.http.response.server.enabled": "true",
    }
    assert listener_headers(given) == [("content-security-policy", "img-src 'self' %%41")]


def test_a_page_says_its_status():
    assert "<title>503 Service Unavailable</title>" in page(503)


def test_addresses_of_hosts_are_loopback_and_others_are_in_the_slice():
    state = {
        "slice": 37,
        "hosts": {"app1": {"root": "/sandbox/hosts/app1", "private_address": "172.31.1.11"}},
        "connect_to": {"shop:443": "127.0.0.1:20006"},
        "health_check_speed": 10,
    }
    settings = Settings.of(Path("/sandbox"), state)
    assert [settings.real(address) for address in ("172.31.1.11", "172.31.5.6", "10.1.2.3")] == ["127.0.0.1", "127.37.5.6", "127.37.2.3"]
    assert settings.listeners == {"shop:443": 20006}


def test_a_listener_keeps_its_port_while_it_lives_and_a_known_one_has_its_own():
    ports = ListenerPorts({"shop:80": 20005})
    ports.follow(account())
    assert ports.connect_to() == {"shop:80": "127.0.0.1:20005"}
    ports.follow(account(port=81))
    first = ports.connect_to()["shop:81"]
    ports.follow(account(port=81))
    assert ports.connect_to() == {"shop:81": first}
    assert first != "127.0.0.1:20005"
