from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.dynamodb_table import create


@pytest.fixture
def dynamodb(client, clock):
    dynamodb = client("dynamodb")
    create(dynamodb, clock)
    return dynamodb


def time_to_live(dynamodb) -> dict:
    return dynamodb.describe_time_to_live(TableName="orders")["TimeToLiveDescription"]


def switch(dynamodb, enabled: bool, attribute: str = "expires") -> None:
    specification = {"Enabled": enabled, "AttributeName": attribute}
    dynamodb.update_time_to_live(TableName="orders", TimeToLiveSpecification=specification)


def test_time_to_live_is_switched_in_two_steps(dynamodb, clock):
    switch(dynamodb, True)
    assert time_to_live(dynamodb) == {"TimeToLiveStatus": "ENABLING", "AttributeName": "expires"}
    with pytest.raises(ClientError, match="multiple times"):
        switch(dynamodb, False)
    clock.shift(1)
    assert time_to_live(dynamodb) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    switch(dynamodb, False)
    clock.shift(1)
    assert time_to_live(dynamodb) == {"TimeToLiveStatus": "DISABLED"}


def test_time_to_live_is_not_switched_to_what_it_is(dynamodb, clock):
    with pytest.raises(ClientError, match="already disabled"):
        switch(dynamodb, False)
    switch(dynamodb, True)
    clock.shift(1)
    with pytest.raises(ClientError, match="already enabled"):
        switch(dynamodb, True)
    with pytest.raises(ClientError, match="current AttributeName is expires"):
        switch(dynamodb, True, "other")


def test_a_tag_has_one_value(dynamodb):
    arn = dynamodb.describe_table(TableName="orders")["Table"]["TableArn"]
    for value in ("staging", "prod"):
        dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "env", "Value": value}])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "env", "Value": "prod"}]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        dynamodb.tag_resource(ResourceArn=f"{arn}s", Tags=[{"Key": "env", "Value": "prod"}])
