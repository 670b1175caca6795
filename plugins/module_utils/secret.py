# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a version of a secret holds: the variables, and beside them since when each has its value.

The times lie in the version itself, so that they move with the labels: the old version made current again is as old as
it is. Their key can be no variable's name. A plan knows a variable by this time and never by anything made of its value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .aws import Aws

SERVICE = "secretsmanager"
CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
MISSING = ("ResourceNotFoundException",)
ORIGIN = "prodready:origin"
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
LARGEST_BYTES = 65536


@dataclass(frozen=True)
class Content:
    """The variables (never shown), their times, and for a rotation: what was rotated, from which version."""

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    since: Mapping[str, str] = field(default_factory=dict)
    rotated: tuple[str, ...] = ()
    source: str | None = None

    def times(self, otherwise: str) -> dict[str, str]:
        """Since when each variable has its value: `otherwise` where something else wrote it."""
        return {name: self.since.get(name, otherwise) for name in sorted(self.variables)}


def encode(content: Content) -> str:
    origin: dict[str, Any] = {"since": {name: content.since[name] for name in content.since if name in content.variables}}
    if content.source:
        origin |= {"rotated": list(content.rotated), "from": content.source}
    return json.dumps({**content.variables, ORIGIN: origin}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decode(text: str | None) -> Content:
    """The content of SecretString; ValueError, without the text, when it is no JSON object of variables."""
    try:
        found = json.loads(text or "")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError("does not hold a JSON object of variables; move what it holds to another secret")
    origin = found.pop(ORIGIN, {})
    return Content(
        {name: value if isinstance(value, str) else json.dumps(value) for name, value in found.items()},
        origin.get("since", {}),
        tuple(origin.get("rotated", ())),
        origin.get("from"),
    )


def updated(content: Content, values: Mapping[str, str], absent: list[str], now: str, otherwise: str) -> Content:
    """The content with these values set and those names gone; what keeps its value keeps its time."""
    variables = {name: value for name, value in {**content.variables, **values}.items() if name not in absent}
    times = content.times(otherwise)
    return Content(
        variables,
        {name: times[name] if content.variables.get(name) == value else now for name, value in variables.items()},
    )


def too_large(content: Content) -> str | None:
    size = len(encode(content).encode())
    return None if size <= LARGEST_BYTES else f"would hold {size} bytes, a secret holds {LARGEST_BYTES} at most"


@dataclass(frozen=True)
class Version:
    """One version, by its id, which is the token that it was put with."""

    id: str
    content: Content


@dataclass(frozen=True)
class Secret:
    """What DescribeSecret says, and the versions that were asked for, by label."""

    description: Mapping[str, Any]
    versions: Mapping[str, Version]

    @property
    def created(self) -> str:
        """The time of values that nobody noted: they may be as old as the secret."""
        return moment(self.description["CreatedDate"])

    def labelled(self, label: str) -> str | None:
        return next((one for one, labels in self.description.get("VersionIdsToStages", {}).items() if label in labels), None)


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def version(aws: Aws, name: str, identifier: str) -> Version | None:
    """A version; None when it is gone or was never given a value."""
    answer = aws.call(SERVICE, "get_secret_value", MISSING, SecretId=name, VersionId=identifier)
    try:
        return answer and Version(identifier, decode(answer.get("SecretString")))
    except ValueError as error:
        raise Unusable(f"{name} {error}.") from None


def offer(aws: Aws, name: str, new: str, old: str | None) -> str:
    """What is said in place of making old values current again, for they may have been replaced because they leaked."""
    if old is None:
        return "has got its values by this run"
    command = f"aws secretsmanager update-secret-version-stage --region {aws.region} --secret-id {name} --version-stage {CURRENT}"
    return (
        f"has got new values by this run, and the old ones may be revoked: its version before is still there. To make it current: "
        f"{command} --move-to-version-id {old} --remove-from-version-id {new}; then run playbooks/deploy.yml"
    )


class Unusable(Exception):
    """A secret that cannot hold an environment as it is; says why and what to do."""


def look(aws: Aws, name: str, *labels: str) -> Secret | None:
    """A secret with the versions that carry these labels; None when there is no such secret.

    DescribeSecret, since ListSecrets may be minutes behind.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
    """
    description = aws.call(SERVICE, "describe_secret", MISSING, SecretId=name)
    if description is None:
        return None
    if deleted := description.get("DeletedDate"):
        raise Unusable(
            f"{name} is scheduled for deletion ({deleted:%Y-%m-%d}): restore it "
            f"(aws secretsmanager restore-secret --secret-id {name}) or name another."
        )
    if description.get("PrimaryRegion", aws.region) != aws.region:
        raise Unusable(f"{name} is a replica: change it in its primary region, {description['PrimaryRegion']}.")
    bare = Secret(description, {})
    found = {label: version(aws, name, held) for label in labels if (held := bare.labelled(label))}
    return Secret(description, {label: one for label, one in found.items() if one})
