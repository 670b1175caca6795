from __future__ import annotations

import pytest

from sandbox.waf.not_emulated import sentences
from tests.unit.sandbox.waf.acls import NONE, acl, field, rule, text
from tests.unit.sandbox.waf.test_evaluation import COMMON, managed

GEO = {"GeoMatchStatement": {"CountryCodes": ["DE"]}}
YES = text("Method", "GET")


@pytest.mark.parametrize(
    ("made", "word"),
    [
        (rule("r", GEO), "GeoMatchStatement"),
        (rule("r", {"NotStatement": {"Statement": {"OrStatement": {"Statements": [YES, GEO]}}}}), "GeoMatchStatement"),
        (rule("r", {"AsnMatchStatement": {"AsnList": [1]}}), "AsnMatchStatement"),
        (rule("r", text("JA3Fingerprint", "x", FallbackBehavior="MATCH")), "JA3Fingerprint"),
        (rule("r", {"RateBasedStatement": {"Limit": 9, "AggregateKeyType": "CUSTOM_KEYS", "CustomKeys": [{"ASN": {}}]}}), "ASN"),
        (rule("r", {"RateBasedStatement": {"Limit": 9, "AggregateKeyType": "IP", "ScopeDownStatement": GEO}}), "GeoMatchStatement"),
        (rule("r", YES, "Captcha"), "tokens of Captcha"),
        (managed("AWSManagedRulesBotControlRuleSet"), "Bot Control cannot be emulated"),
        (managed(ScopeDownStatement=GEO), "GeoMatchStatement"),
    ],
)
def test_what_cannot_be_done_is_said_of_the_rule(made, word):
    (said,) = sentences(acl(made), has_scanner=True)
    assert said.startswith(f"Web ACL shop: rule {made['Name']}")
    assert word in said


def test_a_transformation_that_is_not_emulated_is_named():
    statement = text("UriPath", "x")
    statement["ByteMatchStatement"]["TextTransformations"] = [{"Priority": 0, "Type": "CMD_LINE_WIN"}]
    assert "the text transformation CMD_LINE_WIN" in sentences(acl(rule("r", statement)), True)[0]


def test_rules_in_groups_too():
    groups = {"arn:group": {"Name": "own", "Rules": [rule("inner", GEO)]}}
    own = rule("own", {"RuleGroupReferenceStatement": {"ARN": "arn:group"}})
    (said,) = sentences(acl(own, rule_groups=groups), True)
    assert said.startswith("Web ACL shop: rule own: rule inner does not match")


def test_what_libmodsecurity_is_needed_for():
    sqli = rule("sqli", {"SqliMatchStatement": {"FieldToMatch": {"UriPath": {}}, "TextTransformations": NONE}})
    assert sentences(acl(sqli, managed()), True) == []
    first, second = sentences(acl(sqli, managed()), False)
    assert "SqliMatchStatement without libmodsecurity" in first
    assert f"only those rules of {COMMON}" in second


def test_nothing_is_said_of_what_is_as_on_aws():
    size = {"SizeConstraintStatement": field("UriPath") | {"ComparisonOperator": "GT", "Size": 9}}
    ips = {"IPSetReferenceStatement": {"ARN": "a"}}
    assert sentences(acl(rule("a", YES), rule("b", size), rule("c", ips), managed()), True) == []
