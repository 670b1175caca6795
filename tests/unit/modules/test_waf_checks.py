"""The filter waf_checks: what the role's claims go over."""

from __future__ import annotations

from ansible_collections.prodready.aws.plugins.filter.waf_checks import NOWHERE, waf_checks

ARN = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/1f"
GROUP = {"vendor_name": "AWS", "name": "AWSManagedRulesSQLiRuleSet", "version": "Version_2.0"}
REPUTATION = {"vendor_name": "AWS", "name": "AWSManagedRulesAmazonIpReputationList"}
ACL = {
    "name": "shop",
    "load_balancers": ["shop", "admin"],
    "rules": [
        {"name": "banned", "action": {"block": 429}, "statement": {"ip_set_reference": "banned"}},
        {"name": "sqli", "override_action": "none", "statement": {"managed_rule_group": GROUP}},
        {"name": "reputation", "override_action": "count", "statement": {"managed_rule_group": REPUTATION}},
    ],
    "logging": {"destination": {"log_group": "aws-waf-logs-shop"}, "redacted_fields": [{"single_header": "cookie"}, "query_string"]},
}
CHECKS = waf_checks({"web_acls": [ACL, {"name": "other"}], "arns": {"shop": ARN, "load balancer shop": "arn:of:shop"}})


def test_rules_have_the_action_that_aws_names():
    assert [(one["rule"], one["action"], one["arn"]) for one in CHECKS["rules"]] == [
        ("banned", "Block", ARN),
        ("sqli", "None", ARN),
        ("reputation", "Count", ARN),
    ]


def test_groups_with_a_version_are_pinned_and_others_must_have_none():
    assert [(one["rule"], one["version"]) for one in CHECKS["pinned"]] == [("sqli", "Version_2.0")]
    assert [one["group"] for one in CHECKS["unpinned"]] == ["AWSManagedRulesAmazonIpReputationList"]


def test_what_is_not_there_is_asked_all_the_same_and_cannot_hold():
    assert [(one["acl"], one["arn"]) for one in CHECKS["acls"]] == [("shop", ARN), ("other", f"{NOWHERE}other")]
    assert [(one["balancer"], one["arn"]) for one in CHECKS["balancers"]] == [("shop", "arn:of:shop"), ("admin", f"{NOWHERE}admin")]


def test_logging_has_its_destination_and_the_fields_that_aws_names():
    (logged,) = CHECKS["logging"]
    assert CHECKS["redacted"] == [logged]
    assert logged["destination"] == "aws-waf-logs-shop"
    assert logged["fields"] == [{"QueryString": {}}, {"SingleHeader": {"Name": "cookie"}}]
