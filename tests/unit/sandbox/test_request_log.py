"""Which operations change an account."""

import pytest

from sandbox.request_log import mutates


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("dynamodb", "BatchGetItem"),
        ("dynamodb", "TransactGetItems"),
        ("dynamodb", "Query"),
        ("s3", "HeadBucket"),
        ("logs", "FilterLogEvents"),
        ("logs", "TestMetricFilter"),
        ("kms", "Decrypt"),
        ("sts", "AssumeRole"),
        ("cloudwatch", "describe_alarms"),
    ],
)
def test_a_read_changes_nothing(service, operation):
    assert not mutates(service, operation)


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("elasticache", "TestFailover"),
        ("elasticache", "test_failover"),
        ("dynamodb", "BatchWriteItem"),
        ("sqs", "ReceiveMessage"),
        ("secretsmanager", "RotateSecret"),
        ("cloudwatch", "SetAlarmState"),
        ("lambda", "Invoke"),
        ("service", "SomethingNew"),
        ("s3", "put_object"),
    ],
)
def test_what_is_not_known_to_read_changes(service, operation):
    assert mutates(service, operation)
