"""Condition operators, by what AWS's documentation says of each.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

import pytest

from sandbox.iam.conditions import holds, problem

ARN = "arn:aws:someservice:*:111122223333:finance/*"
LONG_ARN = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"


@pytest.mark.parametrize(
    ("operator", "stated", "asked", "expected"),
    [
        ("StringEquals", "john", "john", True),
        ("StringEquals", "john", "John", False),
        ("StringEqualsIgnoreCase", "john", "John", True),
        ("StringNotEquals", ["john", "jane"], "jane", False),
        ("StringNotEquals", ["john", "jane"], "jim", True),
        ("StringNotEqualsIgnoreCase", "john", "JOHN", False),
        ("StringEquals", "home/*", "home/a", False),
        ("StringLike", ["", "home/", "home/*"], "home/a/b", True),
        ("StringLike", ["", "home/", "home/*"], "", True),
        ("StringLike", "t?.*", "t2.micro", True),
        ("StringLike", "t?.*", "T2.micro", False),
        ("StringNotLike", "home/*", "home/a", False),
        ("stringlike", "a*", "ab", True),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericLessThanEquals", "10", "11", False),
        ("NumericLessThan", "10", "9.5", True),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", 10, "10", True),
        ("NumericNotEquals", "10", "11", True),
        ("NumericGreaterThan", "10", "9", False),
        ("NumericGreaterThanEquals", "10", "many", False),
        ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:02Z", True),
        ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", False),
        ("DateLessThan", "2020-01-01T02:00:00+02:00", "2019-12-31T23:59:59Z", True),
        ("DateEquals", "2020", "2020-01-01T00:00:00Z", True),
        ("DateLessThanEquals", "1577836800", "2020-01-01", True),
        ("DateNotEquals", "2020-01", "2020-02", True),
        ("Bool", "false", "false", True),
        ("Bool", False, "false", True),
        ("Bool", "true", "false", False),
        ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "BinaryValueInBase64", True),
        ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "another", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.255", True),
        ("IpAddress", "203.0.113.0/24", "203.0.114.1", False),
        ("IpAddress", "203.0.113.7", "203.0.113.7", True),
        ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", True),
        ("NotIpAddress", ["203.0.113.0/24", "10.0.0.0/8"], "10.1.2.3", False),
        ("StringLike", ARN, LONG_ARN, True),
        ("ArnLike", ARN, LONG_ARN, False),
        ("ArnLike", ARN, "arn:aws:someservice:us-east-2:111122223333:finance/a:b/c", True),
        ("ArnEquals", ARN, "arn:aws:someservice:us-east-2:111122223333:finance/a", True),
        ("ArnNotLike", ARN, LONG_ARN, True),
        ("ArnEquals", "arn:aws:sns:*:1:t", "arn:aws:SNS:us-east-1:1:t", False),
    ],
)
def test_a_value_is_compared_as_its_operator_says(operator, stated, asked, expected):
    assert holds({operator: {"aws:Key": stated}}, {"aws:key": asked}) is expected


@pytest.mark.parametrize(
    ("operator", "stated", "expected"),
    [
        ("StringEquals", "a", False),
        ("NumericLessThan", "1", False),
        ("Bool", "false", False),
        ("StringNotLike", "a", True),
        ("ArnNotEquals", "a", True),
        ("NotIpAddress", "10.0.0.0/8", True),
        ("StringLikeIfExists", "a", True),
        ("BoolIfExists", "false", True),
        ("Null", "true", True),
        ("Null", "false", False),
        ("ForAllValues:StringLike", "a", True),
        ("ForAnyValue:StringLike", "a", False),
        ("ForAnyValue:StringNotEquals", "a", False),
    ],
)
def test_a_key_that_is_not_in_the_request(operator, stated, expected):
    assert holds({operator: {"aws:Key": stated}}, {}) is expected


def test_null_asks_whether_a_key_is_there():
    assert holds({"Null": {"aws:TokenIssueTime": "false"}}, {"aws:tokenissuetime": "2020-01-01T00:00:00Z"})
    assert not holds({"Null": {"aws:TokenIssueTime": "true"}}, {"aws:tokenissuetime": "2020-01-01T00:00:00Z"})


def test_if_exists_compares_what_exists():
    assert not holds({"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*"]}}, {"ec2:instancetype": "m3.large"})


@pytest.mark.parametrize(
    ("quantifier", "asked", "expected"),
    [
        ("ForAllValues", ["PostDateTime", "UserName"], False),
        ("ForAllValues", ["PostDateTime", "Tags"], True),
        ("ForAllValues", [], True),
        ("ForAnyValue", ["PostDateTime", "UserName"], True),
        ("ForAnyValue", ["UserName"], False),
        ("ForAnyValue", [], False),
    ],
)
def test_a_multivalued_key_needs_a_set_operator(quantifier, asked, expected):
    stated = {"dynamodb:Attributes": ["PostDateTime", "Message", "Tags"]}

    assert holds({f"{quantifier}:StringEquals": stated}, {"dynamodb:attributes": asked}) is expected
    assert not holds({"StringEquals": stated}, {"dynamodb:attributes": asked})


def test_negated_set_operators_ask_that_values_match_none():
    stated = {"aws:TagKeys": ["a*", "b*"]}

    assert holds({"ForAllValues:StringNotLike": stated}, {"aws:tagkeys": ["c", "d"]})
    assert not holds({"ForAllValues:StringNotLike": stated}, {"aws:tagkeys": ["c", "b1"]})
    assert holds({"ForAnyValue:StringNotLike": stated}, {"aws:tagkeys": ["c", "b1"]})
    assert not holds({"ForAnyValue:StringNotLike": stated}, {"aws:tagkeys": ["a1", "b1"]})


def test_all_operators_and_all_keys_must_hold():
    """The example of departments, roles and an account."""
    condition = {
        "StringEqualsIgnoreCase": {"aws:PrincipalTag/department": ["finance", "hr"], "aws:PrincipalTag/role": ["audit", "security"]},
        "StringEquals": {"aws:PrincipalAccount": "123456789012"},
    }
    asked = {"aws:principaltag/department": "HR", "aws:principaltag/role": "Audit", "aws:principalaccount": "123456789012"}

    assert holds(condition, asked)
    for key in asked:
        assert not holds(condition, asked | {key: "other"})


def test_variables_are_values_of_the_request():
    condition = {"StringLike": {"s3:prefix": ["home/${aws:username}/*"]}}

    assert holds(condition, {"s3:prefix": "home/bob/x", "aws:username": "bob"})
    assert not holds(condition, {"s3:prefix": "home/jane/x", "aws:username": "bob"})
    assert not holds(condition, {"s3:prefix": "home/jane/x", "aws:username": "*"}), "a variable's value has no wildcards"


def test_a_variable_without_a_value_matches_nothing_and_inverted_operators_match():
    assert not holds({"StringEquals": {"s3:ExistingObjectTag/Team": "${aws:PrincipalTag/Team}"}}, {"s3:existingobjecttag/team": "a"})
    assert holds({"StringNotEquals": {"s3:ExistingObjectTag/Team": "${aws:PrincipalTag/Team}"}}, {"s3:existingobjecttag/team": "a"})


def test_variables_have_defaults_and_special_characters_are_themselves():
    assert holds({"StringEquals": {"aws:Key": "bucket-${aws:PrincipalTag/team, 'company-wide'}"}}, {"aws:key": "bucket-company-wide"})
    assert holds({"StringLike": {"aws:Key": "a${*}${?}${$}*"}}, {"aws:key": "a*?$b"})
    assert not holds({"StringLike": {"aws:Key": "a${*}${?}${$}*"}}, {"aws:key": "abcde"})


@pytest.mark.parametrize("name", ["StringMatches", "NullIfExists", "ForSomeValues:StringLike", "String-Like", ""])
def test_what_is_no_operator_is_named(name):
    assert problem(name) == f"{name!r} is no condition operator"
