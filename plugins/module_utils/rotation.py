# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The steps of a rotation, as data. The staging labels say how far it is, so every step may be repeated after a kill.

AWSPENDING holds the new values and names the version that they were made from: it becomes current only from there. It keeps
that label until every process has the new values.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .plan import Call
from .secret import CURRENT, PENDING, Content, Secret, Version, encode

Rotations = Mapping[str, Mapping[str, Any]]


class Refused(Exception):
    """A step that must not be taken; says why and what to do."""


@dataclass(frozen=True)
class Run:
    """A program that has another system take over a variable's value, which it is given on standard input only."""

    variable: str
    command: tuple[str, ...]
    value: str = field(repr=False)


Steps = list[Call | Run]


def run(step: Run, seconds: int) -> None:
    """What the program writes is dropped, for it may write the value."""
    try:
        done = subprocess.run(  # pylint: disable=ansible-bad-function  # run_command knows no deadline
            step.command, input=step.value, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds, check=False
        )
        problem = f"ended with {done.returncode}" if done.returncode else ""
    except subprocess.TimeoutExpired:
        problem = f"did not end within {seconds} s"
    except OSError as error:
        problem = f"cannot be started: {error.strerror}"
    if problem:
        raise Refused(
            f"the command that takes over {step.variable} ({step.command[0]}) {problem}. The current values stay current. "
            "Look into the command's own log (what it prints is not kept), then rotate again."
        )


def age_days(since: str, now: datetime) -> float:
    return round((now - datetime.fromisoformat(since)).total_seconds() / 86400, 1)


def ages(rotations: Rotations, secret: Secret, now: datetime) -> dict[str, float]:
    """How old the current values are, of those that there are."""
    times = secret.versions[CURRENT].content.times(secret.created) if CURRENT in secret.versions else {}
    return {name: age_days(times[name], now) for name in sorted(rotations) if name in times}


def overdue(rotations: Rotations, found: Mapping[str, float]) -> list[str]:
    return [name for name, age in found.items() if age >= rotations[name]["maximum_age_days"]]


def taken_over(rotations: Rotations, names: Iterable[str], content: Content) -> Steps:
    """The commands that make these variables' values the ones of this content."""
    return [
        Run(name, tuple(rotations[name]["command"]), content.variables[name])
        for name in names
        if rotations.get(name, {}).get("by") == "command" and name in content.variables
    ]


def label(secret: str, stage: str, target: str | None, source: str | None) -> Call:
    moved = {"MoveToVersionId": target, "RemoveFromVersionId": source}
    return Call(
        "update_secret_version_stage", {"SecretId": secret, "VersionStage": stage, **{key: value for key, value in moved.items() if value}}
    )


def leftover(secret: Secret) -> Version | None:
    """The version of a rotation that did not come to its end."""
    pending = secret.versions.get(PENDING)
    return None if pending is None or pending.id == secret.labelled(CURRENT) else pending


def unfinished(secret: Secret) -> Version | None:
    """The current version, where a rotation made it so and did not come to its end: not every process may have it."""
    current = secret.versions.get(CURRENT)
    return current if current and current.content.rotated and secret.labelled(PENDING) == current.id else None


def resumed(secret: Secret, names: Iterable[str], supplied: Mapping[str, str]) -> Version | None:
    """The leftover, if it is of the same rotation: from the same version, of the same variables."""
    pending = leftover(secret)
    if pending is None or pending.content.source != secret.labelled(CURRENT) or set(pending.content.rotated) != set(names):
        return None
    return pending if all(pending.content.variables[name] == value for name, value in supplied.items()) else None


def renewed(current: Version, values: Mapping[str, str], now: str, otherwise: str, identifier: str) -> Version:
    """The version with these new values."""
    content = replace(
        current.content,
        variables={**current.content.variables, **values},
        since={**current.content.times(otherwise), **dict.fromkeys(values, now)},
        rotated=tuple(sorted(values)),
        source=current.id,
    )
    return Version(identifier, content)


def abandon(name: str, secret: Secret, rotations: Rotations) -> Steps:
    """The label goes last: as long as it is there, the commands are run again."""
    # A version that never got a value is no version to us, and yet may carry the label.
    held = secret.labelled(PENDING)
    if held is None:
        return []
    pending = leftover(secret)
    commands = taken_over(rotations, pending.content.rotated, secret.versions[CURRENT].content) if pending else []
    return [*commands, label(name, PENDING, None, held)]


def make(name: str, version: Version, rotations: Rotations) -> Steps:
    put = {"SecretId": name, "ClientRequestToken": version.id, "SecretString": encode(version.content), "VersionStages": [PENDING]}
    return [Call("put_secret_value", put), *taken_over(rotations, version.content.rotated, version.content)]


def promote(name: str, secret: Secret, tested: str) -> Steps:
    """The tested version becomes current, if it is what is pending and nothing has changed since it was made."""
    current, pending = secret.labelled(CURRENT), secret.versions.get(PENDING)
    if current == tested:
        return []
    if pending is None or pending.id != tested:
        raise Refused(f"the version that was tested ({tested}) is no longer pending; another rotation has taken its place. Rotate again.")
    if pending.content.source != current:
        raise Refused("another run has changed the secret while the new values were tested; they were not made current. Rotate again.")
    return [label(name, CURRENT, tested, current)]


def finish(name: str, secret: Secret, tested: str) -> Steps:
    """The rotation is complete, if its version is current."""
    return [label(name, PENDING, None, tested)] if secret.labelled(CURRENT) == secret.labelled(PENDING) == tested else []


def revert(name: str, secret: Secret, rotations: Rotations, tested: str, before: Version | None) -> Steps:
    """The version that the tested one was made from becomes current again, if the tested one still is."""
    if secret.labelled(CURRENT) != tested:
        return []
    content = secret.versions[CURRENT].content
    if before is None:
        raise Refused(f"the version before ({content.source}) is gone, so there is nothing to go back to. Rotate again.")
    pending = [label(name, PENDING, None, tested)] if secret.labelled(PENDING) == tested else []
    return [*taken_over(rotations, content.rotated, before.content), label(name, CURRENT, before.id, tested), *pending]
