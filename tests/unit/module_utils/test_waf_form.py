"""WAF's statements as people write them, and as AWS takes them."""

from __future__ import annotations

import botocore.validate
import pytest
from ansible_collections.prodready.aws.plugins.module_utils.waf_form import members, model, references, shape, to_aws, to_plain

ARNS = {("ip_set", "offices"): "arn:aws:wafv2:eu-central-1:123456789012:regional/ipset/offices/1f"}
NONE = [{"Priority": 0, "Type": "NONE"}]
# What people write, and what AWS takes.
PAIRS = [
    ({"ip_set_reference": "offices"}, {"IPSetReferenceStatement": {"ARN": ARNS["ip_set", "offices"]}}),
    (
        {
            "byte_match": {
                "field_to_match": "uri_path",
                "search_string": "/ä",
                "positional_constraint": "EXACTLY",
                "text_transformations": ["NONE"],
            }
        },
        {
            "ByteMatchStatement": {
                **{"FieldToMatch": {"UriPath": {}}, "SearchString": "/ä".encode(), "PositionalConstraint": "EXACTLY"},
                "TextTransformations": NONE,
            }
        },
    ),
    (
        {"sqli_match": {"field_to_match": {"single_header": "cookie"}, "text_transformations": ["URL_DECODE", "LOWERCASE"]}},
        {
            "SqliMatchStatement": {
                "FieldToMatch": {"SingleHeader": {"Name": "cookie"}},
                "TextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}, {"Priority": 1, "Type": "LOWERCASE"}],
            }
        },
    ),
    (
        {"xss_match": {"field_to_match": {"json_body": {"match_pattern": "all", "match_scope": "ALL"}}, "text_transformations": ["NONE"]}},
        {
            "XssMatchStatement": {
                "FieldToMatch": {"JsonBody": {"MatchPattern": {"All": {}}, "MatchScope": "ALL"}},
                "TextTransformations": NONE,
            }
        },
    ),
    (
        {"size_constraint": {"field_to_match": "body", "comparison_operator": "GT", "size": 8192, "text_transformations": ["NONE"]}},
        {"SizeConstraintStatement": {"FieldToMatch": {"Body": {}}, "ComparisonOperator": "GT", "Size": 8192, "TextTransformations": NONE}},
    ),
    ({"geo_match": {"country_codes": ["DE", "AT"]}}, {"GeoMatchStatement": {"CountryCodes": ["DE", "AT"]}}),
    ({"asn_match": [64496]}, {"AsnMatchStatement": {"AsnList": [64496]}}),
    ({"label_match": {"scope": "LABEL", "key": "a:b"}}, {"LabelMatchStatement": {"Scope": "LABEL", "Key": "a:b"}}),
    (
        {"and": [{"not": {"geo_match": {"country_codes": ["DE"]}}}, {"or": [{"asn_match": [1]}, {"asn_match": [2]}]}]},
        {
            "AndStatement": {
                "Statements": [
                    {"NotStatement": {"Statement": {"GeoMatchStatement": {"CountryCodes": ["DE"]}}}},
                    {"OrStatement": {"Statements": [{"AsnMatchStatement": {"AsnList": [1]}}, {"AsnMatchStatement": {"AsnList": [2]}}]}},
                ]
            }
        },
    ),
    (
        {
            "rate_based": {
                **{"limit": 100, "evaluation_window_sec": 60, "aggregate_key_type": "CUSTOM_KEYS"},
                "custom_keys": ["ip", {"uri_path": ["NONE"]}, {"header": {"name": "x-key", "text_transformations": ["NONE"]}}],
                "scope_down_statement": {"asn_match": [1]},
            }
        },
        {
            "RateBasedStatement": {
                **{"Limit": 100, "EvaluationWindowSec": 60, "AggregateKeyType": "CUSTOM_KEYS"},
                "CustomKeys": [
                    {"IP": {}},
                    {"UriPath": {"TextTransformations": NONE}},
                    {"Header": {"Name": "x-key", "TextTransformations": NONE}},
                ],
                "ScopeDownStatement": {"AsnMatchStatement": {"AsnList": [1]}},
            }
        },
    ),
    (
        {
            "managed_rule_group": {
                **{"vendor_name": "AWS", "name": "AWSManagedRulesCommonRuleSet", "version": "Version_1.10"},
                "rule_action_overrides": {"SizeRestrictions_BODY": "count", "NoUserAgent_HEADER": {"block": 400}},
            }
        },
        {
            "ManagedRuleGroupStatement": {
                **{"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet", "Version": "Version_1.10"},
                "RuleActionOverrides": [
                    {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}},
                    {"Name": "NoUserAgent_HEADER", "ActionToUse": {"Block": {"CustomResponse": {"ResponseCode": 400}}}},
                ],
            }
        },
    ),
]


@pytest.mark.parametrize(("written", "sent"), PAIRS)
def test_a_statement_is_aws_own_and_comes_back_as_it_was_written(written, sent):
    of = shape("Statement")
    assert to_aws(of, written, "statement", ARNS) == sent
    assert botocore.validate.ParamValidator().validate(sent, of).generate_report() == ""
    assert to_plain(of, sent) == written


@pytest.mark.parametrize(
    "same",
    [
        {"label_match": {"key": "a", "scope": "LABEL"}},
        {"ip_set_reference": {"name": "offices"}},
        {"and": {"statements": [{"asn_match": {"asn_list": ["1"]}}, {"asn_match": [2]}]}},
        {"rate_based": {"limit": "100", "aggregate_key_type": "IP", "evaluation_window_sec": 300}},
        {
            "sqli_match": {
                "field_to_match": {"body": {"oversize_handling": "CONTINUE"}},
                "text_transformations": [{"priority": 7, "type": "NONE"}],
            }
        },
    ],
)
def test_what_is_written_at_length_has_the_same_form_as_what_is_written_short(same):
    of = shape("Statement")
    once = to_plain(of, to_aws(of, same, "statement", ARNS))
    assert to_plain(of, to_aws(of, once, "statement", ARNS)) == once
    assert "oversize_handling" not in str(once)
    assert "evaluation_window_sec" not in str(once)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({}, "statement must have exactly one of byte_match"),
        ({"asn_match": [1], "and": []}, "not asn_match, and"),
        ({"byte_macht": {}}, "statement: byte_macht is not one of byte_match"),
        ({"rate_based": {"limit": 100}}, "statement.rate_based: aggregate_key_type must be given"),
        ({"rate_based": {"limit": 5, "aggregate_key_type": "IP"}}, "statement.rate_based.limit must be 10 to 2000000000, not 5"),
        ({"rate_based": {"limit": "many", "aggregate_key_type": "IP"}}, "statement.rate_based.limit must be a number, not 'many'"),
        ({"rate_based": {"limit": 100, "aggregate_key_type": "Ip"}}, "must be one of IP, FORWARDED_IP, CUSTOM_KEYS, CONSTANT, not 'Ip'"),
        ({"label_match": {"scope": "LABEL", "key": "a b"}}, "statement.label_match.key must fit"),
        ({"and": "x"}, "statement.and.statements must be a list, not 'x'"),
        ({"geo_match": ["DE"]}, "statement.geo_match must be a mapping with country_codes, forwarded_ip_config, not ['DE']"),
        ({"label_match": {"scope": "LABEL", "key": ["a"]}}, "statement.label_match.key must be a text"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_what_is_allowed(written, said):
    with pytest.raises(ValueError, match=".") as error:
        to_aws(shape("Statement"), written, "statement")
    assert said in str(error.value)


def test_all_that_statements_refer_to_is_found():
    statement = {
        "and": [
            {"ip_set_reference": "a"},
            {"not": {"regex_pattern_set_reference": {"name": "b", "field_to_match": "uri_path", "text_transformations": ["NONE"]}}},
        ]
    }
    assert references([{"statement": statement}, {"statement": {"rule_group_reference": "c"}}]) == {
        ("ip_set", "a"),
        ("regex_pattern_set", "b"),
        ("rule_group", "c"),
    }


def test_every_member_of_every_structure_has_a_name_of_its_own():
    structures = [name for name in model().shape_names if model().shape_for(name).type_name == "structure"]
    assert len(structures) > 100
    assert [name for name in structures if len(members(name)) != len(model().shape_for(name).members)] == []
