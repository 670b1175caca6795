"""LastChangedDate is the moment of any change of a secret, LastAccessedDate the day it was last read.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html

moto moves LastChangedDate with a new value only and cuts it to seconds; it has no LastAccessedDate.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

DAY = 24 * 60 * 60
CHANGES = (
    "_add_secret",
    "cancel_rotate_secret",
    "delete_resource_policy",
    "delete_secret",
    "put_resource_policy",
    "restore_secret",
    "rotate_secret",
    "tag_resource",
    "untag_resource",
    "update_secret_version_stage",
)


def changing(operation: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(operation)
    def timed(self: SecretsManagerBackend, secret_id: str, *args: Any, **kwargs: Any) -> Any:
        result = operation(self, secret_id, *args, **kwargs)
        secret = self.secrets.get(secret_id)
        if isinstance(secret, FakeSecret):
            secret.last_changed_date = round(time.time(), 3)
        return result

    return timed


def reading(operation: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(operation)
    def timed(self: SecretsManagerBackend, secret_id: str, *args: Any, **kwargs: Any) -> Any:
        result = operation(self, secret_id, *args, **kwargs)
        secret = self.secrets[secret_id]
        getattr(secret, "source", secret).last_accessed_date = time.time() // DAY * DAY
        return result

    return timed


def apply() -> None:
    for name in CHANGES:
        setattr(SecretsManagerBackend, name, changing(getattr(SecretsManagerBackend, name)))
    SecretsManagerBackend.get_secret_value = reading(SecretsManagerBackend.get_secret_value)
    describe = FakeSecret.to_dict
    FakeSecret.to_dict = lambda self: describe(self) | {"LastAccessedDate": getattr(self, "last_accessed_date", None)}
