"""https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html"""

from __future__ import annotations

import pytest

from sandbox.waf.measures import measures
from sandbox.waf.rates import Rates
from sandbox.waf.records import kept, record, redacted
from sandbox.waf.samples import limited_addresses, sampled
from tests.unit.sandbox.waf.acls import ARN, BALANCER, NAMESPACE, acl, request, rule, text, verdict
from tests.unit.sandbox.waf.test_evaluation import managed

ASKED = request("/login?next=/", host="shop.example", authorization="Bearer secret", user_agent="probe/1")
ALWAYS = text("Method", "GET")
NOW = 1_764_000_000_000


def logged(*rules, asked=ASKED, **more) -> dict:
    return record(ARN, verdict(acl(*rules, **more), asked), asked, BALANCER, NOW)


def test_the_record_of_a_blocked_request():
    found = logged(rule("no-login", text("UriPath", "/login"), RuleLabels=[{"Name": "x"}]))
    assert found["httpRequest"].pop("headers") == [
        {"name": "host", "value": "shop.example"},
        {"name": "authorization", "value": "Bearer secret"},
        {"name": "user-agent", "value": "probe/1"},
    ]
    assert found == {
        "timestamp": NOW,
        "formatVersion": 1,
        "webaclId": ARN,
        "terminatingRuleId": "no-login",
        "terminatingRuleType": "REGULAR",
        "action": "BLOCK",
        "terminatingRuleMatchDetails": [],
        "httpSourceName": "ALB",
        "httpSourceId": "123456789012-app/shop/50dc6c495c0c9188",
        "ruleGroupList": [],
        "rateBasedRuleList": [],
        "nonTerminatingMatchingRules": [],
        "requestHeadersInserted": None,
        "responseCodeSent": None,
        "httpRequest": {
            "clientIp": "192.0.2.44",
            "country": "-",
            "uri": "/login",
            "args": "next=/",
            "httpVersion": "HTTP/1.1",
            "httpMethod": "GET",
            "requestId": "",
            "fragment": "",
            "scheme": "http",
            "host": "shop.example",
        },
        "labels": [{"name": f"{NAMESPACE}x"}],
        "requestBodySize": 0,
        "requestBodySizeInspectedByWAF": 0,
    }


def test_a_managed_groups_rules_are_in_the_list_of_groups():
    found = logged(managed(RuleActionOverrides=[{"Name": "NoUserAgent_HEADER", "ActionToUse": {"Count": {}}}]), asked=request("/x.log"))
    (group,) = found["ruleGroupList"]
    assert (found["terminatingRuleId"], found["terminatingRuleType"]) == ("AWSManagedRulesCommonRuleSet", "MANAGED_RULE_GROUP")
    assert group["ruleGroupId"] == "AWS#AWSManagedRulesCommonRuleSet"
    assert group["terminatingRule"]["ruleId"] == "RestrictedExtensions_URIPATH"
    assert group["nonTerminatingMatchingRules"] == [
        {"ruleId": "NoUserAgent_HEADER", "action": "COUNT", "overriddenAction": "BLOCK", "ruleMatchDetails": []}
    ]


def test_an_excluded_rule_is_told_as_excluded():
    found = logged(managed(ExcludedRules=[{"Name": "NoUserAgent_HEADER"}]), asked=request())
    (group,) = found["ruleGroupList"]
    assert group["excludedRules"] == [{"exclusionType": "EXCLUDED_AS_COUNT", "ruleId": "NoUserAgent_HEADER"}]
    assert (group["nonTerminatingMatchingRules"], found["action"]) == ([], "ALLOW")


def rate_limited(kind: str = "IP", **more) -> dict:
    limit = {"RateBasedStatement": {"Limit": 1, "EvaluationWindowSec": 60, "AggregateKeyType": kind, **more}}
    found, rates = acl(rule("rate", limit)), Rates()
    verdict(found, ASKED, rates)
    return record(ARN, verdict(found, ASKED, rates), ASKED, BALANCER, NOW)


def test_a_limited_request_names_the_rule_and_its_key():
    found = rate_limited()
    assert (found["terminatingRuleType"], found["action"]) == ("RATE_BASED", "BLOCK")
    assert found["rateBasedRuleList"] == [
        {
            "rateBasedRuleId": f"{ARN}/rate",
            "rateBasedRuleName": "rate",
            "limitKey": "IP",
            "maxRateAllowed": 1,
            "evaluationWindowSec": "60",
            "limitValue": "192.0.2.44",
        }
    ]
    custom = rate_limited("CUSTOM_KEYS", CustomKeys=[{"HTTPMethod": {}}])["rateBasedRuleList"][0]
    assert (custom["limitKey"], custom["customValues"]) == ("CUSTOMKEYS", [{"key": "HTTP_METHOD", "name": "", "value": "GET"}])


def test_the_limited_addresses_are_those_of_the_last_window():
    found = rate_limited()
    assert limited_addresses([found], "rate", NOW / 1000 + 59) == {"IPV4": ["192.0.2.44/32"], "IPV6": []}
    assert limited_addresses([found], "rate", NOW / 1000 + 60) == {"IPV4": [], "IPV6": []}


def test_redaction_hides_values_not_names():
    fields = [{"SingleHeader": {"Name": "Authorization"}}, {"QueryString": {}}, {"UriPath": {}}, {"Method": {}}]
    found = redacted(logged(), fields)["httpRequest"]
    assert {header["name"]: header["value"] for header in found["headers"]}["authorization"] == "REDACTED"
    assert (found["args"], found["uri"], found["httpMethod"]) == ("REDACTED",) * 3
    assert "secret" not in str(found)
    assert "secret" in str(logged()), "the record itself, of which AWS samples, is not changed"


BLOCKS = {"ActionCondition": {"Action": "BLOCK"}}
COUNTS = {"ActionCondition": {"Action": "COUNT"}}
LABEL = {"LabelNameCondition": {"LabelName": f"{NAMESPACE}x"}}


@pytest.mark.parametrize(
    ("default", "behavior", "requirement", "conditions", "expected"),
    [
        ("DROP", "KEEP", "MEETS_ANY", [BLOCKS, COUNTS], True),
        ("DROP", "KEEP", "MEETS_ALL", [BLOCKS, COUNTS], False),
        ("KEEP", "DROP", "MEETS_ALL", [COUNTS, LABEL], False),
        ("KEEP", "DROP", "MEETS_ALL", [BLOCKS, LABEL], True),
        ("DROP", "KEEP", "MEETS_ANY", [BLOCKS], False),
    ],
)
def test_the_logging_filter(default, behavior, requirement, conditions, expected):
    counted = logged(rule("counts", ALWAYS, "Count", RuleLabels=[{"Name": "x"}]))
    filters = [{"Behavior": behavior, "Requirement": requirement, "Conditions": conditions}]
    assert kept(counted, {"DefaultBehavior": default, "Filters": filters}) is expected
    assert kept(counted, None)


def metrics(found: dict, *rules) -> set[tuple]:
    made = measures(found, acl(*rules).web_acl, "eu-central-1")
    return {
        (name, *(f"{key}={value}" for key, value in sorted(dimensions) if key not in ("Region", "WebACL"))) for name, dimensions in made
    }


def test_metrics_of_a_web_acl_and_its_rules():
    blocks, counts = rule("blocks", ALWAYS, "Block", 1), rule("counts", ALWAYS, "Count", RuleLabels=[{"Name": "x"}])
    assert metrics(logged(blocks, counts), blocks, counts) == {
        ("BlockedRequests", "Rule=ALL"),
        ("BlockedRequests", "Rule=blocks"),
        ("CountedRequests", "Rule=ALL"),
        ("CountedRequests", "Rule=counts"),
        ("BlockedRequests", "Label=x", f"LabelNamespace={NAMESPACE}"),
    }
    assert metrics(logged()) == {("AllowedRequests", "Rule=ALL"), ("AllowedRequests", "Rule=Default_Action")}


def test_metrics_of_a_managed_group():
    group = managed()
    assert ("BlockedRequests", "ManagedRuleGroup=AWSManagedRulesCommonRuleSet", "ManagedRuleGroupRule=NoUserAgent_HEADER") in metrics(
        logged(group, asked=request()), group
    )


def test_metrics_are_of_the_region_and_the_acls_metric_name():
    _, dimensions = next(iter(measures(logged(), acl().web_acl, "eu-central-1")))
    assert {("Region", "eu-central-1"), ("WebACL", "shop")} <= dimensions


def test_samples_are_of_the_rule_with_the_metric_name():
    blocks = rule("blocks", text("UriPath", "/login"))
    records = [logged(blocks), logged(blocks, asked=request("/other", host="shop.example"))]
    (sample,) = sampled(records, acl(blocks).web_acl, "blocks")
    assert (sample["Action"], sample["Weight"], sample["Request"]["URI"]) == ("BLOCK", 1, "/login")
    assert {"Name": "authorization", "Value": "Bearer secret"} in sample["Request"]["Headers"]
    (allowed,) = sampled(records, acl(blocks).web_acl, "shop")
    assert (allowed["Action"], allowed["Request"]["URI"]) == ("ALLOW", "/other")
    unseen = blocks | {"VisibilityConfig": blocks["VisibilityConfig"] | {"SampledRequestsEnabled": False}}
    assert sampled(records, acl(unseen).web_acl, "blocks") == []


def test_samples_of_a_group_name_the_rule_within():
    group = managed(override="Count")
    (sample,) = sampled([logged(group, asked=request())], acl(group).web_acl, "AWSManagedRulesCommonRuleSet")
    assert (sample["Action"], sample["RuleNameWithinRuleGroup"]) == ("COUNT", "AWS#AWSManagedRulesCommonRuleSet#NoUserAgent_HEADER")
