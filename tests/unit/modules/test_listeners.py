"""listeners: listeners and rules as resources of their own, with names in place of ARNs."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import elb
from ansible_collections.prodready.aws.plugins.module_utils.listeners import (
    problems,
    read_action,
    read_conditions,
    want,
    want_action,
    want_conditions,
    written_action,
    written_conditions,
)
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Unmet, plan
from ansible_collections.prodready.aws.plugins.modules.listeners import (
    LISTENER_SPEC,
    RULE_SPEC,
    calls,
    missing,
    read,
    strangers,
    turn,
    unknown_policies,
)

OURS = {"prodready:managed": "true"}
TAGS = [{"Key": "prodready:managed", "Value": "true"}]
BASE = "arn:aws:elasticloadbalancing:eu-central-1:123456789012"
BALANCER, LISTENER = f"{BASE}:loadbalancer/app/shop/01", f"{BASE}:listener/app/shop/01/02"
RULE = f"{BASE}:listener-rule/app/shop/01/02/03"
BLUE, GREEN = f"{BASE}:targetgroup/blue/04", f"{BASE}:targetgroup/green/05"
CERTIFICATE, WILDCARD = (f"arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-33334444555{n}" for n in "01")
POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
GROUPS = {"blue": BLUE, "green": GREEN}
FORWARD = {"forward": [{"target_group": "blue", "weight": 1}]}
STICKY_OFF = {"TargetGroupStickinessConfig": {"Enabled": False}}
TO_BLUE = {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": BLUE, "Weight": 1}], **STICKY_OFF}}
GONE = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}


def listener(**given):
    defaults = {name: option.get("default") for name, option in LISTENER_SPEC.items()}
    return {**defaults, "load_balancer": "shop", "port": 443, "protocol": "HTTP", "default_action": FORWARD, **given}


def secure(**given):
    return listener(protocol="HTTPS", ssl_policy=POLICY, certificate="shop.example.com", **given)


def rule(priority=10, action=None, **conditions):
    empty = dict.fromkeys(RULE_SPEC["conditions"]["options"])
    fixed = {"fixed_response": {"status_code": "404", "content_type": None, "body": None}}
    return {"priority": priority, "conditions": {**empty, **conditions}, "action": action or fixed, "tags": {}}


def summary(arn, *domains, status="ISSUED"):
    return {"CertificateArn": arn, "DomainName": domains[0], "SubjectAlternativeNameSummaries": list(domains), "Status": status}


def account(fake_aws, listeners=(), rules=(), certificates=(), tags=TAGS, **answers):
    described = [{"LoadBalancerName": "shop", "LoadBalancerArn": BALANCER}]
    return elb.Elb(
        fake_aws(
            describe_load_balancers={"LoadBalancers": described},
            describe_target_groups={"TargetGroups": [{"TargetGroupName": name, "TargetGroupArn": arn} for name, arn in GROUPS.items()]},
            list_certificates={"CertificateSummaryList": [summary(CERTIFICATE, "shop.example.com"), *certificates]},
            describe_listeners={"Listeners": list(listeners)},
            describe_rules={"Rules": [{"RuleArn": f"{RULE}0", "Priority": "default", "IsDefault": True}, *rules]},
            describe_tags=lambda ResourceArns: {"TagDescriptions": [{"ResourceArn": arn, "Tags": tags} for arn in ResourceArns]},
            **answers,
        )
    )


def described(**more):
    where = {"ListenerArn": LISTENER, "LoadBalancerArn": BALANCER, "Port": 443, "Protocol": "HTTPS", "SslPolicy": POLICY}
    return {**where, "Certificates": [{"CertificateArn": CERTIFICATE}], "DefaultActions": [TO_BLUE], **more}


def described_rule(priority="10", conditions=(), actions=(GONE,)):
    return {"RuleArn": RULE, "Priority": priority, "IsDefault": False, "Conditions": list(conditions), "Actions": list(actions)}


PATH = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/internal/*"]}}


def test_a_new_listener_then_its_rules(fake_aws, requests_of):
    found = account(fake_aws)
    wanted = want(secure(response_headers={"x_frame_options": "DENY"}, rules=[rule(path=["/internal/*"])]), OURS)
    changes = sorted(plan(wanted, read(found, wanted)), key=turn)
    answers = [{"Listeners": [{"ListenerArn": LISTENER}]}]
    assert [step for change in changes for step in requests_of("elbv2", calls(found, change), answers)] == [
        Call(
            "create_listener",
            {
                "LoadBalancerArn": BALANCER,
                "Port": 443,
                "Protocol": "HTTPS",
                "SslPolicy": POLICY,
                "Certificates": [{"CertificateArn": CERTIFICATE}],
                "DefaultActions": [TO_BLUE],
                "Tags": TAGS,
            },
        ),
        Call(
            "modify_listener_attributes",
            {"ListenerArn": LISTENER, "Attributes": [{"Key": "routing.http.response.x_frame_options.header_value", "Value": "DENY"}]},
        ),
        Call("create_rule", {"ListenerArn": LISTENER, "Priority": 10, "Conditions": [PATH], "Actions": [GONE], "Tags": TAGS}),
    ]


def test_a_rule_of_a_listener_that_could_not_be_made_says_so(fake_aws):
    (change,) = (one for one in plan(want(secure(rules=[rule(path=["/internal/*"])]), OURS), {}) if " rule " in one.name)
    with pytest.raises(Unmet, match=r"there is no listener shop:443\. Correct what kept it from being made, and run again"):
        list(calls(account(fake_aws, []), change))


def test_what_is_read_is_what_was_wanted(fake_aws):
    found = account(
        fake_aws,
        [described()],
        [described_rule(conditions=[PATH])],
        [summary(WILDCARD, "*.example.org")],
        describe_listener_attributes={"Attributes": [{"Key": "routing.http.response.server.enabled", "Value": "false"}]},
        describe_listener_certificates={
            "Certificates": [{"CertificateArn": CERTIFICATE, "IsDefault": True}, {"CertificateArn": WILDCARD, "IsDefault": False}]
        },
    )
    wanted = want(secure(certificates=["shop.example.org"], server_header=False, rules=[rule(path=["/internal/*"])]), OURS)
    assert plan(wanted, read(found, wanted)) == []


def test_only_the_listener_that_differs_is_changed(fake_aws, requests_of):
    found = account(fake_aws, [described(SslPolicy="ELBSecurityPolicy-2016-08")])
    wanted = want(secure(), OURS)
    (change,) = plan(wanted, read(found, wanted))
    (modify,) = requests_of("elbv2", calls(found, change))
    assert (modify.operation, modify.params["ListenerArn"], modify.params["SslPolicy"]) == ("modify_listener", LISTENER, POLICY)


def test_further_certificates_are_added_and_removed_one_at_a_time(fake_aws, requests_of):
    certificates = {"Certificates": [{"CertificateArn": CERTIFICATE, "IsDefault": True}, {"CertificateArn": WILDCARD}]}
    found = account(
        fake_aws,
        [described()],
        certificates=[summary(WILDCARD, "old.example.com"), summary(f"{WILDCARD}2", "new.example.com")],
        describe_listener_certificates=certificates,
    )
    wanted = want(secure(certificates=["new.example.com"]), OURS)
    (change,) = plan(wanted, read(found, wanted))
    assert requests_of("elbv2", calls(found, change)) == [
        Call("add_listener_certificates", {"ListenerArn": LISTENER, "Certificates": [{"CertificateArn": f"{WILDCARD}2"}]}),
        Call("remove_listener_certificates", {"ListenerArn": LISTENER, "Certificates": [{"CertificateArn": WILDCARD}]}),
    ]


def test_a_certificate_that_has_expired_is_replaced_by_an_issued_one(fake_aws):
    found = account(fake_aws, [described(Certificates=[{"CertificateArn": WILDCARD}])])
    wanted = want(secure(), OURS)
    (change,) = plan(wanted, read(found, wanted))
    assert (change.before["certificate"], change.after["certificate"]) == (WILDCARD.rpartition("/")[2], "shop.example.com")


@pytest.mark.parametrize(("until", "changes"), [("2027-06-01", 1), ("2026-12-01", 0), ("2026-06-01", 0)])
def test_a_certificate_is_replaced_by_one_for_its_domain_that_lasts_longer(fake_aws, until, changes):
    shown = {**summary(WILDCARD, "shop.example.com"), "NotAfter": "2026-12-01"}
    found = account(fake_aws, [described(Certificates=[{"CertificateArn": WILDCARD}])])
    found.certificates[:] = [{**summary(CERTIFICATE, "shop.example.com"), "NotAfter": until}, shown]
    wanted = want(secure(), OURS)
    assert len(plan(wanted, read(found, wanted))) == changes


def test_weights_and_stickiness_of_a_forward_both_ways():
    given = {
        "forward": [{"target_group": "green", "weight": 0}, {"target_group": "blue", "weight": 100}],
        "stickiness_seconds": 60,
    }
    wanted = want_action(given)
    assert wanted == {"forward": {"green": 0, "blue": 100}, "stickiness_seconds": 60}
    written = written_action(wanted, GROUPS.__getitem__)
    assert written == [
        {
            "Type": "forward",
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": BLUE, "Weight": 100}, {"TargetGroupArn": GREEN, "Weight": 0}],
                "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60},
            },
        }
    ]
    assert read_action(written) == wanted


def test_a_forward_that_was_written_without_weights_is_the_same():
    assert read_action([{"Type": "forward", "TargetGroupArn": BLUE}]) == want_action({"forward": [{"target_group": "blue", "weight": 7}]})


def test_a_redirect_keeps_what_is_not_given_of_the_request():
    wanted = want_action(
        {"redirect": {"protocol": "HTTPS", "port": "443", "host": None, "path": None, "query": None, "status_code": "301"}}
    )
    written = written_action(wanted, GROUPS.__getitem__)
    assert written == [
        {
            "Type": "redirect",
            "RedirectConfig": {
                **{"Protocol": "HTTPS", "Port": "443", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"},
                "StatusCode": "HTTP_301",
            },
        }
    ]
    assert read_action(written) == wanted


def test_an_action_that_is_not_kept_here_is_seen_and_can_be_put_back():
    actions = [{"Type": "authenticate-oidc", "Order": 1}, {**TO_BLUE, "Order": 2}]
    assert read_action(actions) == {"other": actions}
    assert written_action({"other": actions}, GROUPS.__getitem__) == actions


def test_every_kind_of_condition_both_ways():
    given = {
        "host": ["shop.example.com"],
        "path": ["/b", "/a"],
        "method": ["GET"],
        "source_ip": ["192.0.2.0/24"],
        "query": [{"key": "v", "value": "2"}, {"key": None, "value": "x"}],
        "header": [{"name": "X-Shop", "values": ["b", "a"]}],
    }
    wanted = want_conditions(given)
    written = written_conditions(wanted)
    assert written == [
        {"Field": "host-header", "HostHeaderConfig": {"Values": ["shop.example.com"]}},
        {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a", "/b"]}},
        {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
        {"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/24"]}},
        {"Field": "query-string", "QueryStringConfig": {"Values": [{"Value": "x"}, {"Key": "v", "Value": "2"}]}},
        {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "x-shop", "Values": ["a", "b"]}},
    ]
    assert read_conditions(written) == wanted
    regex = {"Field": "path-pattern", "RegexValues": ["^/x"]}
    assert written_conditions(read_conditions([*written, regex])) == [*written, regex]


def test_a_rule_of_somebody_else_at_our_priority_is_not_overwritten(fake_aws):
    wanted = want(secure(rules=[rule(path=["/internal/*"])]), OURS)
    found = account(fake_aws, [described()], [described_rule(conditions=[{**PATH, "PathPatternConfig": {"Values": ["/theirs"]}}])], tags=[])
    (refused,) = strangers(plan(wanted, read(found, wanted)), OURS)
    assert refused.startswith("shop:443 rule 10: a rule of somebody else has this priority")


def test_a_rule_that_says_the_same_gets_our_tags_and_so_does_one_of_ours_change(fake_aws):
    wanted = want(secure(rules=[rule(path=["/internal/*"])]), OURS)
    same = account(fake_aws, [described()], [described_rule(conditions=[PATH])], tags=[])
    changes = plan(wanted, read(same, wanted))
    assert [change.name for change in changes] == ["shop:443", "shop:443 rule 10"]
    assert list(strangers(changes, OURS)) == []
    ours = account(fake_aws, [described()], [described_rule(conditions=[PATH], actions=[TO_BLUE])])
    assert list(strangers(plan(wanted, read(ours, wanted)), OURS)) == []


def test_rules_go_before_their_listener_and_come_after_it():
    states = want(secure(rules=[rule(path=["/x"])]), OURS)
    made = sorted(plan(states, {}), key=turn)
    gone = sorted((Change(name, state, None) for name, state in states.items()), key=turn)
    assert [change.name for change in made] == ["shop:443", "shop:443 rule 10"]
    assert [change.name for change in gone] == ["shop:443 rule 10", "shop:443"]


def test_undo_finds_what_it_takes_back_anew(fake_aws, requests_of):
    found = account(fake_aws, [described()], [described_rule(conditions=[PATH])])
    states = want(secure(rules=[rule(path=["/internal/*"])]), OURS)
    sent = [requests_of("elbv2", calls(found, Change(name, state, None))) for name, state in states.items()]
    assert [[(call.operation, call.params) for call in some] for some in sent] == [
        [("delete_listener", {"ListenerArn": LISTENER})],
        [("delete_rule", {"RuleArn": RULE})],
    ]


def test_what_is_named_and_not_there_is_said(fake_aws):
    found = account(fake_aws, certificates=[summary(WILDCARD, "new.example.com", status="PENDING_VALIDATION")])
    action = {"forward": [{"target_group": "red", "weight": 1}]}
    wanted = want(secure(certificates=["new.example.com", "no.example.com"], default_action=action), OURS)
    assert [words for _, _, words in missing(found, {**wanted, "gone": None})] == [
        "shop:443: there is no target group red",
        "shop:443: there is no issued certificate for new.example.com, it is being validated",
        "shop:443: there is no issued certificate for no.example.com",
    ]
    other = want(listener(load_balancer="stall"), OURS)
    assert [words for _, _, words in missing(found, other)] == ["stall:443: there is no load balancer stall"]


def test_a_policy_that_aws_does_not_have_is_said(fake_aws):
    found = account(fake_aws, describe_ssl_policies=lambda Names: None if Names == ["Nonsense"] else {"SslPolicies": [{}]})
    assert list(unknown_policies(found, plan(want(secure(), OURS), {}))) == []
    changes = plan(want({**secure(), "ssl_policy": "Nonsense"}, OURS), {})
    assert list(unknown_policies(found, changes)) == ["ssl_policy Nonsense is none of AWS's policies"]


def test_an_unchanged_run_asks_once_a_list_and_tags_of_twenty_at_once(fake_aws):
    rules = [{**described_rule(str(n), [PATH]), "RuleArn": f"{RULE}{n}"} for n in range(1, 41)]
    found = account(fake_aws, [described()], rules)
    wanted = want(secure(rules=[rule(n, path=["/internal/*"]) for n in range(1, 41)]), OURS)
    assert list(missing(found, wanted)) == []
    assert plan(wanted, read(found, wanted)) == []
    assert sorted(operation for operation, _ in found.aws.asked) == [
        *("describe_listeners", "describe_load_balancers", "describe_rules"),
        *("describe_tags", "describe_tags", "describe_tags", "describe_target_groups", "list_certificates"),
    ]


FIXED = {"status_code": "200", "content_type": None, "body": None}
SAME = {"protocol": "HTTPS", "port": None, "host": None, "path": None, "query": None, "status_code": "301"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (listener(port=0), "port is 0"),
        (listener(protocol="HTTPS"), "needs ssl_policy and certificate"),
        (listener(ssl_policy=POLICY), "ssl_policy is for the protocol HTTPS"),
        (secure(certificates=["shop.example.com"]), "which is the default one already"),
        (listener(default_action={}), "give exactly one of forward, redirect and fixed_response, not none"),
        (listener(default_action={**FORWARD, "fixed_response": FIXED}), "not forward and fixed_response"),
        (listener(default_action={"forward": [{"target_group": "a", "weight": 1000}]}), "allowed are 0 to 999"),
        (listener(default_action={"forward": [{"target_group": "a", "weight": 1}] * 2}), "declared twice"),
        (listener(default_action={"forward": [{"target_group": str(n), "weight": 1} for n in range(6)]}), "at most 5"),
        (listener(default_action={"redirect": {**SAME, "protocol": None}}), "round in a circle"),
        (secure(default_action={"redirect": {**SAME, "protocol": "HTTP"}}), "cannot lead from HTTPS to HTTP"),
        (listener(default_action={"redirect": {**SAME, "path": "x"}}), "must begin with /"),
        (listener(default_action={"fixed_response": {**FIXED, "status_code": "301"}}), "allowed are 2XX, 4XX and 5XX"),
        (listener(default_action={"fixed_response": {**FIXED, "body": "x" * 1025}}), "at most 1024"),
        (listener(rules=[rule(1, path=["/a"]), rule(1, path=["/b"])]), "shop:443 rule 1: the priority is declared twice"),
        (listener(rules=[rule(0, path=["/a"])]), "priority is 0, allowed are 1 to 50000"),
        (listener(rules=[rule()]), "conditions have 0 values in all"),
        (listener(rules=[rule(path=["/1", "/2", "/3"], host=["a.b", "c.d", "e.f"])]), "conditions have 6 values"),
        (listener(rules=[rule(path=["x" * 129])]), "1 to 128 characters"),
        (listener(rules=[rule(host=["localhost"])]), "at least one dot"),
        (listener(rules=[rule(source_ip=["192.0.2.1"])]), "CIDR"),
        (listener(rules=[rule(method=["get"])]), "capital letters"),
        (listener(rules=[rule(header=[{"name": "Host", "values": ["x"]}])]), "conditions.header has the name 'Host'"),
    ],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([wrong]))


def test_good_ones_are_not_refused():
    redirect = listener(port=80, default_action={"redirect": {**SAME, "port": "443"}})
    assert list(problems([secure(rules=[rule(1, path=["/a"]), rule(2, host=["*.example.com"])]), redirect])) == []
    assert list(problems([redirect, redirect])) == ["shop:80: the listener is declared twice"]
