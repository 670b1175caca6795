from __future__ import annotations

import datetime

import pytest
import time_machine
from botocore.exceptions import ClientError


@pytest.fixture
def secrets(client):
    return client("secretsmanager")


def code(call, **request) -> str:
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"]


@pytest.mark.parametrize("name", ["with space", "semi;colon", "ümlaut"])
def test_a_name_with_other_characters_is_refused(secrets, name):
    assert code(secrets.create_secret, Name=name, SecretString="one") == "ValidationException"


def test_a_value_is_measured_in_bytes(secrets):
    secrets.create_secret(Name="shop", SecretString="a" * 65536)
    assert code(secrets.put_secret_value, SecretId="shop", SecretString="ü" * 32769) == "ValidationException"


def test_a_name_is_taken_until_the_recovery_window_ends(secrets):
    secrets.create_secret(Name="shop", SecretString="one")
    secrets.delete_secret(SecretId="shop", RecoveryWindowInDays=7)
    for call, request in (
        (secrets.create_secret, {"Name": "shop"}),
        (secrets.put_secret_value, {"SecretId": "shop"}),
        (secrets.update_secret, {"SecretId": "shop"}),
    ):
        assert code(call, **request, SecretString="two") == "InvalidRequestException"
    assert code(secrets.get_secret_value, SecretId="shop") == "InvalidRequestException"
    with time_machine.travel(datetime.datetime.now() + datetime.timedelta(days=8)):
        secrets.create_secret(Name="shop", SecretString="two")
        assert secrets.get_secret_value(SecretId="shop")["SecretString"] == "two"


def test_a_restored_secret_has_its_value(secrets):
    secrets.create_secret(Name="shop", SecretString="one")
    secrets.delete_secret(SecretId="shop")
    secrets.restore_secret(SecretId="shop")
    assert secrets.get_secret_value(SecretId="shop")["SecretString"] == "one"


def test_a_replica_is_read_but_not_written(client, secrets):
    secrets.create_secret(Name="shop", SecretString="one", AddReplicaRegions=[{"Region": "eu-west-1"}])
    replica = client("secretsmanager", region_name="eu-west-1")
    assert replica.get_secret_value(SecretId="shop")["SecretString"] == "one"
    assert code(replica.put_secret_value, SecretId="shop", SecretString="two") == "InvalidParameterException"
    secrets.put_secret_value(SecretId="shop", SecretString="two")
    assert replica.get_secret_value(SecretId="shop")["SecretString"] == "two"
