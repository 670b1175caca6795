"""Waits: which states end them, and how long they last."""

from __future__ import annotations

import boto3
import botocore.loaders
import pytest
from ansible_collections.prodready.aws.plugins.module_utils import waiters
from ansible_collections.prodready.aws.plugins.module_utils.aws import Aws, origin
from ansible_collections.prodready.aws.plugins.module_utils.plan import Wait
from botocore.exceptions import ClientError, WaiterError
from botocore.stub import Stubber

TABLE = {"TableName": "orders"}
ACTIVE = {"Table": {"TableStatus": "ACTIVE"}}


@pytest.fixture
def dynamodb():
    return boto3.client("dynamodb", region_name="eu-central-1", aws_access_key_id="key", aws_secret_access_key="secret")


def wait(client, name, operation, answers, **params):
    """How many answers the wait looked at."""
    with Stubber(client) as stub:
        for answer in answers:
            if isinstance(answer, str):
                stub.add_client_error(operation, answer)
            else:
                stub.add_response(operation, answer)
        found = waiters.waiter(client, "dynamodb", name)
        found.wait(**params, WaiterConfig={"Delay": 0, "MaxAttempts": len(answers)})
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    "waiting",
    [
        {"Table": {"TableStatus": "CREATING"}},
        {"Table": {"TableStatus": "ACTIVE", "GlobalSecondaryIndexes": [{"IndexStatus": "ACTIVE"}, {"IndexStatus": "CREATING"}]}},
        {"Table": {"TableStatus": "ACTIVE", "SSEDescription": {"Status": "UPDATING"}}},
        "ResourceNotFoundException",
    ],
)
def test_a_table_is_awaited_with_its_indexes_and_its_encryption(dynamodb, waiting):
    wait(dynamodb, "table_active", "describe_table", [waiting, ACTIVE], **TABLE)


def test_a_table_that_goes_away_is_not_awaited_any_longer(dynamodb):
    with pytest.raises(WaiterError, match="DELETING"):
        wait(dynamodb, "table_active", "describe_table", [{"Table": {"TableStatus": "DELETING"}}, ACTIVE], **TABLE)


def test_a_table_with_ready_indexes_is_active(dynamodb):
    ready = {
        "TableStatus": "ACTIVE",
        "GlobalSecondaryIndexes": [{"IndexStatus": "ACTIVE"}],
        "SSEDescription": {"Status": "ENABLED"},
    }
    wait(dynamodb, "table_active", "describe_table", [{"Table": ready}], **TABLE)


def test_ours_come_before_botocores_which_are_there_too(dynamodb):
    assert waiters.waiter(dynamodb, "dynamodb", "table_active").config.operation == "DescribeTable"
    assert waiters.waiter(dynamodb, "dynamodb", "table_exists").name == "TableExists"


@pytest.mark.parametrize(("deadline", "attempts"), [(600, 600), (1, 1), (0, 1)])
def test_the_deadline_says_how_often_is_looked(dynamodb, deadline, attempts):
    found = waiters.waiter(dynamodb, "dynamodb", "table_exists")

    assert waiters.config(found, deadline) == {"Delay": 1, "MaxAttempts": attempts}


@pytest.mark.parametrize(("service", "name"), sorted(waiters.WAITERS))
def test_every_waiter_asks_an_operation_that_there_is(service, name):
    operations = botocore.loaders.create_loader().load_service_model(service, "service-2")["operations"]

    assert waiters.WAITERS[service, name]["operation"] in operations


def test_a_wait_that_aws_refuses_to_answer_ends_with_its_error_and_not_as_too_long(dynamodb):
    aws = Aws({"account": "1", "region": "eu-central-1", "access_key": "a", "secret_key": "b", "concurrency": 1, "deadline_seconds": 60})
    aws.clients["dynamodb"] = dynamodb
    with Stubber(dynamodb) as stub, pytest.raises(ClientError) as raised:
        stub.add_client_error("describe_table", "AccessDeniedException")
        aws.send("dynamodb", Wait("table_exists", TABLE, until="table orders is there"))

    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
    assert origin(raised.value) == ("dynamodb", "DescribeTable")
