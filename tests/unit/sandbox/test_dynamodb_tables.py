from __future__ import annotations

import uuid

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.dynamodb_table import TABLE, create, put


@pytest.fixture
def dynamodb(client):
    return client("dynamodb")


def described(dynamodb, name="orders") -> dict:
    return dynamodb.describe_table(TableName=name)["Table"]


def code(call, **request) -> str:
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"]


def test_a_table_is_created_in_two_steps(dynamodb, clock):
    answer = dynamodb.create_table(TableName="orders", **TABLE, BillingMode="PAY_PER_REQUEST")["TableDescription"]
    assert answer["TableStatus"] == described(dynamodb)["TableStatus"] == "CREATING"
    assert code(dynamodb.put_item, TableName="orders", Item={"id": {"S": "1"}}) == "ResourceNotFoundException"
    assert code(dynamodb.delete_table, TableName="orders") == "ResourceInUseException"
    clock.shift(1)
    assert described(dynamodb)["TableStatus"] == "ACTIVE"
    put(dynamodb, "1")


def test_a_table_is_deleted_in_two_steps(dynamodb, clock):
    create(dynamodb, clock)
    assert dynamodb.delete_table(TableName="orders")["TableDescription"]["TableStatus"] == "DELETING"
    assert described(dynamodb)["TableStatus"] == "DELETING"
    assert code(dynamodb.create_table, TableName="orders", BillingMode="PAY_PER_REQUEST", **TABLE) == ("ResourceInUseException")
    clock.shift(1)
    assert code(dynamodb.describe_table, TableName="orders") == "ResourceNotFoundException"
    assert dynamodb.list_tables()["TableNames"] == []


def test_a_table_made_again_has_another_id(dynamodb, clock):
    first = create(dynamodb, clock)["TableId"]
    assert uuid.UUID(first)
    assert described(dynamodb)["TableId"] == first
    dynamodb.delete_table(TableName="orders")
    clock.shift(1)
    assert create(dynamodb, clock)["TableId"] != first


def test_a_protected_table_is_not_deleted(dynamodb, clock):
    create(dynamodb, clock, DeletionProtectionEnabled=True)
    assert code(dynamodb.delete_table, TableName="orders") == "ValidationException"
    dynamodb.update_table(TableName="orders", DeletionProtectionEnabled=False)
    clock.shift(1)
    dynamodb.delete_table(TableName="orders")


@pytest.mark.parametrize("name", ["ab", "a" * 256, "with space"])
def test_a_bad_name_is_refused(dynamodb, name):
    assert code(dynamodb.create_table, TableName=name, BillingMode="PAY_PER_REQUEST", **TABLE) == "ValidationException"


def test_what_a_table_does_not_have_is_left_out(dynamodb, clock):
    create(dynamodb, clock)
    absent = {"GlobalSecondaryIndexes", "LocalSecondaryIndexes", "SSEDescription", "TableClassSummary"}
    assert not absent & described(dynamodb).keys()


def test_a_table_is_encrypted_with_the_key_that_it_names(client, dynamodb, clock):
    key = client("kms").create_key()["KeyMetadata"]
    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key["KeyId"]}
    create(dynamodb, clock, SSESpecification=specification, TableClass="STANDARD_INFREQUENT_ACCESS")
    description = described(dynamodb)
    assert description["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key["Arn"]}
    assert description["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"


def test_the_size_is_that_of_the_items(dynamodb, clock):
    create(dynamodb, clock)
    put(dynamodb, "1", text="a" * 100)
    description = described(dynamodb)
    assert (description["ItemCount"], description["TableSizeBytes"]) == (1, len("id1text") + 100)


def test_regions_have_tables_of_their_own(client, dynamodb, clock):
    create(dynamodb, clock)
    assert client("dynamodb", region_name="eu-west-1").list_tables()["TableNames"] == []


@pytest.mark.parametrize("key", ["alias/nowhere", "00000000-0000-0000-0000-000000000000"])
def test_a_table_with_a_key_that_is_not_there_is_refused_and_not_made(client, key):
    encrypted = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}}
    with pytest.raises(ClientError, match=f"ValidationException.*KMS key {key} does not exist"):
        client("dynamodb").create_table(
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            **encrypted,
        )
    assert client("dynamodb").list_tables()["TableNames"] == []
