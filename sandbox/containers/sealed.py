"""The values of a container's `secrets`, read with the rights of the task's execution role.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
A value is read when the task starts: another version is seen by new tasks only.
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import ServiceException
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from sandbox.containers import roles

SECRET = "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: "
PARAMETER = "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: "
RETRIED = "service call has been retried 1 time(s): "


class NotRead(Exception):
    """As AWS says it of a task that did not start. It never holds a value."""


def value(source: str, role: str, session: str, account: str, region: str) -> str:
    if source.startswith("arn:") and source.split(":")[2] == "secretsmanager":
        return _secret(source, role, session)
    return _parameter(source, role, session, account, region)


def _secret(source: str, role: str, session: str) -> str:
    *parts, key, stage, version = (source.split(":") + [""] * 3)[:10]
    arn, region, account = ":".join(parts), parts[3], parts[4]
    backend = secretsmanager_backends[account][region]
    if arn not in backend.secrets:
        raise NotRead(f"{SECRET}{RETRIED}failed to fetch secret {arn} from secrets manager: ResourceNotFoundException: "
                      "Secrets Manager can't find the specified secret.")  # fmt: skip
    found_arn = backend.secrets[arn].arn
    if refused := roles.refusal(role, session, "secretsmanager:GetSecretValue", found_arn, region):
        raise NotRead(f"{SECRET}{RETRIED}failed to fetch secret {arn} from secrets manager: {refused}")
    try:
        found = backend.get_secret_value(arn, version or None, stage or None if version else stage or "AWSCURRENT")  # type: ignore[arg-type]
    except ServiceException as error:
        raise NotRead(f"{SECRET}{RETRIED}failed to fetch secret {arn} from secrets manager: {type(error).__name__}") from error
    text = found.get("SecretString") or ""
    if not key:
        return text
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict) or key not in content:
        raise NotRead(f"{SECRET}retrieved secret from Secrets Manager did not contain json key {key}")
    return str(content[key])


def _parameter(source: str, role: str, session: str, account: str, region: str) -> str:
    name, arn = source, source
    if source.startswith("arn:"):
        region, account = source.split(":")[3:5]
        name = source.partition(":parameter/")[2]
    else:
        arn = f"arn:aws:ssm:{region}:{account}:parameter/{source.lstrip('/')}"
    if refused := roles.refusal(role, session, "ssm:GetParameters", arn, region):
        raise NotRead(f"{PARAMETER}{RETRIED}{refused}")
    backend = ssm_backends[account][region]
    found: Any = backend.get_parameter(name) or backend.get_parameter(f"/{name.lstrip('/')}")
    if not found:
        raise NotRead(f"{PARAMETER}{RETRIED}invalid parameters: {name}")
    return str(found.value if not str(found.value).startswith("kms:") else found.decrypt(found.value))
