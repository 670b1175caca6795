"""https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-processing.html"""

from __future__ import annotations

import pytest

from sandbox.waf.evaluation import response
from tests.unit.sandbox.waf.acls import NAMESPACE, acl, request, rule, text, verdict

ALWAYS, NEVER = text("Method", "GET"), text("Method", "PUT")
GROUP_NAMESPACE = "awswaf:123456789012:rulegroup:own:"
COMMON = "AWSManagedRulesCommonRuleSet"


def group(*rules: dict, **more) -> dict:
    return {"arn:group": {"Name": "own", "ARN": "arn:group", "LabelNamespace": GROUP_NAMESPACE, "Rules": list(rules)} | more}


def own(priority: int = 0, override: str = "None", **more) -> dict:
    statement = {"RuleGroupReferenceStatement": {"ARN": "arn:group", **more}}
    return rule("own", statement, priority=priority) | {"OverrideAction": {override: {}}}


def managed(name: str = COMMON, priority: int = 0, override: str = "None", **more) -> dict:
    statement = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name, **more}}
    return rule(name, statement, priority=priority) | {"OverrideAction": {override: {}}}


def test_rules_run_by_priority_and_the_first_that_ends_it_decides():
    found = verdict(acl(rule("second", ALWAYS, "Block", 7), rule("first", ALWAYS, "Allow", 3)))
    assert (found.action, found.rule, found.rule_type) == ("ALLOW", "first", "REGULAR")


def test_count_goes_on():
    found = verdict(acl(rule("counts", ALWAYS, "Count", 0), rule("blocks", ALWAYS, "Block", 1)))
    assert (found.action, found.rule, [match.rule for match in found.counted]) == ("BLOCK", "blocks", ["counts"])


@pytest.mark.parametrize("default", ["Allow", "Block"])
def test_the_default_action_is_for_what_no_rule_ended(default):
    found = verdict(acl(rule("other", NEVER), default=default))
    assert (found.action, found.rule) == (default.upper(), "Default_Action")


@pytest.mark.parametrize(("action", "status"), [("Captcha", 405), ("Challenge", 202)])
def test_captcha_and_challenge_stop_a_request_without_token_and_are_named(action, status):
    found = verdict(acl(rule("prove", ALWAYS, action)))
    assert found.action == action.upper()
    assert response(found)[:2] == (status, [("x-amzn-waf-action", action.lower())])
    assert action in "".join(found.not_emulated)


def test_the_plain_block_is_403():
    status, headers, body = response(verdict(acl(rule("no", ALWAYS))))
    assert (status, headers) == (403, [("Content-Type", "text/html")])
    assert b"403 Forbidden" in body


def test_a_custom_response_has_its_status_headers_and_body():
    custom = {"ResponseCode": 429, "CustomResponseBodyKey": "slow", "ResponseHeaders": [{"Name": "Retry-After", "Value": "60"}]}
    bodies = {"slow": {"ContentType": "APPLICATION_JSON", "Content": '{"error": "slow"}'}}
    limited = rule("limit", ALWAYS) | {"Action": {"Block": {"CustomResponse": custom}}}
    found = response(verdict(acl(limited, CustomResponseBodies=bodies)))
    assert found == (429, [("Content-Type", "application/json"), ("Retry-After", "60")], b'{"error": "slow"}')


def test_inserted_headers_are_prefixed_collected_and_only_for_what_gets_through():
    def inserting(action: str, name: str, priority: int) -> dict:
        headers = {"InsertHeaders": [{"Name": name, "Value": "yes"}]}
        return rule(name, ALWAYS, priority=priority) | {"Action": {action: {"CustomRequestHandling": headers}}}

    counts = inserting("Count", "seen", 0)
    found = verdict(acl(counts, inserting("Allow", "checked", 1)))
    assert found.inserted == [("x-amzn-waf-seen", "yes"), ("x-amzn-waf-checked", "yes")]
    assert verdict(acl(counts, rule("no", ALWAYS, "Block", 1))).inserted == []


def test_a_rule_groups_rule_decides_and_its_labels_are_the_groups():
    inside = rule("inside", ALWAYS, RuleLabels=[{"Name": "bad"}])
    found = verdict(acl(own(), rule_groups=group(inside)))
    assert (found.action, found.rule, found.rule_type, found.labels) == ("BLOCK", "own", "GROUP", [f"{GROUP_NAMESPACE}bad"])
    assert found.groups[0].terminating.rule == "inside"


def test_a_rule_group_overridden_to_count_counts_and_keeps_its_labels():
    inside = rule("inside", ALWAYS, RuleLabels=[{"Name": "bad"}])
    later = rule("later", {"LabelMatchStatement": {"Scope": "LABEL", "Key": f"{GROUP_NAMESPACE}bad"}}, priority=1)
    found = verdict(acl(own(override="Count"), rule_groups=group(inside)))
    assert (found.action, [match.rule for match in found.counted]) == ("ALLOW", ["own"])
    assert verdict(acl(own(override="Count"), later, rule_groups=group(inside))).rule == "later"


@pytest.mark.parametrize(
    "more", [{"ExcludedRules": [{"Name": "inside"}]}, {"RuleActionOverrides": [{"Name": "inside", "ActionToUse": {"Count": {}}}]}]
)
def test_a_rule_of_a_group_can_be_made_to_count_alone(more):
    found = verdict(acl(own(**more), rule_groups=group(rule("inside", ALWAYS), rule("next", NEVER, priority=1))))
    (counted,) = found.groups[0].counted
    assert (found.action, counted.rule, counted.action) == ("ALLOW", "inside", "COUNT")
    assert counted.is_excluded == ("ExcludedRules" in more)
    assert counted.overridden == ("" if counted.is_excluded else "BLOCK")


def test_an_override_can_allow_and_takes_the_web_acls_bodies():
    custom = {"ResponseCode": 410, "CustomResponseBodyKey": "gone"}
    overrides = [{"Name": "inside", "ActionToUse": {"Block": {"CustomResponse": custom}}}]
    bodies = {"gone": {"ContentType": "TEXT_PLAIN", "Content": "gone"}}
    found = verdict(acl(own(RuleActionOverrides=overrides), rule_groups=group(rule("inside", ALWAYS)), CustomResponseBodies=bodies))
    assert response(found) == (410, [("Content-Type", "text/plain")], b"gone")
    allow = [{"Name": "inside", "ActionToUse": {"Allow": {}}}]
    assert verdict(acl(own(RuleActionOverrides=allow), rule_groups=group(rule("inside", ALWAYS)), default="Block")).action == "ALLOW"


@pytest.mark.parametrize(
    ("asked", "inner", "label"),
    [
        (request(), "NoUserAgent_HEADER", "NoUserAgent_Header"),
        (request(user_agent="Nmap Scripting Engine"), "UserAgent_BadBots_HEADER", "BadBots_Header"),
        (request("/?q=" + "x" * 2047, user_agent="a"), "SizeRestrictions_QUERYSTRING", "SizeRestrictions_QueryString"),
        (request(user_agent="a", cookie="c=" + "x" * 10239), "SizeRestrictions_Cookie_HEADER", "SizeRestrictions_Cookie_Header"),
        (request(method="POST", body=b"x" * 8193, user_agent="a"), "SizeRestrictions_BODY", "SizeRestrictions_Body"),
        (request("/" + "x" * 1024, user_agent="a"), "SizeRestrictions_URIPATH", "SizeRestrictions_URIPath"),
        (request("/?u=http://169.254.169.254/", user_agent="a"), "EC2MetaDataSSRF_QUERYARGUMENTS", "EC2MetaDataSSRF_QueryArguments"),
        (request("/app.log", user_agent="a"), "RestrictedExtensions_URIPATH", "RestrictedExtensions_URIPath"),
    ],
)
def test_documented_rules_of_the_common_rule_set(asked, inner, label):
    found = verdict(acl(managed()), asked)
    assert (found.action, found.rule, found.rule_type) == ("BLOCK", COMMON, "MANAGED_RULE_GROUP")
    assert (found.groups[0].id, found.groups[0].terminating.rule) == (f"AWS#{COMMON}", inner)
    assert found.labels == [f"awswaf:managed:aws:core-rule-set:{label}"]


@pytest.mark.parametrize(
    "asked",
    [
        request("/?q=" + "x" * 2046, user_agent="a"),
        request(user_agent="a", cookie="c=" + "x" * 10238),
        request(method="POST", body=b"x" * 8192, user_agent="a"),
        request("/" + "x" * 1023, user_agent="a"),
    ],
)
def test_the_documented_sizes_themselves_pass(asked):
    assert verdict(acl(managed()), asked).action == "ALLOW"


@pytest.mark.parametrize(
    ("asked", "inner"),
    [
        (request(host="localhost"), "Host_localhost_HEADER"),
        (request(method="PROPFIND"), "PROPFIND_METHOD"),
        (request("/web-inf/web.xml"), "ExploitablePaths_URIPATH"),
        (request(x_api="${jndi:ldap://example.com/}"), "Log4JRCE_HEADER"),
        (request("/?x=%24%7Bjndi:ldap://example.com/%7D"), "Log4JRCE_QUERYSTRING"),
        (request(method="POST", body=b'(java.lang.Runtime).getRuntime().exec("whoami")'), "JavaDeserializationRCE_BODY"),
    ],
)
def test_documented_patterns_of_the_known_bad_inputs(asked, inner):
    found = verdict(acl(managed("AWSManagedRulesKnownBadInputsRuleSet", Version="Version_1.25")), asked)
    assert found.groups[0].terminating.rule == inner
    assert found.groups[0].id == "AWS#AWSManagedRulesKnownBadInputsRuleSet#Version_1.25"


def test_the_scope_down_statement_keeps_requests_from_a_managed_group():
    shop = managed(ScopeDownStatement=text("UriPath", "/shop", "STARTS_WITH"))
    assert verdict(acl(shop), request("/health")).action == "ALLOW"
    assert verdict(acl(shop), request("/shop")).action == "BLOCK"


@pytest.mark.parametrize(
    "name", ["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesAnonymousIpList", "AWSManagedRulesBotControlRuleSet"]
)
def test_groups_that_live_on_what_only_amazon_knows_never_match_and_are_named(name):
    found = verdict(acl(managed(name)))
    assert found.action == "ALLOW"
    assert found.not_emulated


def test_at_most_a_hundred_labels():
    labels = rule("labels", ALWAYS, "Count", RuleLabels=[{"Name": f"l{number}"} for number in range(120)])
    assert len(verdict(acl(labels)).labels) == 100
    assert verdict(acl(labels)).labels[0] == f"{NAMESPACE}l0"
