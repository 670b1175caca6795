"""https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements.html"""

from __future__ import annotations

import pytest

from tests.unit.sandbox.waf.acls import NAMESPACE, NONE, acl, field, is_matched, request, rule, text, verdict

GEO = {"GeoMatchStatement": {"CountryCodes": ["DE"]}}
YES, NO = text("Method", "GET"), text("Method", "POST")


@pytest.mark.parametrize(
    ("constraint", "wanted", "uri", "expected"),
    [
        ("EXACTLY", "/login", "/login", True),
        ("EXACTLY", "/login", "/login/", False),
        ("STARTS_WITH", "/login", "/login/x", True),
        ("STARTS_WITH", "/login", "/a/login", False),
        ("ENDS_WITH", ".php", "/a.php", True),
        ("ENDS_WITH", ".php", "/a.phpx", False),
        ("CONTAINS", "adm", "/x/admin", True),
        ("CONTAINS_WORD", "admin", "/x/admin/y", True),
        ("CONTAINS_WORD", "admin", "/x/admin_y", False),
        ("CONTAINS_WORD", "admin", "/xadmin", False),
        ("CONTAINS", "ADM", "/x/admin", False),
    ],
)
def test_a_string_is_where_the_constraint_says(constraint, wanted, uri, expected):
    assert is_matched(text("UriPath", wanted, constraint), request(uri)) is expected


@pytest.mark.parametrize(
    ("operator", "size", "expected"),
    [("EQ", 3, True), ("NE", 3, False), ("LE", 3, True), ("LT", 3, False), ("GE", 4, False), ("GT", 2, True)],
)
def test_sizes_are_compared_in_bytes(operator, size, expected):
    statement = {"SizeConstraintStatement": field("QueryString") | {"ComparisonOperator": operator, "Size": size}}
    assert is_matched(statement, request("/?a=1")) is expected


def test_a_component_that_is_not_there_does_not_match():
    missing = {"SizeConstraintStatement": field("SingleHeader", Name="x-key") | {"ComparisonOperator": "GE", "Size": 0}}
    assert not is_matched(missing, request())
    assert is_matched({"NotStatement": {"Statement": missing}}, request())


def test_the_transformed_text_is_compared():
    statement = text("QueryString", "<script")
    statement["ByteMatchStatement"]["TextTransformations"] = [{"Priority": 0, "Type": "URL_DECODE"}, {"Priority": 1, "Type": "LOWERCASE"}]
    assert is_matched(statement, request("/?q=%3CSCRIPT%3E"))


def test_regexes_alone_and_in_sets():
    assert is_matched({"RegexMatchStatement": field("UriPath") | {"RegexString": r"^/v[0-9]+/"}}, request("/v2/orders"))
    sets = {"arn:set": {"RegularExpressionList": [{"RegexString": "^/a"}, {"RegexString": "b$"}]}}
    reference = {"RegexPatternSetReferenceStatement": field("UriPath") | {"ARN": "arn:set"}}
    assert is_matched(reference, request("/x/b"), regex_pattern_sets=sets)
    assert not is_matched(reference, request("/x/c"), regex_pattern_sets=sets)


@pytest.mark.parametrize(
    ("client", "expected"), [("192.0.2.44", True), ("192.0.2.45", False), ("198.51.100.9", True), ("2001:db8::1", False)]
)
def test_ip_sets_hold_addresses_and_ranges(client, expected):
    sets = {"arn:ips": {"Addresses": ["192.0.2.44/32", "198.51.100.0/24"]}}
    assert is_matched({"IPSetReferenceStatement": {"ARN": "arn:ips"}}, request(client=client), ip_sets=sets) is expected


def test_ip_sets_of_version_6():
    sets = {"arn:ips": {"Addresses": ["2001:db8::/32"]}}
    assert is_matched({"IPSetReferenceStatement": {"ARN": "arn:ips"}}, request(client="2001:db8:1::2"), ip_sets=sets)


@pytest.mark.parametrize(
    ("position", "header", "expected"),
    [
        ("FIRST", "192.0.2.44, 10.0.0.1", True),
        ("FIRST", "10.0.0.1, 192.0.2.44", False),
        ("LAST", "10.0.0.1, 192.0.2.44", True),
        ("ANY", "10.0.0.1, 192.0.2.44, 10.0.0.2", True),
        ("ANY", "192.0.2.44, " + ", ".join(f"10.0.0.{n}" for n in range(10)), False),  # the last ten are looked at
        ("FIRST", "unknown", True),  # the fallback
        ("FIRST", None, False),  # without the header the statement does not apply
    ],
)
def test_forwarded_addresses(position, header, expected):
    sets = {"arn:ips": {"Addresses": ["192.0.2.44/32"]}}
    config = {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "MATCH", "Position": position}
    statement = {"IPSetReferenceStatement": {"ARN": "arn:ips", "IPSetForwardedIPConfig": config}}
    headers = {"x_forwarded_for": header} if header else {}
    assert is_matched(statement, request(client="203.0.113.1", **headers), ip_sets=sets) is expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"AndStatement": {"Statements": [YES, YES]}}, True),
        ({"AndStatement": {"Statements": [YES, NO]}}, False),
        ({"OrStatement": {"Statements": [NO, YES]}}, True),
        ({"OrStatement": {"Statements": [NO, NO]}}, False),
        ({"NotStatement": {"Statement": NO}}, True),
        ({"NotStatement": {"Statement": YES}}, False),
    ],
)
def test_logic(statement, expected):
    assert is_matched(statement, request()) is expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (GEO, False),
        ({"NotStatement": {"Statement": GEO}}, False),
        ({"AndStatement": {"Statements": [YES, {"NotStatement": {"Statement": GEO}}]}}, False),
        ({"OrStatement": {"Statements": [GEO, YES]}}, True),
        ({"NotStatement": {"Statement": {"AndStatement": {"Statements": [NO, GEO]}}}}, True),
    ],
)
def test_what_is_not_emulated_is_neither_true_nor_false_and_is_named(statement, expected):
    found = verdict(acl(rule("only", statement)))
    assert (found.action == "BLOCK") is expected
    assert found.not_emulated <= {"GeoMatchStatement"}
    assert expected or found.not_emulated


def test_fingerprints_fall_back_and_are_named():
    for behavior, expected in (("MATCH", "BLOCK"), ("NO_MATCH", "ALLOW")):
        found = verdict(acl(rule("ja3", text("JA3Fingerprint", "abc", "EXACTLY", FallbackBehavior=behavior))))
        assert (found.action, found.not_emulated) == (expected, {"JA3Fingerprint"})


def test_injections_without_libmodsecurity_are_named():
    for kind in ("SqliMatchStatement", "XssMatchStatement"):
        found = verdict(acl(rule("attack", {kind: field("AllQueryArguments")})), request("/?q=1' or 1=1--"))
        assert found.action == "ALLOW"
        assert "libmodsecurity" in "".join(found.not_emulated)


@pytest.mark.parametrize(
    ("scope", "key", "expected"),
    [
        ("LABEL", "team:checked", True),
        ("LABEL", f"{NAMESPACE}team:checked", True),
        ("LABEL", "checked", False),
        ("LABEL", "TEAM:checked", False),
        ("NAMESPACE", "team:", True),
        ("NAMESPACE", NAMESPACE, True),
        ("NAMESPACE", "awswaf:managed:", False),
    ],
)
def test_later_rules_match_labels(scope, key, expected):
    labels = rule("label", YES, "Count", 0, RuleLabels=[{"Name": "team:checked"}])
    later = rule("later", {"LabelMatchStatement": {"Scope": scope, "Key": key}}, priority=1)
    assert (verdict(acl(later, labels)).action == "BLOCK") is expected


def test_a_rule_does_not_see_its_own_labels_nor_later_ones():
    own = rule("own", {"LabelMatchStatement": {"Scope": "LABEL", "Key": "x"}}, priority=0, RuleLabels=[{"Name": "x"}])
    labels = rule("label", YES, "Count", 1, RuleLabels=[{"Name": "x"}])
    found = verdict(acl(own, labels))
    assert (found.action, found.labels) == ("ALLOW", [f"{NAMESPACE}x"])


def test_an_oversize_body_is_named_where_a_rule_looked_at_it():
    statement = {"SizeConstraintStatement": {"FieldToMatch": {"Body": {"OversizeHandling": "MATCH"}}, "TextTransformations": NONE}}
    statement["SizeConstraintStatement"] |= {"ComparisonOperator": "GT", "Size": 8192}
    found = verdict(acl(rule("size", statement)), request(method="POST", body=b"x" * 9000))
    assert (found.action, found.oversize) == ("BLOCK", {"REQUEST_BODY"})
