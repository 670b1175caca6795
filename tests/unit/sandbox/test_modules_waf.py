"""The modules of WAF on the repaired emulator: made, unchanged, promoted, refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.modules import waf_ip_sets, waf_regex_pattern_sets, waf_web_acls

SQLI = {"vendor_name": "AWS", "name": "AWSManagedRulesSQLiRuleSet", "version": "Version_2.0"}
RULES = [
    {"name": "banned", "action": "block", "statement": {"ip_set_reference": "banned"}},
    {
        **{"name": "foreign", "action": {"block": 404}},
        "statement": {"regex_pattern_set_reference": {"name": "foreign", "field_to_match": "uri_path", "text_transformations": ["NONE"]}},
    },
    {"name": "flood", "action": "block", "statement": {"rate_based": {"limit": 100, "aggregate_key_type": "IP"}}},
    {"name": "sqli", "override_action": "none", "statement": {"managed_rule_group": SQLI}},
]
ACL = {
    **{"name": "shop", "rules": RULES},
    "logging": {"destination": {"log_group": "aws-waf-logs-shop"}, "redacted_fields": [{"single_header": "cookie"}]},
}


@pytest.fixture
def sets(run, client):
    run(waf_ip_sets.main, ip_sets=[{"name": "banned", "addresses": ["192.0.2.1"]}])
    run(waf_regex_pattern_sets.main, regex_pattern_sets=[{"name": "foreign", "regular_expressions": ["^/wp-"]}])
    client("logs").create_log_group(logGroupName="aws-waf-logs-shop")


def actions(client):
    wafv2 = client("wafv2")
    (found,) = wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"]
    rules = wafv2.get_web_acl(ARN=found["ARN"])["WebACL"]["Rules"]
    return {rule["Name"]: next(iter(rule.get("Action") or rule["OverrideAction"])) for rule in rules}


def test_what_check_mode_plans_is_made_and_then_nothing_is_left_to_do(run, client, sets):
    planned = run(waf_web_acls.main, check_mode=True, web_acls=[ACL])
    assert client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    made = run(waf_web_acls.main, web_acls=[ACL])
    assert made["plan"] == planned["plan"] == [{"action": "create", "name": name} for name in ("shop", "logging of shop")]
    assert made["capacity"]["shop"] == planned["capacity"]["shop"] > 200
    assert run(waf_web_acls.main, web_acls=[ACL])["plan"] == []


def test_rules_count_until_they_are_promoted_one_by_one(run, client, sets):
    made = run(waf_web_acls.main, web_acls=[ACL])
    assert made["counting"] == ["shop/banned", "shop/foreign", "shop/flood", "shop/sqli"]
    assert set(actions(client).values()) == {"Count"}
    run(waf_web_acls.main, web_acls=[ACL], promote=["shop/sqli", "shop/foreign"])
    assert actions(client) == {"banned": "Count", "foreign": "Block", "flood": "Count", "sqli": "None"}
    assert run(waf_web_acls.main, web_acls=[ACL])["counting"] == ["shop/banned", "shop/flood"]


def test_check_mode_tells_the_whole_truth_on_an_empty_account(run, client):
    planned = run(waf_web_acls.main, check_mode=True, web_acls=[{**ACL, "load_balancers": ["shop"]}])
    assert [change["name"] for change in planned["plan"]] == ["shop", "logging of shop", "load balancer shop"]
    assert planned["capacity"] == {"shop": None}


def test_what_is_not_there_is_said_before_anything_is_touched(run, client):
    failed = run(waf_web_acls.main, web_acls=[{**ACL, "load_balancers": ["shop"]}])
    assert "there is no ip set banned" in failed["msg"]
    assert "There is no load balancer shop" in failed["msg"]
    assert client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []


def test_a_capacity_above_the_limit_is_refused_before_anything_is_touched(run, client, sets):
    failed = run(waf_web_acls.main, web_acls=[ACL], capacity_limit=100)
    assert "and capacity_limit is 100 (AWS's own limit is 5000" in failed["msg"]
    assert client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []


def test_distributions_are_kept_in_us_east_1_alone(run, client):
    assert "scope CLOUDFRONT is kept in us-east-1 alone" in run(waf_web_acls.main, web_acls=[], scope="CLOUDFRONT")["msg"]
    made = run(waf_ip_sets.main, region="us-east-1", scope="CLOUDFRONT", ip_sets=[{"name": "banned", "addresses": ["192.0.2.1"]}])
    assert made["plan"] == [{"action": "create", "name": "banned"}]
