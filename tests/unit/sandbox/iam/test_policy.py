"""The evaluation of policies, by the examples of AWS's documentation.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and the pages on the elements.
"""

import pytest

from sandbox.iam.policy import Decision, Request, evaluate, parse

ALLOWED = Decision(True)
IMPLICIT = Decision(False, False, "identity-based policy")
EXPLICIT = Decision(False, True, "identity-based policy")


def policy(*statements, version="2012-10-17"):
    return parse({"Version": version, "Statement": list(statements)})


def allow(action, resource="*", **elements):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


def deny(action, resource="*", **elements):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **elements}


CARLOS = policy(
    allow(["s3:GetBucketLocation", "s3:ListAccessPoints"], "arn:aws:s3:::*", Sid="AllowS3ListRead"),
    allow("s3:*", ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"], Sid="AllowS3Self"),
    deny("s3:*", "arn:aws:s3:::*log*", Sid="DenyS3Logs"),
)
REPORTS = policy(allow(["iam:Get*", "iam:List*"]), deny("iam:*Report"))


@pytest.mark.parametrize(
    ("given", "action", "resource", "expected"),
    [
        (CARLOS, "s3:PutObject", "arn:aws:s3:::carlossalazar/a", ALLOWED),
        (CARLOS, "s3:PutObject", "arn:aws:s3:::carlossalazar-logs/a", EXPLICIT),
        (CARLOS, "s3:PutObject", "arn:aws:s3:::another/a", IMPLICIT),
        (CARLOS, "s3:GetBucketLocation", "arn:aws:s3:::another", ALLOWED),
        (REPORTS, "iam:GetUser", "*", ALLOWED),
        (REPORTS, "iam:CreatePolicy", "*", IMPLICIT),
        (REPORTS, "iam:GetOrganizationsAccessReport", "*", EXPLICIT),
        (policy(), "iam:GetUser", "*", IMPLICIT),
    ],
)
def test_a_deny_wins_and_what_is_not_allowed_is_denied(given, action, resource, expected):
    assert evaluate(Request(action, resource), [given]) == expected


@pytest.mark.parametrize(
    ("stated", "action", "expected"),
    [
        ("iam:*AccessKey*", "iam:CreateAccessKey", True),
        ("iam:*AccessKey*", "iam:ListAccessKeys", True),
        ("IAM:listaccesskeys", "iam:ListAccessKeys", True),
        ("s3:*", "s3:GetObject", True),
        ("s3:*", "s3-object-lambda:GetObject", False),
        ("s3:Get?bject", "s3:GetObject", True),
        ("*", "ec2:RunInstances", True),
    ],
)
def test_actions_have_wildcards_and_no_case(stated, action, expected):
    assert evaluate(Request(action), [policy(allow(stated))]).allowed is expected


@pytest.mark.parametrize(
    ("stated", "resource", "expected"),
    [
        ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/2/3/test/4/object.jpg", True),
        ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1///test///object.jpg", True),
        ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b//test/object.jpg", True),
        ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/test/", True),
        ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1-test/object.jpg", False),
        ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/test/object.jpg", False),
        ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/2/test.jpg", False),
        ("arn:aws:dynamodb:*:1:table/a", "arn:aws:dynamodb:eu-west-1:1:table/a", True),
        ("arn:aws:dynamodb:*:1:table/a", "arn:aws:dynamodb:eu-west-1:1:table/A", False),
        ("arn:aws:dynamodb:*:table/a", "arn:aws:dynamodb:eu-west-1:1:table/a", False),
        ("arn:aws:logs:*:1:log-group:a:*", "arn:aws:logs:eu-west-1:1:log-group:a:log-stream:b", True),
        ("arn:aws:secretsmanager:*:1:secret:a-??????", "arn:aws:secretsmanager:eu-west-1:1:secret:a-AbCdEf", True),
        ("arn:aws:secretsmanager:*:1:secret:a-??????", "arn:aws:secretsmanager:eu-west-1:1:secret:a-b-AbCdEf", False),
        ("arn:aws:s3:::*", "*", False),
        ("*", "*", True),
    ],
)
def test_resources_match_part_by_part(stated, resource, expected):
    assert evaluate(Request("s3:GetObject", resource), [policy(allow("*", stated))]).allowed is expected


def test_not_action_is_every_other_action_on_the_resource():
    given = policy({"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"})

    assert evaluate(Request("s3:PutBucketPolicy", "arn:aws:s3:::b"), [given]).allowed
    assert not evaluate(Request("s3:DeleteBucket", "arn:aws:s3:::b"), [given]).allowed
    assert not evaluate(Request("s3:ListAllMyBuckets"), [given]).allowed
    assert not evaluate(Request("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:1:table/a"), [given]).allowed


def test_not_action_with_deny_spares_what_it_lists():
    guarded = {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}
    given = policy(allow("*"), guarded | {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}})

    assert evaluate(Request("s3:ListAllMyBuckets", context={"aws:multifactorauthpresent": "true"}), [given]).allowed
    assert evaluate(Request("s3:ListAllMyBuckets"), [given]) == EXPLICIT
    assert evaluate(Request("iam:ListUsers"), [given]).allowed


def test_not_resource_is_every_other_resource():
    payroll = ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"]
    given = policy(allow("s3:*"), {"Effect": "Deny", "Action": "s3:*", "NotResource": payroll})

    assert evaluate(Request("s3:GetObject", "arn:aws:s3:::HRBucket/Payroll/1"), [given]).allowed
    assert evaluate(Request("s3:GetObject", "arn:aws:s3:::HRBucket/Other"), [given]) == EXPLICIT


def test_a_condition_makes_a_statement_apply_or_not():
    given = policy(allow("s3:ListBucket", "arn:aws:s3:::b", Condition={"NumericLessThanEquals": {"s3:max-keys": "10"}}))

    assert evaluate(Request("s3:ListBucket", "arn:aws:s3:::b", {"s3:max-keys": "10"}), [given]).allowed
    assert evaluate(Request("s3:ListBucket", "arn:aws:s3:::b", {"s3:max-keys": "11"}), [given]) == IMPLICIT


def test_a_resource_may_hold_a_variable():
    given = policy(allow("sqs:*", "arn:aws:sqs:us-east-2:*:${aws:username}-queue"))
    queue = "arn:aws:sqs:us-east-2:1:bob-queue"

    assert evaluate(Request("sqs:DeleteQueue", queue, {"aws:username": "bob"}), [given]).allowed
    assert not evaluate(Request("sqs:DeleteQueue", queue, {"aws:username": "jane"}), [given]).allowed
    assert not evaluate(Request("sqs:DeleteQueue", queue), [given]).allowed


def test_the_first_version_has_no_variables():
    given = policy(allow("sqs:*", "arn:aws:sqs:us-east-2:1:${aws:username}"), version="2008-10-17")

    assert not evaluate(Request("sqs:DeleteQueue", "arn:aws:sqs:us-east-2:1:bob", {"aws:username": "bob"}), [given]).allowed
    assert evaluate(Request("sqs:DeleteQueue", "arn:aws:sqs:us-east-2:1:${aws:username}"), [given]).allowed


def test_a_boundary_limits_and_does_not_grant():
    """The example of Shirley: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"""
    boundary = policy(allow(["s3:*", "cloudwatch:*", "ec2:*"]))

    assert evaluate(Request("iam:CreateUser"), [policy(allow("iam:CreateUser"))], boundary) == Decision(
        False, False, "permissions boundary"
    )
    assert evaluate(Request("s3:ListAllMyBuckets"), [policy(allow("iam:CreateUser"))], boundary) == IMPLICIT
    assert evaluate(Request("s3:ListAllMyBuckets"), [policy(allow("s3:*"))], boundary).allowed
    assert evaluate(Request("s3:ListAllMyBuckets"), [policy(allow("s3:*"))], policy(deny("s3:*"))) == Decision(
        False, True, "permissions boundary"
    )
    assert not evaluate(Request("s3:ListAllMyBuckets"), [policy(allow("s3:*"))], policy()).allowed


def test_a_session_policy_limits_too():
    session = [policy(allow("s3:Get*")), policy(allow("s3:List*"))]

    assert evaluate(Request("s3:ListAllMyBuckets"), [policy(allow("*"))], session=session).allowed
    assert evaluate(Request("s3:CreateBucket"), [policy(allow("*"))], session=session) == Decision(False, False, "session policy")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "a policy is an object"),
        ({"Version": "2012-10-17"}, "a policy is an object"),
        ({"Version": "2020-01-01", "Statement": []}, "Version is '2020-01-01'"),
        ({"Id": "x", "Statement": []}, "Id is no element"),
        ({"Statement": [allow("s3:*"), allow("s3:*", Principal="*")]}, "statement 2: Principal is no element"),
        ({"Statement": allow("s3:*", Effect="allow")}, "Effect is 'allow'"),
        ({"Statement": allow("s3:*", NotAction="s3:*")}, "one of Action and NotAction"),
        ({"Statement": {"Effect": "Allow", "Action": "s3:*"}}, "one of Resource and NotResource"),
        ({"Statement": allow("GetObject")}, "action 'GetObject' has no service"),
        ({"Statement": allow("s3:*", "my-bucket")}, "resource 'my-bucket' is neither an ARN nor"),
        ({"Statement": allow("s3:*", Condition={"StringIs": {}})}, "'StringIs' is no condition operator"),
        ({"Statement": ["s3:*"]}, "statement 1: it is not an object"),
    ],
)
def test_a_malformed_policy_is_refused_by_what_is_wrong(document, problem):
    with pytest.raises(ValueError, match=problem.replace("(", r"\(")):
        parse(document)
