from __future__ import annotations

import datetime

import pytest
import time_machine

START = datetime.datetime(2031, 5, 1, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("put_secret_value", {"SecretString": "two", "VersionStages": ["AWSPENDING"]}),
        ("tag_resource", {"Tags": [{"Key": "env", "Value": "prod"}]}),
        ("update_secret", {"Description": "of the shop"}),
    ],
)
def test_any_change_moves_the_date_and_reading_does_not(client, operation, request_):
    secrets = client("secretsmanager")
    with time_machine.travel(START, tick=False) as clock:
        secrets.create_secret(Name="shop", SecretString="one")
        clock.shift(60)
        secrets.get_secret_value(SecretId="shop")
        assert secrets.describe_secret(SecretId="shop")["LastChangedDate"] == START
        getattr(secrets, operation)(SecretId="shop", **request_)
        description = secrets.describe_secret(SecretId="shop")
    assert description["LastChangedDate"] == START + datetime.timedelta(seconds=60)
    assert description["LastAccessedDate"] == START.replace(hour=0)
