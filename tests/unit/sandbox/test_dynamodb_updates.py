from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.dynamodb_table import ID, create, put

STATE = {"AttributeName": "state", "AttributeType": "S"}
INDEX = {
    "IndexName": "by-state",
    "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}


@pytest.fixture
def dynamodb(client, clock):
    dynamodb = client("dynamodb")
    create(dynamodb, clock)
    return dynamodb


def described(dynamodb) -> dict:
    return dynamodb.describe_table(TableName="orders")["Table"]


def update(dynamodb, **request) -> dict:
    return dynamodb.update_table(TableName="orders", **request)["TableDescription"]


def add_index(dynamodb) -> dict:
    return update(dynamodb, AttributeDefinitions=[ID, STATE], GlobalSecondaryIndexUpdates=[{"Create": INDEX}])


def refused(dynamodb, **request) -> str:
    with pytest.raises(ClientError) as error:
        update(dynamodb, **request)
    return error.value.response["Error"]["Code"]


def test_an_update_has_two_steps_and_no_second_one_inside(dynamodb, clock):
    assert update(dynamodb, DeletionProtectionEnabled=True)["TableStatus"] == "UPDATING"
    assert refused(dynamodb, DeletionProtectionEnabled=False) == "ResourceInUseException"
    clock.shift(1)
    assert described(dynamodb)["TableStatus"] == "ACTIVE"
    assert described(dynamodb)["DeletionProtectionEnabled"] is True


def test_an_index_is_created_and_deleted_in_two_steps(dynamodb, clock):
    put(dynamodb, "1", state="open")
    put(dynamodb, "2")
    assert add_index(dynamodb)["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    clock.shift(1)
    (index,) = described(dynamodb)["GlobalSecondaryIndexes"]
    assert (index["IndexStatus"], index["ItemCount"]) == ("ACTIVE", 1)
    assert index["IndexArn"].endswith(":table/orders/index/by-state")
    answer = update(dynamodb, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-state"}}])
    assert answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    clock.shift(1)
    description = described(dynamodb)
    assert "GlobalSecondaryIndexes" not in description
    assert description["AttributeDefinitions"] == [ID]


def test_an_index_that_is_or_is_not_there_is_refused(dynamodb, clock):
    missing = [{"Delete": {"IndexName": "by-state"}}]
    assert refused(dynamodb, GlobalSecondaryIndexUpdates=missing) == "ResourceNotFoundException"
    assert refused(dynamodb, GlobalSecondaryIndexUpdates=[{"Create": INDEX}]) == "ValidationException"
    add_index(dynamodb)
    clock.shift(1)
    assert refused(dynamodb, AttributeDefinitions=[ID, STATE], GlobalSecondaryIndexUpdates=[{"Create": INDEX}]) == ("ValidationException")


def test_a_table_changes_between_on_demand_and_provisioned(dynamodb, clock):
    throughput = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    assert refused(dynamodb, BillingMode="PROVISIONED") == "ValidationException"
    update(dynamodb, BillingMode="PROVISIONED", ProvisionedThroughput=throughput)
    clock.shift(1)
    assert described(dynamodb)["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0} | throughput
    assert refused(dynamodb, ProvisionedThroughput=throughput) == "ValidationException"
    update(dynamodb, BillingMode="PAY_PER_REQUEST")
    clock.shift(1)
    assert described(dynamodb)["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    summary = described(dynamodb)["BillingModeSummary"]
    assert summary["BillingMode"] == "PAY_PER_REQUEST"
    assert "LastUpdateToPayPerRequestDateTime" in summary


def test_encryption_can_be_changed_and_taken_back(client, dynamodb, clock):
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    update(dynamodb, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key})
    assert described(dynamodb)["SSEDescription"]["KMSMasterKeyArn"] == key
    clock.shift(1)
    update(dynamodb, SSESpecification={"Enabled": False})
    assert "SSEDescription" not in described(dynamodb)


def test_an_update_without_a_change_is_refused(dynamodb):
    assert refused(dynamodb) == "ValidationException"
