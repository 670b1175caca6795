"""Versions of a secret and their staging labels.

* A label is attached to one version at most. Whoever moves it names the version that has it; AWSPREVIOUS follows
  AWSCURRENT by itself; AWSCURRENT can be moved, never taken away.
  https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
* Without a version GetSecretValue answers AWSCURRENT's.
  https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
* A version never changes: the token of an existing one is accepted with the same value and refused with another.
  https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
* A version without labels is deprecated: not described, and listed only on demand.
  https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html

moto keeps the current version apart from its label, and drops the other labels of a version that AWSCURRENT leaves.
"""

from __future__ import annotations

import json
import time
from typing import Any

from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    OperationNotPermittedOnReplica,
    ResourceExistsException,
    ResourceNotFoundException,
    SecretNotFoundException,
)
from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

Versions = dict[str, dict[str, Any]]

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
DELETED = "You can't perform this operation on the secret because it was marked for deletion."


def labelled(versions: Versions, stage: str) -> str | None:
    return next((identifier for identifier, version in versions.items() if stage in version["version_stages"]), None)


def move(versions: Versions, stage: str, target: str | None) -> None:
    source = labelled(versions, stage)
    if source == target:
        return
    if source:
        versions[source]["version_stages"].remove(stage)
    if target:
        versions[target]["version_stages"].append(stage)
    if stage == CURRENT and source:
        move(versions, PREVIOUS, source)


def add(versions: Versions, version: dict[str, Any]) -> None:
    """Store a version; it takes its labels from the versions that had them."""
    stages = list(version["version_stages"])
    present = versions.get(version["version_id"], {"version_stages": []})
    versions[version["version_id"]] = version | {"version_stages": present["version_stages"]}
    for stage in stages:
        move(versions, stage, version["version_id"])


def stages_of(versions: Versions) -> dict[str, list[str]]:
    return {identifier: version["version_stages"] for identifier, version in versions.items() if version["version_stages"]}


def has_value(version: dict[str, Any]) -> bool:
    return "secret_string" in version or "secret_binary" in version


def check_move(versions: Versions, stage: str, source: str | None, target: str | None) -> None:
    for identifier in (source, target):
        if identifier and identifier not in versions:
            raise ResourceNotFoundException(f"Secrets Manager can't find the specified secret version: {identifier}.")
    if not source and not target:
        raise InvalidParameterException("You must specify RemoveFromVersionId, MoveToVersionId or both.")
    holder = labelled(versions, stage)
    if holder and holder != target and source != holder:
        given = "can't be empty" if not source else "value is incorrect"
        raise InvalidParameterException(
            f"The parameter RemoveFromVersionId {given}. Staging label {stage} is currently attached to version "
            f"{holder}, so you must explicitly reference that version in RemoveFromVersionId."
        )
    if source and source != holder:
        raise InvalidParameterException(f"The staging label {stage} is not attached to version {source}.")
    if stage == CURRENT and not target:
        raise InvalidParameterException(
            f"You can only move staging label {CURRENT} to a different secret version. It can't be completely removed."
        )


def update_secret_version_stage(
    self: SecretsManagerBackend,
    secret_id: str,
    version_stage: str,
    remove_from_version_id: str | None,
    move_to_version_id: str | None,
) -> tuple[str, str]:
    secret = self.describe_secret(secret_id)
    if isinstance(secret, ReplicaSecret):
        raise OperationNotPermittedOnReplica
    if secret.is_deleted():
        raise InvalidRequestException(DELETED)
    check_move(secret.versions, version_stage, remove_from_version_id, move_to_version_id)
    move(secret.versions, version_stage, move_to_version_id)
    secret.last_changed_date = time.time()
    return secret.arn, secret.name


def same_value(version: dict[str, Any], secret_string: str | None, secret_binary: str | None) -> bool:
    return (version.get("secret_string"), version.get("secret_binary")) == (secret_string, secret_binary)


def check_with_existing(
    self: SecretsManagerBackend,
    secret_name: str,
    client_request_token: str | None,
    secret_string: str | None,
    secret_binary: str | None,
    on_create: bool = False,
) -> FakeSecret | None:
    """The secret when the request has been done before, None when it is still to do."""
    secret = self.secrets.get(secret_name)
    if secret is None:
        return None
    if isinstance(secret, ReplicaSecret):
        raise OperationNotPermittedOnReplica
    if secret.is_deleted():
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled for deletion." if on_create else DELETED
        )
    version = secret.versions.get(client_request_token or "")
    # A rotation makes its version first and its value later.
    if version and has_value(version):
        if same_value(version, secret_string, secret_binary):
            return secret
        raise ResourceExistsException(
            f"You can't use ClientRequestToken {client_request_token} because that value is already in use for a "
            f"version of secret {secret.arn}."
        )
    if on_create:
        raise ResourceExistsException(f"The operation failed because the secret {secret_name} already exists.")
    return None


def list_secret_version_ids(self: SecretsManagerResponse) -> str:
    secret_id, limit = self._get_param("SecretId"), self._get_int_param("MaxResults", 100)
    if secret_id not in self.backend.secrets:
        raise SecretNotFoundException
    secret = self.backend.secrets[secret_id]
    start = int(self._get_param("NextToken") or 0)
    listed = [v for v in secret.versions.values() if v["version_stages"] or self._get_param("IncludeDeprecated")]
    answer = {
        "ARN": secret.arn,
        "Name": secret.name,
        "Versions": [
            {"VersionId": v["version_id"], "VersionStages": v["version_stages"], "CreatedDate": v["createdate"]}
            for v in listed[start : start + limit]
        ],
    }
    return json.dumps(answer | ({"NextToken": str(start + limit)} if start + limit < len(listed) else {}))


def apply() -> None:
    def take_away(self: FakeSecret, version_stages: list[str]) -> None:
        """moto stores the version itself afterwards, with these labels."""
        for stage in version_stages:
            move(self.versions, stage, None)

    FakeSecret.default_version_id = property(  # type: ignore[assignment]
        lambda self: labelled(self.versions, CURRENT), lambda self, value: None
    )
    FakeSecret.remove_version_stages_from_old_versions = take_away
    FakeSecret.reset_default_version = lambda self, version, identifier: add(self.versions, version)
    FakeSecret._form_version_ids_to_stages = lambda self: stages_of(self.versions)
    SecretsManagerBackend._check_with_existing_secrets_and_versions = check_with_existing
    SecretsManagerBackend.update_secret_version_stage = update_secret_version_stage
    SecretsManagerResponse.list_secret_version_ids = list_secret_version_ids
