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
  - Every step may be repeated after a kill.
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
    description:
      - Rotate these variables, however old; the ones that are due when empty.
      - Only a variable that is named here takes over a new value from O(src), if its owner supplies it (C(external)).
    type: list
    elements: str
    default: []
  src:
    description: The .env file with the new values of O(only) that their owners supply.
    type: path
  step:
    description:
      - V(pending) makes new values for what is due, as version AWSPENDING, and has commands take them over. What a run left there is
        taken up again if it is of the same rotation, and forgotten if not.
      - V(promote) makes the version that was tested current. It stays AWSPENDING too until V(finish), the last step, when every process
        has it; V(pending) takes a rotation that was not finished up again from there.
      - V(abandon) forgets what is pending, and has commands take over the current values again.
      - V(revert) makes the values from before O(version) current again.
    type: str
    choices: [pending, promote, finish, abandon, revert]
    required: true
  version:
    description: The version that V(pending) returned and that was tested. With V(promote), V(finish) and V(revert).
    type: str
requirements:
  - python-dotenv, with O(src)
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
  register: rotation

- name: The new values are current
  prodready.aws.secret_rotations:
    name: shop/production
    step: promote
    version: "{{ rotation.version }}"
    schema:
      SESSION_SECRET:
        secret: true
        rotation: {by: generated, length: 48, maximum_age_days: 90}
  when: rotation.rotated | length > 0
"""

RETURN = r"""
rotated:
  description: The variables that the step is about, by name.
  type: list
  elements: str
  returned: success
version:
  description: The version that the step is about; nothing if there is none, and in check mode.
  type: str
  returned: success
overdue:
  description: With O(step=pending), the variables whose owners must supply a new value.
  type: list
  elements: str
  returned: success
ages_days:
  description: How old each variable's current value is, in days.
  type: dict
  returned: success
"""

import shutil
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ..module_utils import env_file, rotation, schema, secret
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.errors import AWS_ERRORS, explain
from ..module_utils.plan import Call, Change, State
from ..module_utils.secret import CURRENT, PENDING, Secret
from ..module_utils.undo import Undo

COMMAND_SECONDS = 120


def chosen(rotations: rotation.Rotations, ages: dict[str, float], only: list[str]) -> list[str]:
    """The variables that get a new value."""
    return sorted(only) or [name for name in rotation.overdue(rotations, ages) if rotations[name]["by"] != "external"]


def in_file(rules: schema.Rules, names: list[str], src: str | None, current: secret.Content) -> dict[str, str | None]:
    """The values that owners have put into the .env file, None where it is no new one."""
    external = [name for name in names if rules[name]["rotation"]["by"] == "external"]
    given = env_file.load(src) if external and src else {}
    return {name: None if given.get(name) == current.variables.get(name) else given.get(name) for name in external}


def supplied(rules: schema.Rules, names: list[str], src: str | None, current: secret.Content) -> dict[str, str]:
    """The new values that their owners have put into the .env file."""
    found = in_file(rules, names, src, current)
    given = {name: value for name, value in found.items() if value is not None}
    for name in found:
        if name not in given:
            raise rotation.Refused(f"{name}: its owner supplies the value. Put the new one into the .env file first.")
        if broken := schema.check(given, rules, allow_undeclared=True)[name]:
            raise rotation.Refused(f"{name}: the new value {'; '.join(broken)}.")
    return given


def pending(module: AwsModule, rules: schema.Rules, found: Secret, now: datetime) -> tuple[rotation.Steps, dict[str, Any]]:
    """What it takes to have new values pending, and what the task answers."""
    rotations, name, only = schema.rotations(rules), module.params["name"], module.params["only"]
    current = found.versions[CURRENT]
    ages = rotation.ages(rotations, found, now)
    names = chosen(rotations, ages, only)
    waiting = [one for one in rotation.overdue(rotations, ages) if rotations[one]["by"] == "external" and one not in names]
    for one in names:
        command = rotations[one]["command"] if rotations[one]["by"] == "command" else None
        if command and not shutil.which(command[0]):
            raise rotation.Refused(f"{one}: its rotation command {command[0]} is not an executable program here.")
    done = rotation.unfinished(found)
    if done and set(names) <= set(done.content.rotated) and not any(in_file(rules, names, module.params["src"], current.content).values()):
        return [], {"rotated": list(done.content.rotated), "overdue": waiting, "version": None if module.check_mode else done.id}
    given = supplied(rules, names, module.params["src"], current.content)
    resumed = rotation.resumed(found, names, given) if names else None
    if resumed:
        steps = rotation.taken_over(rotations, names, resumed.content)
        return list(steps), {"rotated": names, "overdue": waiting, "version": None if module.check_mode else resumed.id}
    steps = rotation.abandon(name, found, rotations)
    if not names:
        return steps, {"rotated": [], "overdue": waiting, "version": None}
    values = {one: given.get(one) or schema.generate(rules[one]) or "" for one in names}
    version = rotation.renewed(current, values, secret.moment(now), found.created, str(uuid.uuid4()))
    if too_large := secret.too_large(version.content):
        raise rotation.Refused(f"{too_large}.")
    made = None if module.check_mode else version.id
    return [*steps, *rotation.make(name, version, rotations)], {"rotated": names, "overdue": waiting, "version": made}


def planned(module: AwsModule, rules: schema.Rules, found: Secret, now: datetime) -> tuple[rotation.Steps, dict[str, Any]]:
    rotations, name, tested = schema.rotations(rules), module.params["name"], module.params["version"]
    step = module.params["step"]
    if step == "pending":
        return pending(module, rules, found, now)
    pending_content = found.versions[PENDING].content if PENDING in found.versions else secret.Content()
    current = found.versions[CURRENT].content
    if step == "promote":
        steps, content = rotation.promote(name, found, tested), current if found.labelled(CURRENT) == tested else pending_content
    elif step == "finish":
        steps, content = rotation.finish(name, found, tested), current
    elif step == "abandon":
        mine = tested in (None, found.labelled(PENDING))
        steps, content = rotation.abandon(name, found, rotations) if mine else [], pending_content
    else:
        before = module.ask(name, secret.version, module.aws, name, current.source) if current.source else None
        steps, content = rotation.revert(name, found, rotations, tested, before), current
    return steps, {"rotated": list(content.rotated), "overdue": [], "version": tested}


def stages(found: Secret, steps: Iterable[Call | rotation.Run] = ()) -> dict[str, str | None]:
    """Which version carries which label, before or after the steps."""
    held = {stage: found.labelled(stage) for stage in (CURRENT, PENDING)}
    for step in steps:
        if isinstance(step, Call):
            held[step.params.get("VersionStage", PENDING)] = step.params.get("MoveToVersionId") or step.params.get("ClientRequestToken")
    return held


def current(aws: Aws, known: Mapping[str, State]) -> Mapping[str, State]:
    found = {name: secret.look(aws, name, CURRENT, PENDING) for name in known}
    return {name: stages(one) for name, one in found.items() if one}


def kept(aws: Aws, change: Change) -> str:
    before, after = change.before or {}, change.after or {}
    if change.differs(CURRENT):
        return secret.offer(aws, change.name, before.get(CURRENT, ""), after.get(CURRENT))
    return "has a rotation that did not come to its end: run playbooks/rotate.yml, which ends it or gives it up"


UNDO = Undo(secret.SERVICE, current, kept=kept)


def carry_out(module: AwsModule, found: Secret, steps: rotation.Steps, result: dict[str, Any]) -> None:
    name = module.params["name"]
    change = Change(name, stages(found), stages(found, steps))
    about = {"service": secret.SERVICE, "step": module.params["step"], "variables": result["rotated"]}
    module.journal.append(change, **about)
    try:
        for step in steps:
            if isinstance(step, rotation.Run):
                rotation.run(step, COMMAND_SECONDS)
            else:
                module.aws.send(secret.SERVICE, step)
    except (*AWS_ERRORS, rotation.Refused) as error:
        refused = isinstance(error, rotation.Refused)
        problem = f"{name}: {error}" if refused else explain(name, secret.SERVICE, getattr(error, "operation_name", "request"), error)
        module.journal.append(change, error=problem, **about)
        module.fail(problem, changed=True, rotated=result["rotated"])


def main() -> None:
    module = AwsModule(
        {
            "name": {"type": "str", "required": True},
            "schema": {"type": "dict", "required": True},
            "only": {"type": "list", "elements": "str", "default": []},
            "src": {"type": "path"},
            "step": {"type": "str", "choices": ["pending", "promote", "finish", "abandon", "revert"], "required": True},
            "version": {"type": "str"},
        },
        required_if=[("step", step, ["version"]) for step in ("promote", "finish", "revert")],
    )
    if module.params["src"] and env_file.parse_stream is None:
        module.fail_json(msg=missing_required_lib("python-dotenv"))
    name, only = module.params["name"], module.params["only"]
    rules, wrong = schema.normal(module.params["schema"])
    if wrong:
        module.fail("; ".join(wrong))
    rotations = schema.rotations(rules)
    if unknown := [one for one in only if one not in rotations]:
        module.fail(f"{', '.join(unknown)}: declares no rotation. These do: {', '.join(rotations) or 'none'}.")

    now = datetime.now(UTC)
    try:
        found = module.ask(name, secret.look, module.aws, name, CURRENT, PENDING)
        if not found or CURRENT not in found.versions:
            if module.check_mode:
                module.done(changed=False, rotated=[], overdue=[], version=None, ages_days={})
            module.fail(f"There is no secret {name} with values: run playbooks/immediate.yml with the tag environment first.")
        steps, result = planned(module, rules, found, now)
    except (env_file.EnvFileError, secret.Unusable) as error:
        module.fail(str(error))
    except rotation.Refused as error:
        module.fail(f"{name}: {error}")
    if steps and not module.check_mode:
        carry_out(module, found, steps, result)
    diff = {"before": {}, "after": dict.fromkeys(result["rotated"], "new value"), "before_header": name, "after_header": name}
    module.done(changed=bool(steps), diff=diff, ages_days=rotation.ages(rotations, found, now), **result)


if __name__ == "__main__":
    main()
