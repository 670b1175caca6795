from __future__ import annotations

import uuid

import pytest
from botocore.exceptions import ClientError


def token() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def secrets(client):
    return client("secretsmanager")


@pytest.fixture
def first(secrets) -> str:
    return secrets.create_secret(Name="shop", SecretString="one")["VersionId"]


def put(secrets, value: str, *stages: str) -> str:
    extra = {"VersionStages": list(stages)} if stages else {}
    return secrets.put_secret_value(SecretId="shop", SecretString=value, **extra)["VersionId"]


def stages(secrets) -> dict[str, list[str]]:
    return secrets.describe_secret(SecretId="shop")["VersionIdsToStages"]


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def test_the_value_without_a_stage_is_the_one_that_awscurrent_was_moved_to(secrets, first):
    pending = put(secrets, "two", "AWSPENDING")
    assert secrets.get_secret_value(SecretId="shop")["SecretString"] == "one"
    secrets.update_secret_version_stage(SecretId="shop", VersionStage="AWSCURRENT", MoveToVersionId=pending, RemoveFromVersionId=first)
    assert secrets.get_secret_value(SecretId="shop")["SecretString"] == "two"
    assert secrets.get_secret_value(SecretId="shop", VersionStage="AWSPREVIOUS")["SecretString"] == "one"
    assert stages(secrets) == {first: ["AWSPREVIOUS"], pending: ["AWSPENDING", "AWSCURRENT"]}


def test_moving_awscurrent_back_swaps_current_and_previous(secrets, first):
    second = put(secrets, "two")
    secrets.update_secret_version_stage(SecretId="shop", VersionStage="AWSCURRENT", MoveToVersionId=first, RemoveFromVersionId=second)
    assert stages(secrets) == {first: ["AWSCURRENT"], second: ["AWSPREVIOUS"]}


def test_a_label_is_moved_only_from_the_version_that_is_named(secrets, first):
    second = put(secrets, "two")
    with pytest.raises(ClientError, match=second) as error:
        secrets.update_secret_version_stage(SecretId="shop", VersionStage="AWSCURRENT", MoveToVersionId=first)
    assert code(error) == "InvalidParameterException"
    with pytest.raises(ClientError, match="value is incorrect"):
        secrets.update_secret_version_stage(SecretId="shop", VersionStage="AWSCURRENT", MoveToVersionId=first, RemoveFromVersionId=first)
    assert stages(secrets) == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}


def test_a_label_can_be_removed_but_awscurrent_cannot(secrets, first):
    pending = put(secrets, "two", "AWSPENDING")
    secrets.update_secret_version_stage(SecretId="shop", VersionStage="AWSPENDING", RemoveFromVersionId=pending)
    assert stages(secrets) == {first: ["AWSCURRENT"]}
    with pytest.raises(ClientError, match="completely removed"):
        secrets.update_secret_version_stage(SecretId="shop", VersionStage="AWSCURRENT", RemoveFromVersionId=first)


def test_a_new_value_leaves_the_other_labels_of_the_old_version_in_place(secrets, first):
    secrets.update_secret_version_stage(SecretId="shop", VersionStage="blue", MoveToVersionId=first)
    second = put(secrets, "two")
    assert stages(secrets) == {first: ["blue", "AWSPREVIOUS"], second: ["AWSCURRENT"]}


def test_a_put_takes_a_label_from_the_version_that_has_it(secrets, first):
    second = put(secrets, "two", "AWSPENDING")
    third = put(secrets, "three", "AWSPENDING")
    assert stages(secrets) == {first: ["AWSCURRENT"], third: ["AWSPENDING"]}
    assert secrets.get_secret_value(SecretId="shop", VersionId=second)["SecretString"] == "two"


@pytest.mark.parametrize("stage", ["AWSCURRENT", "AWSPENDING"])
def test_a_token_is_accepted_again_with_the_same_value_only(secrets, first, stage):
    request = {"SecretId": "shop", "ClientRequestToken": token(), "VersionStages": [stage]}
    secrets.put_secret_value(**request, SecretString="two")
    assert secrets.put_secret_value(**request, SecretString="two")["VersionId"] == request["ClientRequestToken"]
    with pytest.raises(ClientError) as error:
        secrets.put_secret_value(**request, SecretString="three")
    assert code(error) == "ResourceExistsException"


def test_versions_without_labels_are_listed_on_demand(secrets, first):
    second, third = put(secrets, "two"), put(secrets, "three")
    arn = secrets.describe_secret(SecretId="shop")["ARN"]
    listing = secrets.list_secret_version_ids(SecretId="shop")
    assert listing["ARN"] == arn
    assert {v["VersionId"] for v in listing["Versions"]} == {second, third}
    page = secrets.list_secret_version_ids(SecretId="shop", IncludeDeprecated=True, MaxResults=2)
    rest = secrets.list_secret_version_ids(SecretId="shop", IncludeDeprecated=True, NextToken=page["NextToken"])
    assert [v["VersionId"] for v in page["Versions"] + rest["Versions"]] == [first, second, third]


def test_an_update_of_the_value_makes_it_current(secrets, first):
    secrets.update_secret(SecretId="shop", SecretString="two")
    assert secrets.get_secret_value(SecretId="shop")["SecretString"] == "two"
    assert stages(secrets)[first] == ["AWSPREVIOUS"]
