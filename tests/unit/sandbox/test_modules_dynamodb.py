"""The modules of DynamoDB against the emulator: what they make stays as it is, also when only half of it is there."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.prodready.aws.plugins.modules import dynamodb_backups, dynamodb_tables

ORDERS = {
    "name": "shop-orders",
    "hash_key": {"name": "id"},
    "range_key": {"name": "created_at", "type": "N"},
    "global_indexes": [{"name": "by-customer", "hash_key": {"name": "customer"}, "projection": "INCLUDE", "attributes": ["total"]}],
    "local_indexes": [{"name": "by-status", "range_key": {"name": "status"}, "projection": "KEYS_ONLY"}],
    "recovery_days": 14,
    "deletion_protection": True,
    "ttl": "expires_at",
    "encryption": "AWS_MANAGED",
    "table_class": "STANDARD_INFREQUENT_ACCESS",
    "stream": "NEW_IMAGE",
    "tags": {"team": "web"},
}
PLAIN = {"name": "shop-orders", "hash_key": {"name": "id"}}
INDEX = {"name": "by-customer", "hash_key": {"name": "customer"}}


@pytest.fixture
def tables(run):
    return lambda *items, **more: run(dynamodb_tables.main, tables=list(items), **more)


def test_a_table_with_everything_is_made_and_then_left_alone(tables):
    assert tables(ORDERS)["plan"] == [{"action": "create", "name": "shop-orders"}]
    assert tables(ORDERS)["plan"] == []


def test_check_mode_plans_what_the_run_then_does_and_writes_nothing(tables, client):
    planned = tables(ORDERS, check_mode=True)

    assert client("dynamodb").list_tables()["TableNames"] == []
    assert tables(ORDERS)["diff"] == planned["diff"]


def test_a_half_built_table_is_completed(tables, client):
    tables(
        {"name": "shop-orders", "hash_key": ORDERS["hash_key"], "range_key": ORDERS["range_key"], "local_indexes": ORDERS["local_indexes"]}
    )

    assert tables(ORDERS)["plan"] == [{"action": "update", "name": "shop-orders"}]
    assert tables(ORDERS)["plan"] == []


def test_what_is_not_given_is_not_touched(tables, client):
    tables(ORDERS)
    before = client("dynamodb").describe_table(TableName="shop-orders")["Table"]
    tables({"name": "shop-orders", "recovery_days": 35})

    assert client("dynamodb").describe_table(TableName="shop-orders")["Table"] == before


def test_billing_capacity_and_indexes_change_in_turn(tables, client):
    tables(PLAIN)
    provisioned = {**PLAIN, "billing_mode": "PROVISIONED", "capacity": {"read": 5, "write": 2}}
    two = {**INDEX, "name": "by-day", "hash_key": {"name": "day", "type": "N"}}
    for wanted in (
        {**provisioned, "global_indexes": [INDEX, two]},
        {**provisioned, "capacity": {"read": 7, "write": 2}, "global_indexes": [{**INDEX, "capacity": {"read": 9, "write": 9}}]},
        {**PLAIN, "billing_mode": "PAY_PER_REQUEST", "global_indexes": [INDEX], "purge_indexes": True},
        {**PLAIN, "global_indexes": [], "purge_indexes": True},
    ):
        assert tables(wanted)["changed"] is True
        assert tables(wanted)["plan"] == []

    table = client("dynamodb").describe_table(TableName="shop-orders")["Table"]
    assert (table["BillingModeSummary"]["BillingMode"], table.get("GlobalSecondaryIndexes")) == ("PAY_PER_REQUEST", None)


def test_indexes_of_others_stay_without_purge(tables, client):
    tables({**PLAIN, "global_indexes": [INDEX]})

    assert tables({**PLAIN, "global_indexes": []})["plan"] == []


def test_encryption_by_alias_and_back(tables, client):
    kms = client("kms")
    kms.create_alias(AliasName="alias/shop", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    for key in ("alias/shop", "AWS_MANAGED", "alias/shop", "AWS_OWNED"):
        wanted = {**PLAIN, "encryption": key}
        assert tables(wanted)["changed"] is True
        assert tables(wanted)["plan"] == []


def test_a_table_that_is_missing_without_a_definition_stops_everything(tables, client):
    result = tables(PLAIN, {"name": "shop-ordres"}, {"name": "shop-user"})

    assert "do not exist in eu-central-1 of account 123456789012: shop-ordres, shop-user. Correct their names" in result["msg"]
    assert client("dynamodb").list_tables()["TableNames"] == []


def test_one_table_that_cannot_be_made_does_not_keep_the_others_from_it(tables, client):
    bad = [{"name": name, "hash_key": {"name": "id"}, "encryption": "alias/nowhere"} for name in ("bad-1", "bad-2")]
    result = tables(bad[0], PLAIN, bad[1])

    assert result["failed"] is True and result["changed"] is True
    assert [error.partition(":")[0] for error in result["errors"]] == ["bad-1", "bad-2"]
    assert "shop-orders" in client("dynamodb").list_tables()["TableNames"]


def test_an_unchanged_table_costs_two_reads_and_one_for_each_of_recovery_and_expiry(tables):
    tables(ORDERS, {**PLAIN, "name": "shop-users"})
    requests = tables(ORDERS, {**PLAIN, "name": "shop-users"})["requests"]

    assert {name: count for name, count in requests.items() if name.startswith("dynamodb")} == {
        "dynamodb:DescribeTable": 2,
        "dynamodb:ListTagsOfResource": 2,
        "dynamodb:DescribeContinuousBackups": 1,
        "dynamodb:DescribeTimeToLive": 1,
    }


def backups(run, *items, **more):
    return run(dynamodb_backups.main, backups=list(items), **more)


def names(client):
    return [backup["BackupName"] for backup in client("dynamodb").list_backups(TableName="shop-orders")["BackupSummaries"]]


def test_a_restore_point_is_taken_once_for_each_name(run, tables, client):
    tables(PLAIN)
    point = {"table": "shop-orders", "name": "before-1"}

    assert backups(run, point)["plan"] == [{"action": "create", "name": "shop-orders/before-1"}]
    assert backups(run, point)["plan"] == []
    assert [backup["BackupStatus"] for backup in client("dynamodb").list_backups()["BackupSummaries"]] == ["AVAILABLE"]


def test_a_restore_point_is_there_once_when_the_answer_to_its_making_was_lost(run, tables, client, endpoint_url):
    tables(PLAIN)
    rules = [{"operation": "CreateBackup", "cut": "after", "times": 1}]
    requests.put(f"{endpoint_url}/_sandbox/faults", json={"rules": rules}, timeout=10)

    assert not backups(run, {"table": "shop-orders", "name": "before-1"}).get("failed")
    assert names(client) == ["before-1"]


def test_the_newest_restore_points_of_the_prefix_stay(run, tables, client):
    tables(PLAIN)
    backups(run, {"table": "shop-orders", "name": "by-hand"})
    for number in range(4):
        backups(run, {"table": "shop-orders", "name": f"before-{number}", "prefix": "before-", "keep": 2})

    assert sorted(names(client)) == ["before-2", "before-3", "by-hand"]


def test_a_restore_point_is_planned_before_its_table_is_there(run):
    planned = backups(run, {"table": "shop-orders", "name": "before-1"}, check_mode=True)

    assert planned["plan"] == [{"action": "create", "name": "shop-orders/before-1"}]


def test_no_restore_point_of_a_table_that_is_missing(run):
    result = backups(run, {"table": "shop-orders", "name": "before-1"})

    assert "shop-orders/before-1: dynamodb:CreateBackup failed with TableNotFoundException" in result["msg"]
