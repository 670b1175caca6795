from __future__ import annotations

import datetime

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.dynamodb_table import ID, create, identifiers, put

INDEX = {
    "IndexName": "by-state",
    "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}


@pytest.fixture
def dynamodb(client, clock):
    dynamodb = client("dynamodb")
    definitions = [ID, {"AttributeName": "state", "AttributeType": "S"}]
    create(dynamodb, clock, AttributeDefinitions=definitions, GlobalSecondaryIndexes=[INDEX], SSESpecification=KMS)
    put(dynamodb, "a", state="new")
    return dynamodb


KMS = {"Enabled": True, "SSEType": "KMS"}


def back_up(dynamodb, name: str = "before-migration") -> dict:
    return dynamodb.create_backup(TableName="orders", BackupName=name)["BackupDetails"]


def refused(call, **request) -> str:
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"]


def test_a_backup_is_made_in_two_steps(dynamodb, clock):
    backup = back_up(dynamodb)
    arn = backup["BackupArn"]
    assert backup["BackupStatus"] == "CREATING"
    assert refused(dynamodb.delete_backup, BackupArn=arn) == "BackupInUseException"
    assert refused(dynamodb.restore_table_from_backup, TargetTableName="restored", BackupArn=arn) == ("BackupInUseException")
    clock.shift(1)
    described = dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]
    assert described["BackupDetails"]["BackupStatus"] == "AVAILABLE"


def test_a_backup_describes_the_table_it_was_made_of(dynamodb, clock):
    backup = back_up(dynamodb)
    table = dynamodb.describe_table(TableName="orders")["Table"]
    put(dynamodb, "b", state="new")
    described = dynamodb.describe_backup(BackupArn=backup["BackupArn"])["BackupDescription"]
    source, features = described["SourceTableDetails"], described["SourceTableFeatureDetails"]
    assert backup["BackupSizeBytes"] == source["TableSizeBytes"] == len("idastatenew")
    assert (source["TableId"], source["ItemCount"]) == (table["TableId"], 1)
    assert source["BillingMode"] == "PAY_PER_REQUEST"
    assert source["TableCreationDateTime"] == table["CreationDateTime"]
    assert features["GlobalSecondaryIndexes"][0]["IndexName"] == "by-state"
    assert features["SSEDescription"] == table["SSEDescription"]


def test_a_restored_table_has_the_items_and_the_definition(dynamodb, clock):
    arn = back_up(dynamodb)["BackupArn"]
    put(dynamodb, "b", state="new")
    clock.shift(1)
    answer = dynamodb.restore_table_from_backup(TargetTableName="restored", BackupArn=arn)["TableDescription"]
    assert answer["TableStatus"] == "CREATING"
    clock.shift(1)
    assert identifiers(dynamodb, "restored") == ["a"]
    table = dynamodb.describe_table(TableName="restored")["Table"]
    assert table["RestoreSummary"]["SourceBackupArn"] == arn
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSEDescription"]["Status"] == "ENABLED"
    assert table["GlobalSecondaryIndexes"][0]["IndexName"] == "by-state"


def test_a_restore_can_leave_out_indexes_and_change_the_billing(dynamodb, clock):
    arn = back_up(dynamodb)["BackupArn"]
    clock.shift(1)
    throughput = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    table = dynamodb.restore_table_from_backup(
        TargetTableName="restored",
        BackupArn=arn,
        GlobalSecondaryIndexOverride=[],
        BillingModeOverride="PROVISIONED",
        ProvisionedThroughputOverride=throughput,
    )["TableDescription"]
    assert "GlobalSecondaryIndexes" not in table
    assert table["AttributeDefinitions"] == [ID]
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 5


def test_a_table_deleted_with_recovery_leaves_a_system_backup(dynamodb, clock):
    dynamodb.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    dynamodb.delete_table(TableName="orders")
    clock.shift(1)
    assert dynamodb.list_backups()["BackupSummaries"] == []
    (backup,) = dynamodb.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    assert backup["BackupName"] == "orders$DeletedTableBackup"
    dynamodb.restore_table_from_backup(TargetTableName="orders", BackupArn=backup["BackupArn"])
    clock.shift(1)
    assert identifiers(dynamodb) == ["a"]
    clock.shift(36 * 24 * 3600)
    assert dynamodb.list_backups(BackupType="ALL")["BackupSummaries"] == []


def test_backups_are_listed_by_time_and_in_pages(dynamodb, clock):
    for name in ("first", "second", "third"):
        back_up(dynamodb, name)
        clock.shift(60)
    page = dynamodb.list_backups(TableName="orders", Limit=2)
    rest = dynamodb.list_backups(TableName="orders", ExclusiveStartBackupArn=page["LastEvaluatedBackupArn"])
    assert [b["BackupName"] for b in page["BackupSummaries"] + rest["BackupSummaries"]] == ["first", "second", "third"]
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=90)
    late = dynamodb.list_backups(TimeRangeLowerBound=since)["BackupSummaries"]
    assert [backup["BackupName"] for backup in late] == ["third"]
