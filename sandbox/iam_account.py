"""What only the account knows of a request that is to be authorized: ARNs with made-up parts, and tags."""

from __future__ import annotations

from typing import Any

from moto.kms.models import kms_backends
from moto.resourcegroupstaggingapi.models import resourcegroupstaggingapi_backends
from moto.secretsmanager.models import secretsmanager_backends

from sandbox.operation import Call


def with_stored_arns(call: Call, params: dict[str, Any], account: str) -> dict[str, Any]:
    """The parameters, with the ARN of a secret and of a key in place of its name."""
    name = params.get("SecretId") or params.get("Name")
    if call.service == "secretsmanager" and name and (secret := secretsmanager_backends[account][call.region].secrets.get(name)):
        return params | {"SecretId": secret.arn}
    key = str(params.get("KeyId", ""))
    if call.service == "kms" and "alias/" in key:
        return params | {"KeyId": kms_backends[account][call.region].get_key_id_from_alias(f"alias/{key.partition('alias/')[2]}") or key}
    return params


def tags(arn: str, region: str, account: str) -> dict[str, str]:
    if not arn.startswith("arn:"):
        return {}
    _, resources = resourcegroupstaggingapi_backends[account][region].get_resources(resource_arn_list=[arn])
    return {f"aws:resourcetag/{key.lower()}": value for resource in resources for key, value in resource.tags.items()}
