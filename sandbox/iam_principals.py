"""The policies of a user or a role, by its ARN: those that are in force for an access key, or that are attached in the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.iam.models import Group, Role, User, iam_backends

from sandbox.instances.profiles import document, parsed

# Whose access key nothing is known of; it may do everything.
ADMINISTRATOR = "user/sandbox"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class Policies:
    identity: list[dict[str, Any]]
    boundary: dict[str, Any] | None = None


# By access key, as Enforcement was told: the ARN, and the policies.
in_force: dict[str, tuple[str, Policies]] = {}


def of(arn: str, account: str) -> Policies | None:
    """None where there is nobody of that ARN."""
    for principal, policies in in_force.values():
        if principal == arn:
            return policies
    if arn == f"arn:aws:iam::{account}:{ADMINISTRATOR}":
        return Policies([EVERYTHING])
    backend = iam_backends[account]["aws"]
    everybody: list[Any] = [*list(backend.users.values()), *list(backend.roles.values())]
    for one in everybody:
        if one.arn == arn:
            limit = backend.managed_policies.get(getattr(one, "permissions_boundary_arn", None) or "")
            return Policies(list(_attached(one, backend)), document(limit) if limit else None)
    return None


def _attached(one: User | Role | Group, backend: Any) -> Iterator[dict[str, Any]]:
    yield from map(parsed, list(one.policies.values()))
    yield from map(document, list(one.managed_policies.values()))
    if isinstance(one, User):
        for group in list(backend.groups.values()):
            if one in group.users:
                yield from _attached(group, backend)
