# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A secret of Secrets Manager that holds an application's variables, one JSON object of texts.

When each rotating variable got its value is a tag of the secret, so that its age is known without reading it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from .aws import Aws

SERVICE = "secretsmanager"
MISSING = ("ResourceNotFoundException",)
ROTATED = "prodready:rotated:"
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
MAXIMUM_BYTES = 65536

# Of this process alone: the same value has the same fingerprint within a run, and nobody can try values against it.
_KEY = secrets.token_bytes(32)


def fingerprint(value: str) -> str:
    """What stands for a value in plan, diff and journal."""
    return f"hmac:{hmac.new(_KEY, value.encode(), hashlib.sha256).hexdigest()[:16]}"


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tags_of(description: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in description.get("Tags", [])}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def describe(aws: Aws, name: str) -> dict[str, Any] | None:
    return aws.call(SERVICE, "describe_secret", MISSING, SecretId=name)


def variables(aws: Aws, name: str, stage: str = "AWSCURRENT") -> dict[str, str]:
    """The variables of one version; none when there is no such version."""
    answer = aws.call(SERVICE, "get_secret_value", MISSING, SecretId=name, VersionStage=stage)
    if answer is None:
        return {}
    try:
        found = json.loads(answer["SecretString"])
        return {str(key): str(value) for key, value in found.items()}
    except (KeyError, ValueError, AttributeError):
        # Neither the error nor its cause may show what the secret holds.
        raise NotVariables(f"{name} ({stage}) is not a JSON object of variables: it is not an application's environment.") from None


class NotVariables(Exception):
    """A secret that holds something else."""


def text(values: Mapping[str, str]) -> str:
    return json.dumps(dict(sorted(values.items())), ensure_ascii=False)


def version_with(description: Mapping[str, Any], stage: str) -> str | None:
    return next((version for version, stages in description.get("VersionIdsToStages", {}).items() if stage in stages), None)


def age_days(tags: Mapping[str, str], name: str, created: datetime, at: datetime) -> float:
    """How old a variable's value is; as old as the secret when nobody noted it."""
    noted = tags.get(f"{ROTATED}{name}")
    since = datetime.fromisoformat(noted.replace("Z", "+00:00")) if noted else created
    return max((at - since).total_seconds(), 0) / 86400


def due(rotations: Mapping[str, Mapping[str, Any]], ages: Mapping[str, float], only: Iterable[str]) -> list[str]:
    """The variables that this run gives a new value: the named ones, or those that are too old."""
    only = list(only)
    return [
        name
        for name, rotation in rotations.items()
        if rotation["by"] != "external" and (name in only if only else ages[name] > rotation["maximum_age_days"])
    ]
