"""What Secrets Manager refuses, and when a deleted secret is gone.

* A name is made of letters, digits and /_+=.@-!, a value has 65536 bytes at most.
  https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
* A secret that is scheduled for deletion cannot be read, changed or made again (secretsmanager_stages.py), and is
  removed when its recovery window ends.
  https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html

moto accepts any name and any size, and keeps deleted secrets for ever.
"""

from __future__ import annotations

import base64
import re
import time
from typing import Any

from moto.secretsmanager.exceptions import InvalidRequestException, ValidationException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend, secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse

from sandbox.repairs.secretsmanager_stages import DELETED

LARGEST_VALUE = 65536
NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")


def check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValidationException(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
        )


def check_size(secret_string: str | None, secret_binary: str | None) -> None:
    sizes = {
        "secretString": len((secret_string or "").encode()),
        "secretBinary": len(base64.b64decode(secret_binary or "")),
    }
    for member, size in sizes.items():
        if size > LARGEST_VALUE:
            raise ValidationException(
                f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
                f"Member must have length less than or equal to {LARGEST_VALUE}"
            )


def remove_deleted(backend: SecretsManagerBackend, now: float) -> None:
    for secret in backend.secrets.values():
        if isinstance(secret, FakeSecret) and secret.deleted_date and secret.deleted_date <= now:
            backend.secrets.pop(secret.name)


def current_backend(self: SecretsManagerResponse) -> SecretsManagerBackend:
    backend = secretsmanager_backends[self.current_account][self.region]
    remove_deleted(backend, time.time())
    return backend


def apply() -> None:
    SecretsManagerResponse.backend = property(current_backend)  # type: ignore[assignment]
    create, add = SecretsManagerBackend.create_secret, SecretsManagerBackend._add_secret

    def create_secret(self: SecretsManagerBackend, name: str, *args: Any, **kwargs: Any) -> str:
        check_name(name)
        return create(self, name, *args, **kwargs)

    def add_secret(
        self: SecretsManagerBackend,
        secret_id: str,
        secret_string: str | None = None,
        secret_binary: str | None = None,
        **kwargs: Any,
    ) -> tuple[FakeSecret, bool]:
        check_size(secret_string, secret_binary)
        return add(self, secret_id, secret_string, secret_binary, **kwargs)

    SecretsManagerBackend.create_secret = create_secret
    SecretsManagerBackend._add_secret = add_secret
    for name in ("tag_resource", "untag_resource", "put_resource_policy", "delete_resource_policy"):
        refuse_deleted(name)


def refuse_deleted(name: str) -> None:
    operation = getattr(SecretsManagerBackend, name)

    def checked(self: SecretsManagerBackend, secret_id: str, *args: Any) -> Any:
        secret = self.secrets.get(secret_id)
        if secret is not None and secret.is_deleted():
            raise InvalidRequestException(DELETED)
        return operation(self, secret_id, *args)

    setattr(SecretsManagerBackend, name, checked)
