#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_rotations
short_description: Rotate the variables of a secret in steps that can be tested and taken back
version_added: 0.1.0
description:
  - Goes through the steps that AWS describes for a rotation function, with the same version stages. See
    U(https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html).
  - The values in use stay current until the new ones were tested, and remain as C(AWSPREVIOUS) afterwards.
extends_documentation_fragment:
  - prodready.aws.aws
options:
  name:
    description: The secret's name.
    type: str
    required: true
  schema:
    description: The variables by name, as M(prodready.aws.environment_check) takes them; those with C(rotation) rotate.
    type: dict
    required: true
  only:
    description: Rotate these variables, however old; the ones that are due when empty.
    type: list
    elements: str
    default: []
  step:
    description:
      - V(pending) makes new values for what is due, as version AWSPENDING, and has commands take them over; a version that a run left
        there is taken up again.
      - V(promote) makes the pending version current. V(abandon) forgets it, and has commands take over the current values again.
      - V(revert) makes the version before current again.
    type: str
    choices: [pending, promote, abandon, revert]
    required: true
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: New values are pending for what is due
  prodready.aws.secret_rotations:
    name: shop/production
    step: pending
    schema:
      SESSION_SECRET:
        secret: true
        rotation: {by: generated, length: 48, maximum_age_days: 90}
"""

RETURN = r"""
rotated:
  description: The variables that the step is about, by name.
  type: list
  elements: str
  returned: always
ages_days:
  description: How old each variable's current value is, in days.
  type: dict
  returned: always
"""

import subprocess
from datetime import UTC, datetime
from secrets import choice
from typing import Any

from ..module_utils import secret
from ..module_utils.aws import AwsModule
from ..module_utils.plan import Change
from .environment_check import complete

COMMAND_SECONDS = 120


def generated(rotation: dict[str, Any]) -> str:
    return "".join(choice(rotation["alphabet"]) for _ in range(rotation["length"]))


def differing(current: dict[str, str], pending: dict[str, str]) -> list[str]:
    return sorted(name for name in pending.keys() | current.keys() if pending.get(name) != current.get(name))


class Rotation:
    """One secret and the steps on it; each may be repeated after a kill."""

    def __init__(self, module: AwsModule, rotations: dict[str, dict[str, Any]], description: dict[str, Any]) -> None:
        self.module = module
        self.name: str = module.params["name"]
        self.rotations = rotations
        self.description = description
        self.current_version = secret.version_with(description, "AWSCURRENT")
        self.pending_version = secret.version_with(description, "AWSPENDING")
        self.current = self.variables("AWSCURRENT")
        half_done = self.pending_version not in (None, self.current_version)
        self.pending = self.variables("AWSPENDING") if half_done else {}

    def variables(self, stage: str) -> dict[str, str]:
        return self.module.ask(self.name, secret.variables, self.module.aws, self.name, stage)

    def call(self, operation: str, **params: Any) -> Any:
        return self.module.ask(self.name, lambda: self.module.aws.call(secret.SERVICE, operation, SecretId=self.name, **params))

    def ages(self) -> dict[str, float]:
        tags, created = secret.tags_of(self.description), self.description["CreatedDate"]
        at = datetime.now(UTC)
        return {name: round(secret.age_days(tags, name, created, at), 1) for name in self.rotations}

    def journal(self, action: str, names: list[str]) -> None:
        before = {"version": self.current_version, "variables": {name: secret.fingerprint(self.current.get(name, "")) for name in names}}
        self.module.journal.append(Change(self.name, before, {"step": action, "variables": names}), service=secret.SERVICE)

    def run_commands(self, names: list[str], values: dict[str, str]) -> None:
        """Have other systems take the values over; a value is given on standard input and nowhere else."""
        for name in names:
            rotation = self.rotations.get(name, {})
            if rotation.get("by") != "command":
                continue
            command = rotation["command"]
            try:
                done = subprocess.run(
                    command, input=values[name], text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=COMMAND_SECONDS
                )
                problem = f"ended with {done.returncode}" if done.returncode else ""
            except subprocess.TimeoutExpired:
                problem = f"did not end within {COMMAND_SECONDS} s"
            except OSError as error:
                problem = f"cannot be started: {error.strerror}"
            if problem:
                self.module.fail(
                    f"{self.name}: the command that takes over {name} ({command[0]}) {problem}. "
                    "The current values stay current. Look into what the command writes to its own log, then rotate again."
                )

    def make_pending(self, due: list[str]) -> list[str]:
        names = differing(self.current, self.pending) if self.pending else due
        if not names or self.module.check_mode:
            return names
        self.journal("pending", names)
        if not self.pending:
            self.pending = {**self.current, **{name: generated(self.rotations[name]) for name in names}}
            self.call("put_secret_value", SecretString=secret.text(self.pending), VersionStages=["AWSPENDING"])
        self.run_commands(names, self.pending)
        return names

    def promote(self) -> list[str]:
        names = differing(self.current, self.pending) if self.pending else []
        if not names or self.module.check_mode:
            return names
        self.journal("promote", names)
        # The times first: a kill in between makes a value look younger for one run, never a rotation look undone.
        tags = {f"{secret.ROTATED}{name}": secret.now() for name in names}
        self.call("tag_resource", Tags=secret.tag_list(tags))
        self.call(
            "update_secret_version_stage",
            VersionStage="AWSCURRENT",
            MoveToVersionId=self.pending_version,
            RemoveFromVersionId=self.current_version,
        )
        self.call("update_secret_version_stage", VersionStage="AWSPENDING", RemoveFromVersionId=self.pending_version)
        return names

    def abandon(self) -> list[str]:
        names = differing(self.current, self.pending) if self.pending else []
        if self.pending_version is None or self.module.check_mode:
            return names
        self.journal("abandon", names)
        self.run_commands(names, self.current)
        self.call("update_secret_version_stage", VersionStage="AWSPENDING", RemoveFromVersionId=self.pending_version)
        return names

    def revert(self) -> list[str]:
        previous_version = secret.version_with(self.description, "AWSPREVIOUS")
        if previous_version is None:
            self.module.fail(f"{self.name} has no version AWSPREVIOUS to go back to.")
        previous = self.variables("AWSPREVIOUS")
        names = differing(self.current, previous)
        if not self.module.check_mode:
            self.journal("revert", names)
            self.run_commands(names, previous)
            self.call(
                "update_secret_version_stage",
                VersionStage="AWSCURRENT",
                MoveToVersionId=previous_version,
                RemoveFromVersionId=self.current_version,
            )
        return names


def main() -> None:
    module = AwsModule(
        {
            "name": {"type": "str", "required": True},
            "schema": {"type": "dict", "required": True},
            "only": {"type": "list", "elements": "str", "default": []},
            "step": {"type": "str", "choices": ["pending", "promote", "abandon", "revert"], "required": True},
        }
    )
    name = module.params["name"]
    rules, found = complete(module.params["schema"])
    if found:
        module.fail(f"The schema (environment_schema) is wrong: {'; '.join(found)}")
    rotations = {one: rule["rotation"] for one, rule in rules.items() if rule["rotation"]}
    unknown = [one for one in module.params["only"] if one not in rotations]
    if unknown:
        module.fail(f"{', '.join(unknown)} does not rotate. These do: {', '.join(rotations) or 'none'}.")
    description = module.ask(name, secret.describe, module.aws, name)
    if description is None:
        if module.check_mode:
            module.done(changed=False, rotated=[], ages_days={})
        module.fail(f"There is no secret {name}: run playbooks/immediate.yml with the tag environment first.")

    try:
        rotation = Rotation(module, rotations, description)
        external = [one for one in module.params["only"] if rotation.rotations[one]["by"] == "external"]
        if external:
            module.fail(f"{', '.join(external)}: the owner supplies the value. Put it into the .env file and run the phase.")
        if module.params["step"] == "pending":
            names = rotation.make_pending(secret.due(rotation.rotations, rotation.ages(), module.params["only"]))
        else:
            names = getattr(rotation, module.params["step"])()
    except secret.NotVariables as error:
        module.fail(str(error))
    module.done(
        changed=bool(names), rotated=names, ages_days=rotation.ages(), diff={"before": "", "after": dict.fromkeys(names, "new value")}
    )


if __name__ == "__main__":
    main()
