"""WCU, as the page of each statement says (sandbox/waf/capacity.py)."""

from __future__ import annotations

import pytest

from sandbox.waf.capacity import capacity
from tests.unit.sandbox.waf.acls import NONE, field, rule, text

GEO = {"GeoMatchStatement": {"CountryCodes": ["DE"]}}
LOWER = [{"Priority": 0, "Type": "LOWERCASE"}]
JSON = {"JsonBody": {"MatchPattern": {"All": {}}, "MatchScope": "ALL"}}


def on(field_to_match: dict, transformations=NONE, **more) -> dict:
    return {"FieldToMatch": field_to_match, "TextTransformations": transformations, **more}


@pytest.mark.parametrize(
    ("statement", "units"),
    [
        (GEO, 1),
        ({"LabelMatchStatement": {"Scope": "LABEL", "Key": "x"}}, 1),
        ({"IPSetReferenceStatement": {"ARN": "a"}}, 1),
        ({"IPSetReferenceStatement": {"ARN": "a", "IPSetForwardedIPConfig": {"Position": "FIRST"}}}, 1),
        ({"IPSetReferenceStatement": {"ARN": "a", "IPSetForwardedIPConfig": {"Position": "ANY"}}}, 5),
        ({"RegexPatternSetReferenceStatement": field("UriPath") | {"ARN": "a"}}, 25),
        ({"RegexMatchStatement": field("UriPath") | {"RegexString": "x"}}, 3),
        ({"SizeConstraintStatement": field("UriPath")}, 1),
        (text("UriPath", "x", "EXACTLY"), 2),
        (text("UriPath", "x", "STARTS_WITH"), 2),
        (text("UriPath", "x", "CONTAINS"), 10),
        (text("UriPath", "x", "CONTAINS_WORD"), 10),
        (text("AllQueryArguments", "x", "EXACTLY"), 12),
        ({"SqliMatchStatement": field("UriPath")}, 20),
        ({"SqliMatchStatement": field("UriPath") | {"SensitivityLevel": "HIGH"}}, 30),
        ({"XssMatchStatement": field("UriPath")}, 40),
        ({"XssMatchStatement": on(JSON)}, 80),
        ({"XssMatchStatement": on({"AllQueryArguments": {}}, LOWER)}, 60),
        ({"SizeConstraintStatement": on(JSON, LOWER)}, 12),
        ({"NotStatement": {"Statement": GEO}}, 1),
        ({"AndStatement": {"Statements": [GEO, text("UriPath", "x", "EXACTLY")]}}, 3),
        ({"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": 100}}, 2),
        ({"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": 100, "ScopeDownStatement": GEO}}, 3),
        ({"RateBasedStatement": {"AggregateKeyType": "CUSTOM_KEYS", "Limit": 100, "CustomKeys": [{"IP": {}}, {"HTTPMethod": {}}]}}, 62),
        ({"RuleGroupReferenceStatement": {"ARN": "arn:group"}}, 150),
        ({"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}, 700),
        (
            {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesSQLiRuleSet", "ScopeDownStatement": GEO}},
            201,
        ),
    ],
)
def test_a_statement_costs_what_its_page_says(statement, units):
    assert capacity([rule("only", statement)], lambda arn: 150) == units


def test_five_labels_cost_a_unit():
    rules = [rule("one", GEO, RuleLabels=[{"Name": "a"}] * 3), rule("two", GEO, RuleLabels=[{"Name": "b"}] * 2)]
    assert capacity(rules, lambda arn: 0) == 3
    assert capacity(rules[:1], lambda arn: 0) == 1
