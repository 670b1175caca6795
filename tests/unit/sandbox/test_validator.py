"""Requests against botocore's model."""

import re

import pytest

from sandbox import patterns
from sandbox.validator import unchecked, violations

ALARM = {"AlarmName": "a", "EvaluationPeriods": 1, "ComparisonOperator": "LessThanThreshold"}


def test_a_right_request_has_no_violations_by_either_name_of_the_operation():
    assert violations("cloudwatch", "put_metric_alarm", ALARM) == []
    assert violations("cloudwatch", "PutMetricAlarm", ALARM) == []


@pytest.mark.parametrize(
    ("service", "operation", "params", "found"),
    [
        ("sns", "create_topic", {}, "Value null at 'name' failed to satisfy constraint: Member must not be null"),
        (
            "cloudwatch",
            "put_metric_alarm",
            ALARM | {"EvaluationPeriods": 0},
            "Value '0' at 'evaluationPeriods' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            "logs",
            "create_log_group",
            {"logGroupName": "a b"},
            "Value 'a b' at 'logGroupName' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+",
        ),
        (
            "secretsmanager",
            "create_secret",
            {"Name": "a", "SecretString": "hunter2" * 10000},
            "Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
        ),
        (
            "cloudwatch",
            "put_metric_alarm",
            ALARM | {"Tags": [{"Key": "", "Value": "b"}]},
            "Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            "dynamodb",
            "update_continuous_backups",
            {"TableName": "t", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "yes"}},
            "Value 'yes' at 'pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled' failed to satisfy "
            "constraint: Member must be a boolean",
        ),
        (
            "lambda",
            "update_function_configuration",
            {"FunctionName": "f", "Environment": {"Variables": {"1 2": "x"}}},
            "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: "
            "[Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
        ),
    ],
)
def test_a_broken_constraint_is_told_in_the_words_of_aws(service, operation, params, found):
    assert violations(service, operation, params) == [found]


def test_an_enum_lists_what_is_allowed():
    (found,) = violations("s3", "put_bucket_versioning", {"Bucket": "b", "VersioningConfiguration": {"Status": "On"}})
    assert "Value 'On' at 'versioningConfiguration.status'" in found
    assert found.endswith("Member must satisfy enum value set: [Enabled, Suspended]")


def test_an_unknown_member_is_a_violation():
    (found,) = violations("sns", "create_topic", {"Name": "a", "Nmae": "b"})
    assert found.startswith("Value at 'nmae' failed")


def test_a_union_has_exactly_one_member():
    assert violations("bedrock-runtime", "converse", {"modelId": "m", "system": [{}]})


def test_a_token_that_an_sdk_makes_up_may_be_missing():
    assert violations("ec2", "create_nat_gateway", {"SubnetId": "subnet-1"}) == []


def test_a_value_of_a_secret_is_never_echoed():
    found = violations("elasticache", "create_replication_group", {"AuthToken": {"x": "hunter2"}})
    assert found
    assert "hunter2" not in str(found)


@pytest.mark.parametrize("value", ["ü β", "a_b.c:/=+-@"])
def test_a_class_of_unicode_letters_takes_letters(value):
    assert patterns.matches(r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", value)


def test_a_pattern_without_anchors_is_matched_whole():
    assert not patterns.matches("[a-z]+", "a1")


def test_a_pattern_that_python_cannot_say_is_left_unchecked():
    assert patterns.compiled(r"[^\p{C}]*") is None
    assert patterns.matches(r"[^\p{C}]*", "\x00")


@pytest.mark.parametrize("service", ["secretsmanager", "dynamodb", "s3", "sns", "ec2", "elbv2", "wafv2"])
def test_every_pattern_of_a_service_is_checked(service):
    assert unchecked(service) == []


def test_what_is_not_checked_is_listed():
    assert unchecked("inspector2") == [r"[^\p{C}]*"]


def test_patterns_are_compiled_once():
    assert patterns.compiled("[a-z]+") is patterns.compiled("[a-z]+")
    assert isinstance(patterns.compiled("[a-z]+"), re.Pattern)
