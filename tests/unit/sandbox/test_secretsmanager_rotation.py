from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaBackend

FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:rotate"


@pytest.fixture
def secrets(client):
    secrets = client("secretsmanager")
    secrets.create_secret(Name="shop", SecretString="one")
    return secrets


@pytest.fixture
def function(secrets, monkeypatch) -> list[str]:
    """A rotation function that does its four steps, and a list of those it was asked for."""
    steps: list[str] = []

    def invoke(self, function_name, qualifier, body, headers, response_headers):
        event = json.loads(body)
        steps.append(event["Step"])
        secret = {"SecretId": event["SecretId"]}
        if event["Step"] == "createSecret":
            secrets.put_secret_value(
                **secret,
                SecretString="two",
                ClientRequestToken=event["ClientRequestToken"],
                VersionStages=["AWSPENDING"],
            )
        if event["Step"] == "finishSecret":
            current = secrets.get_secret_value(**secret)["VersionId"]
            secrets.update_secret_version_stage(
                **secret,
                VersionStage="AWSCURRENT",
                MoveToVersionId=event["ClientRequestToken"],
                RemoveFromVersionId=current,
            )

    monkeypatch.setattr(LambdaBackend, "get_function", lambda self, name: name)
    monkeypatch.setattr(LambdaBackend, "invoke", invoke)
    return steps


def described(secrets) -> dict:
    description = secrets.describe_secret(SecretId="shop")
    return {key: description.get(key) for key in ("RotationEnabled", "RotationRules", "VersionIdsToStages")}


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({}, "InvalidRequestException"),
        ({"RotationLambdaARN": FUNCTION}, "ResourceNotFoundException"),
        ({"RotationLambdaARN": FUNCTION, "RotationRules": {"AutomaticallyAfterDays": 7}}, "ResourceNotFoundException"),
    ],
)
def test_a_rotation_without_a_function_changes_nothing(secrets, request_, code):
    before = described(secrets)
    with pytest.raises(ClientError) as error:
        secrets.rotate_secret(SecretId="shop", **request_)
    assert error.value.response["Error"]["Code"] == code
    assert described(secrets) == before
    assert secrets.get_secret_value(SecretId="shop")["SecretString"] == "one"


def test_a_function_rotates_in_four_steps(secrets, function):
    version = secrets.rotate_secret(SecretId="shop", RotationLambdaARN=FUNCTION, RotationRules={"ScheduleExpression": "rate(10 days)"})[
        "VersionId"
    ]
    assert function == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    value = secrets.get_secret_value(SecretId="shop")
    assert (value["SecretString"], value["VersionId"]) == ("two", version)
    description = secrets.describe_secret(SecretId="shop")
    assert description["RotationRules"] == {"ScheduleExpression": "rate(10 days)"}
    assert (description["NextRotationDate"] - description["LastRotatedDate"]).days in (9, 10)


def test_the_function_is_remembered(secrets, function):
    for _ in range(2):
        secrets.rotate_secret(SecretId="shop", RotationLambdaARN=FUNCTION)
        secrets.rotate_secret(SecretId="shop")
    assert described(secrets)["RotationEnabled"] is True


def test_a_rotation_that_did_not_end_stands_in_the_way_of_the_next(secrets, function):
    secrets.put_secret_value(SecretId="shop", SecretString="three", VersionStages=["AWSPENDING"])
    with pytest.raises(ClientError, match="previous rotation"):
        secrets.rotate_secret(SecretId="shop", RotationLambdaARN=FUNCTION)
    assert function == []


def test_a_later_rotation_only_tests_the_configuration(secrets, function):
    before = described(secrets)["VersionIdsToStages"]
    secrets.rotate_secret(SecretId="shop", RotationLambdaARN=FUNCTION, RotateImmediately=False)
    assert function == ["testSecret"]
    assert described(secrets)["VersionIdsToStages"] == before
