"""An account as what the daemon is to do (sandbox/instances/__init__.py says what is in it)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from moto.ec2.models.instances import Instance

from sandbox.instances import account, profiles


def order(instances: Iterable[Instance], authority: str, real: Callable[[str], str]) -> dict[str, Any]:
    made = {instance.id: of(instance, real) for instance in instances if account.is_host(instance) and is_there(instance)}
    return {"authority": authority if made else "", "instances": made}


def is_there(instance: Instance) -> bool:
    return instance.state not in ("shutting-down", "terminated")


def of(instance: Instance, real: Callable[[str], str]) -> dict[str, Any]:
    return {
        "address": real(str(instance.private_ip)),
        "region": instance.region_name,
        "user_data": str(instance.user_data),
        "access_key": profiles.access_key(instance),
        "boots": account.boots(instance),
        "runs": instance.state in ("pending", "running"),
    }
