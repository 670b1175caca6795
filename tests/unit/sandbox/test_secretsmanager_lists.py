from __future__ import annotations

import pytest


@pytest.fixture
def secrets(client):
    secrets = client("secretsmanager")
    for name in ("shop/a", "shop/b", "other"):
        secrets.create_secret(Name=name, SecretString=name, Tags=[{"Key": "env", "Value": name}])
    return secrets


def names(answer: dict) -> list[str]:
    return [secret["Name"] for secret in answer["SecretList"]]


def test_a_listing_is_paged_in_both_orders(secrets):
    first = secrets.list_secrets(MaxResults=2)
    rest = secrets.list_secrets(MaxResults=2, NextToken=first["NextToken"])
    assert names(first) + names(rest) == ["shop/a", "shop/b", "other"]
    assert "NextToken" not in rest
    assert names(secrets.list_secrets(SortOrder="desc")) == ["other", "shop/b", "shop/a"]


def test_a_listing_is_filtered(secrets):
    assert names(secrets.list_secrets(Filters=[{"Key": "name", "Values": ["shop/"]}])) == ["shop/a", "shop/b"]
    assert names(secrets.list_secrets(Filters=[{"Key": "tag-value", "Values": ["other"]}])) == ["other"]


def test_secrets_scheduled_for_deletion_are_listed_on_demand(secrets):
    secrets.delete_secret(SecretId="other")
    assert "other" not in names(secrets.list_secrets())
    assert "other" in names(secrets.list_secrets(IncludePlannedDeletion=True))


def test_a_batch_reports_each_secret_that_cannot_be_read(secrets):
    secrets.create_secret(Name="empty")
    answer = secrets.batch_get_secret_value(SecretIdList=["shop/a", "empty", "missing"])
    assert [value["SecretString"] for value in answer["SecretValues"]] == ["shop/a"]
    assert {error["SecretId"]: error["ErrorCode"] for error in answer["Errors"]} == {
        "empty": "ResourceNotFoundException",
        "missing": "ResourceNotFoundException",
    }


def test_a_filtered_batch_is_paged_and_leaves_out_deleted_secrets(secrets):
    secrets.delete_secret(SecretId="shop/b")
    filters = [{"Key": "tag-key", "Values": ["env"]}]
    first = secrets.batch_get_secret_value(Filters=filters, MaxResults=1)
    rest = secrets.batch_get_secret_value(Filters=filters, NextToken=first["NextToken"])
    assert [v["Name"] for v in first["SecretValues"] + rest["SecretValues"]] == ["shop/a", "other"]
