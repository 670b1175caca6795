"""ListSecrets and BatchGetSecretValue.

* ListSecrets sorts by CreatedDate, both ways.
  https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
* BatchGetSecretValue answers at most 20 secrets a page, leaves out those scheduled for deletion, and reports in
  `Errors` each one that cannot be read.
  https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html

moto ignores SortOrder, and one secret without a value fails its whole batch. Its store searches its secrets while
another thread may be adding one.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from moto.secretsmanager.exceptions import InvalidParameterException, SecretsManagerClientError
from moto.secretsmanager.models import (
    FakeSecret,
    ReplicaSecret,
    SecretsManagerBackend,
    SecretsStore,
    _matches,
)
from moto.secretsmanager.responses import SecretsManagerResponse, _validate_filters
from moto.secretsmanager.utils import get_secret_name_from_partial_arn

LARGEST_BATCH = 20


def find(store: SecretsStore, identifier: str) -> FakeSecret | ReplicaSecret | None:
    """A secret by its name, its ARN or its ARN without the suffix."""
    names = (identifier, get_secret_name_from_partial_arn(identifier))
    return next((s for s in store.values() if s.arn == identifier or s.name in names), None)


def get_item(store: SecretsStore, identifier: str) -> FakeSecret | ReplicaSecret:
    secret = find(store, identifier)
    if secret is None:
        raise KeyError(identifier)
    return secret


def batch_get_secret_value(
    self: SecretsManagerBackend,
    secret_id_list: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> tuple[list[dict[str, Any]], list[dict[str, str]], str | None]:
    if bool(secret_id_list) == bool(filters):
        raise InvalidParameterException("Either 'SecretIdList' or 'Filters' must be provided, but not both.")
    if max_results and not filters:
        raise InvalidParameterException("'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.")
    names = secret_id_list or [
        secret.arn for secret in self.secrets.values() if not secret.is_deleted() and _matches(secret, filters or [])
    ]
    values, errors = [], []
    page, token = self._get_secret_values_page_and_next_token(names, max_results or LARGEST_BATCH, next_token)
    for name in page:
        try:
            values.append(self.get_secret_value(name, None, None))
        except SecretsManagerClientError as error:
            errors.append({"SecretId": name, "ErrorCode": error.error_type, "Message": error.message})
    return values, errors, token


def list_secrets(self: SecretsManagerResponse) -> str:
    filters = self._get_param("Filters", [])
    _validate_filters(filters)
    backend, limit = self.backend, self._get_int_param("MaxResults")
    listed, _ = backend.list_secrets(
        filters, max_results=sys.maxsize, include_planned_deletion=self._get_param("IncludePlannedDeletion", False)
    )
    if self._get_param("SortOrder") == "desc":
        listed.reverse()
    page, token = backend._get_secret_values_page_and_next_token(listed, limit, self._get_param("NextToken"))
    return json.dumps({"SecretList": page, "NextToken": token})


def apply() -> None:
    SecretsStore.__getitem__ = get_item
    SecretsStore.__contains__ = lambda store, identifier: find(store, identifier) is not None
    SecretsStore.get = find
    SecretsStore.values = lambda store: list(dict.values(store))
    SecretsManagerBackend.batch_get_secret_value = batch_get_secret_value
    SecretsManagerResponse.list_secrets = list_secrets
