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


def wait(client, name, operation, answers, service="dynamodb", **params):
    """The wait looks at all these answers."""
    with Stubber(client) as stub:
        for answer in answers:
            if isinstance(answer, str):
                stub.add_client_error(operation, answer)
            else:
                stub.add_response(operation, answer)
        found = waiters.waiter(client, service, name)
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


@pytest.fixture
def cache():
    """A wait for the replication group of these answers, each the fields that it has."""
    client = boto3.client("elasticache", region_name="eu-central-1", aws_access_key_id="key", aws_secret_access_key="secret")

    def cache(name, *groups):
        answers = [group if isinstance(group, str) else {"ReplicationGroups": [group]} for group in groups]
        wait(client, name, "describe_replication_groups", answers, "elasticache", ReplicationGroupId="shop")

    return cache


def test_a_replication_group_is_awaited_until_nothing_is_pending_but_its_maintenance_window(cache):
    cache(
        "replication_group_settled",
        "ReplicationGroupNotFoundFault",
        {"Status": "creating"},
        {"Status": "available", "PendingModifiedValues": {"AuthTokenStatus": "ROTATING"}},
        {"Status": "available", "PendingModifiedValues": {"UserGroups": {"UserGroupIdsToAdd": ["all"]}}},
        {"Status": "available", "PendingModifiedValues": {"Resharding": {"SlotMigration": {"ProgressPercentage": 50.0}}}},
        {"Status": "available", "PendingModifiedValues": {"AutomaticFailoverStatus": "enabled"}},
    )


@pytest.mark.parametrize("status", ["create-failed", "deleting"])
def test_a_replication_group_that_does_not_come_is_not_awaited_any_longer(cache, status):
    with pytest.raises(WaiterError, match=status):
        cache("replication_group_settled", {"Status": status}, {"Status": "available"})


def test_logs_are_awaited_until_all_are_delivered_or_one_cannot_be(cache):
    slow, engine = ({"LogType": kind, "Status": "active"} for kind in ("slow-log", "engine-log"))
    enabling, failed = {**engine, "Status": "enabling"}, {**engine, "Status": "error", "Message": "Log group is missing."}
    cache(
        "logs_delivered",
        {"LogDeliveryConfigurations": [slow, enabling]},
        {"PendingModifiedValues": {"LogDeliveryConfigurations": [{"LogType": "engine-log"}]}},
        {"LogDeliveryConfigurations": [slow, engine]},
    )
    with pytest.raises(WaiterError):
        cache("logs_delivered", {"LogDeliveryConfigurations": [slow, failed]}, {"LogDeliveryConfigurations": [slow, engine]})


def test_a_replication_group_that_goes_is_awaited_until_aws_does_not_know_it(cache):
    cache("replication_group_gone", {"Status": "deleting"}, "ReplicationGroupNotFoundFault")
    with pytest.raises(WaiterError, match="available"):
        cache("replication_group_gone", {"Status": "available"}, "ReplicationGroupNotFoundFault")
