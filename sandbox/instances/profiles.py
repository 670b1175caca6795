"""Instance profiles: the access key that an instance has by its profile, and what that key may do.

An instance may do what the policies of its profile's role allow, and nothing without one.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
Each instance has keys of its own there, which expire; here there is one for each profile.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from moto.ec2.models.instances import Instance
from moto.iam.models import InstanceProfile, ManagedPolicy, Role, iam_backends

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
TEMPORARY = "ASIA"


@dataclass(frozen=True)
class Permissions:
    principal: str
    policies: list[dict[str, Any]]
    boundary: dict[str, Any] | None


def of(instance: Instance) -> InstanceProfile | None:
    association = instance.ec2_backend.iam_instance_profile_associations.get(instance.id)
    return association.iam_instance_profile if association else None


def access_key(instance: Instance) -> str:
    """None, as an empty string, without a profile."""
    profile = of(instance)
    return key_of(profile) if profile else ""


def key_of(profile: InstanceProfile) -> str:
    return TEMPORARY + base64.b32encode(hashlib.sha256(profile.arn.encode()).digest()).decode()[:16]


def permissions(key: str) -> Permissions | None:
    """What the role of the profile with this key may do."""
    if not key.startswith(TEMPORARY):
        return None
    for partitions in list(iam_backends.values()):
        for backend in list(partitions.values()):
            for profile in list(backend.instance_profiles.values()):
                if key_of(profile) == key:
                    return _permissions(profile)
    return None


def _permissions(profile: InstanceProfile) -> Permissions:
    if not profile.roles:
        return Permissions(profile.arn, [], None)
    role = profile.roles[0]
    managed = iam_backends[profile.account_id][profile.partition].managed_policies
    limit = managed.get(role.permissions_boundary_arn or "")
    principal = f"arn:aws:sts::{profile.account_id}:assumed-role/{role.name}/instance"
    return Permissions(principal, list(_documents(role)), document(limit) if limit else None)


def _documents(role: Role) -> Iterator[dict[str, Any]]:
    yield from map(parsed, list(role.policies.values()))
    yield from map(document, list(role.managed_policies.values()))


def document(policy: ManagedPolicy) -> dict[str, Any]:
    return parsed(next(version.document for version in policy.versions if version.is_default))


def parsed(document: str) -> dict[str, Any]:
    return json.loads(document if document.lstrip().startswith("{") else unquote(document))
