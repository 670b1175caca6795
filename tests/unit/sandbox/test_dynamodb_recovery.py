from __future__ import annotations

import datetime

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.dynamodb_table import ID, create, identifiers, put

HOUR = datetime.timedelta(hours=1)


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@pytest.fixture
def dynamodb(client, clock):
    dynamodb = client("dynamodb")
    create(dynamodb, clock)
    return dynamodb


def enable(dynamodb, enabled: bool = True, **more) -> dict:
    specification = {"PointInTimeRecoveryEnabled": enabled} | more
    answer = dynamodb.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification=specification)
    return answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]


def described(dynamodb) -> dict:
    answer = dynamodb.describe_continuous_backups(TableName="orders")
    return answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]


def restore(dynamodb, clock, moment: datetime.datetime | None = None, **more) -> dict:
    when = {"RestoreDateTime": moment} if moment else {"UseLatestRestorableTime": True}
    request = {"SourceTableName": "orders", "TargetTableName": "restored"} | when | more
    description = dynamodb.restore_table_to_point_in_time(**request)["TableDescription"]
    clock.shift(1)
    return description


def refused(call, *args, **request) -> str:
    with pytest.raises(ClientError) as error:
        call(*args, **request)
    return error.value.response["Error"]["Code"]


def test_a_restore_brings_back_each_second(dynamodb, clock):
    put(dynamodb, "before")
    enable(dynamodb)
    moments = []
    for change in (
        lambda: put(dynamodb, "a", state="new"),
        lambda: dynamodb.update_item(
            TableName="orders",
            Key={"id": {"S": "a"}},
            UpdateExpression="SET #s = :s",
            ExpressionAttributeNames={"#s": "state"},
            ExpressionAttributeValues={":s": {"S": "paid"}},
        ),
        lambda: dynamodb.delete_item(TableName="orders", Key={"id": {"S": "a"}}),
        lambda: dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "orders", "Item": {"id": {"S": "b"}}}}]),
    ):
        clock.shift(5)
        moments.append(now())
        clock.shift(5)
        change()
    clock.shift(5)
    contents = []
    for number, moment in enumerate([*moments, now() - datetime.timedelta(seconds=2)]):
        restore(dynamodb, clock, moment, TargetTableName=f"restored-{number}")
        items = dynamodb.scan(TableName=f"restored-{number}")["Items"]
        contents.append({item["id"]["S"]: item.get("state", {}).get("S") for item in items})
    assert contents == [
        {"before": None},
        {"before": None, "a": "new"},
        {"before": None, "a": "paid"},
        {"before": None},
        {"before": None, "b": None},
    ]
    assert identifiers(dynamodb) == ["b", "before"]


def test_a_transaction_that_fails_is_no_change(dynamodb, clock):
    enable(dynamodb)
    put(dynamodb, "a")
    condition = {"ConditionExpression": "attribute_exists(id)"}
    failing = {"Put": {"TableName": "orders", "Item": {"id": {"S": "c"}}} | condition}
    writing = {"Put": {"TableName": "orders", "Item": {"id": {"S": "b"}}}}
    assert refused(dynamodb.transact_write_items, TransactItems=[writing, failing]) == "TransactionCanceledException"
    clock.shift(5)
    restore(dynamodb, clock)
    assert identifiers(dynamodb, "restored") == ["a"]


def test_a_sort_key_is_restored_with_its_item(client, clock):
    dynamodb = client("dynamodb")
    keys = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
    definitions = [ID, {"AttributeName": "at", "AttributeType": "S"}]
    create(dynamodb, clock, KeySchema=keys, AttributeDefinitions=definitions)
    enable(dynamodb)
    put(dynamodb, "a", at="1")
    put(dynamodb, "a", at="2")
    clock.shift(5)
    dynamodb.delete_item(TableName="orders", Key={"id": {"S": "a"}, "at": {"S": "1"}})
    restore(dynamodb, clock, now() - datetime.timedelta(seconds=3))
    assert [item["at"]["S"] for item in dynamodb.scan(TableName="restored")["Items"]] == ["1", "2"]


def test_the_window_begins_when_recovery_is_enabled(dynamodb, clock):
    assert described(dynamodb) == {"PointInTimeRecoveryStatus": "DISABLED"}
    begin = now()
    enable(dynamodb, RecoveryPeriodInDays=7)
    clock.shift(HOUR)
    description = described(dynamodb)
    assert description["RecoveryPeriodInDays"] == 7
    assert abs(description["EarliestRestorableDateTime"] - begin) < datetime.timedelta(seconds=2)
    assert datetime.timedelta(0) < now() - description["LatestRestorableDateTime"] < datetime.timedelta(seconds=4)
    clock.shift(30 * 24 * HOUR)
    assert abs(now() - described(dynamodb)["EarliestRestorableDateTime"] - 7 * 24 * HOUR).total_seconds() < 2


def test_disabling_and_enabling_begins_a_new_window(dynamodb, clock):
    enable(dynamodb)
    clock.shift(HOUR)
    enable(dynamodb)
    assert now() - described(dynamodb)["EarliestRestorableDateTime"] > HOUR / 2
    enable(dynamodb, False)
    enable(dynamodb)
    assert now() - described(dynamodb)["EarliestRestorableDateTime"] < HOUR / 2


def test_a_restore_without_recovery_or_outside_of_the_window_is_refused(dynamodb, clock):
    assert refused(restore, dynamodb, clock) == "PointInTimeRecoveryUnavailableException"
    enable(dynamodb)
    clock.shift(HOUR)
    for moment in (now() - 2 * HOUR, now() + HOUR):
        assert refused(restore, dynamodb, clock, moment) == "InvalidRestoreTimeException"
    assert refused(restore, dynamodb, clock, TargetTableName="orders") == "TableAlreadyExistsException"
    assert refused(restore, dynamodb, clock, SourceTableName="missing") == "TableNotFoundException"
    assert dynamodb.list_tables()["TableNames"] == ["orders"]


def test_a_restored_table_has_the_definition_but_not_the_settings_beside_it(dynamodb, clock):
    enable(dynamodb)
    dynamodb.update_time_to_live(TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    clock.shift(5)
    answer = restore(dynamodb, clock)
    assert (answer["TableStatus"], answer["RestoreSummary"]["RestoreInProgress"]) == ("CREATING", True)
    description = dynamodb.describe_table(TableName="restored")["Table"]
    assert description["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert description["RestoreSummary"]["RestoreInProgress"] is False
    assert description["RestoreSummary"]["SourceTableArn"].endswith("table/orders")
    time_to_live = dynamodb.describe_time_to_live(TableName="restored")["TimeToLiveDescription"]
    assert time_to_live["TimeToLiveStatus"] == "DISABLED"
