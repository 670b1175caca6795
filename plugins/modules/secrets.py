#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: secrets
short_description: Keep applications' environments as secrets of Secrets Manager
version_added: 0.1.0
description:
  - Keeps every variable of an application in one secret, a JSON object. See
    U(https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html).
  - Variables that the secret holds beside those given stay; another role or a rotation may have put them there.
  - Plan, diff and journal know a variable by the time since when it has its value, and the secret by the id of its current
    version; nothing in them is made of a value. The times lie in the version itself, under C(prodready:origin).
  - The new version becomes current only if the one that was read still is, so that two runs cannot undo each other.
  - A secret is never deleted.
extends_documentation_fragment:
  - prodready.aws.aws
options:
  secrets:
    description: The secrets.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The secret's name.
        type: str
        required: true
      src:
        description: A .env file on the controller that the variables are read from.
        type: path
      values:
        description: The variables themselves, instead of O(secrets[].src).
        type: dict
      rotating:
        description: Variables that rotate. The value given is their first one; once the secret has one, that stays.
        type: list
        elements: str
        default: []
      purge:
        description: Whether variables that are not given are removed.
        type: bool
        default: false
      description:
        description: What the secret is for.
        type: str
      kms_key:
        description: The key that encrypts it, as id, alias or ARN; the account's own key for secrets when not given.
        type: str
      tags:
        description: Tags beside those of ownership.
        type: dict
        default: {}
requirements:
  - python-dotenv
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's variables are in one secret
  prodready.aws.secrets:
    secrets:
      - name: shop/production
        src: shop.env
        rotating: [SESSION_SECRET]
"""

RETURN = r"""
plan:
  description: What had to change, one entry for each secret.
  type: list
  elements: dict
  returned: always
renewed:
  description: By secret, the variables that get another value than the current one.
  type: dict
  returned: always
  sample: {shop/production: [REDIS_URL]}
kept:
  description: By secret, the rotating variables whose value in the secret is not the one given, and stayed.
  type: dict
  returned: always
  sample: {shop/production: [SESSION_SECRET]}
"""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from ansible.module_utils.basic import missing_required_lib

from ..module_utils import env_file, secret
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.censor import keep_readable
from ..module_utils.lists import repeated
from ..module_utils.plan import Call, Calls, Change, State
from ..module_utils.secret import CURRENT, Content, Secret, Version
from ..module_utils.tags import as_dict, as_list, tag_calls
from ..module_utils.undo import Undo

SECRET_SPEC = {
    "name": {"type": "str", "required": True},
    "src": {"type": "path"},
    "values": {"type": "dict", "no_log": True},
    "rotating": {"type": "list", "elements": "str", "default": []},
    "purge": {"type": "bool", "default": False},
    "description": {"type": "str"},
    "kms_key": {"type": "str", "no_log": False},
    "tags": {"type": "dict", "default": {}},
}
# Carried by a new version until it is current, for no version may be without a label.
NEXT = "prodready-next"
# Secrets Manager keeps a deleted secret this long at most.
RECOVERY_DAYS = 30
DEFAULT_KEY = "alias/aws/secretsmanager"
STATE_KEYS = {"Description": "description", "KmsKeyId": "kms_key"}


def given(item: dict) -> dict[str, str]:
    """The variables that the task gives for a secret."""
    if item["src"]:
        return env_file.load(item["src"])
    return {str(name): str(value) for name, value in item["values"].items()}


def settled(item: dict, values: Mapping[str, str], current: Content, now: str, otherwise: str) -> Content:
    """The variables that the secret is to hold."""
    stays = [name for name in item["rotating"] if name in values and name in current.variables]
    gone = [name for name in current.variables if item["purge"] and name not in values]
    return secret.updated(current, {**values, **{name: current.variables[name] for name in stays}}, gone, now, otherwise)


def state_of(found: Secret, key: str | None) -> State:
    current = found.versions.get(CURRENT)
    return {
        "description": found.description.get("Description", ""),
        "tags": as_dict(found.description.get("Tags", [])),
        "version": current and current.id,
        # The version of a run that was killed, or that it did not take the label from.
        "leftover": found.labelled(NEXT),
        "variables": current.content.times(found.created) if current else {},
        **({"kms_key": key} if key else {}),
    }


def want(item: dict, version: Version, otherwise: str, ownership: Mapping[str, str]) -> State:
    """The state that is desired, where `version` is the current one or the one to come."""
    state = {
        "description": item["description"],
        "kms_key": item["kms_key"],
        "tags": {**ownership, **{str(key): str(value) for key, value in item["tags"].items()}},
        "version": version.id,
        "variables": version.content.times(otherwise),
    }
    return {key: value for key, value in state.items() if value is not None}


def calls(change: Change, texts: Mapping[str, str]) -> Calls:
    """`texts` has the SecretString of versions that do not exist yet, by their id."""
    before, after, name = change.before, change.after, change.name
    if after is None:
        yield Call("delete_secret", {"SecretId": name, "RecoveryWindowInDays": RECOVERY_DAYS})
        return
    # Only a secret that had no key of its own before is without one again.
    own = DEFAULT_KEY if before and "kms_key" in before and "kms_key" not in after else None
    about = {"Description": after.get("description"), "KmsKeyId": after.get("kms_key", own)}
    new = after["version"] in texts
    if before is None and not new:
        yield Call("restore_secret", {"SecretId": name})
        return
    put = {"ClientRequestToken": after["version"], "SecretString": texts.get(after["version"])}
    if before is None:
        about = {key: value for key, value in about.items() if value}
        yield Call("create_secret", {"Name": name, "Tags": as_list(after["tags"]), **put, **about})
        return
    if about := {key: value for key, value in about.items() if value is not None and value != before.get(STATE_KEYS[key])}:
        yield Call("update_secret", {"SecretId": name, **about})
    if change.differs("version") and not before["version"]:
        yield Call("put_secret_value", {"SecretId": name, **put})
    elif change.differs("version"):
        move = {"MoveToVersionId": after["version"], "RemoveFromVersionId": before["version"]}
        if new:
            yield Call("put_secret_value", {"SecretId": name, "VersionStages": [NEXT], **put})
        yield Call("update_secret_version_stage", {"SecretId": name, "VersionStage": CURRENT, **move})
        if new:
            yield Call("update_secret_version_stage", {"SecretId": name, "VersionStage": NEXT, "RemoveFromVersionId": after["version"]})
    if before.get("leftover") and not new:
        yield Call("update_secret_version_stage", {"SecretId": name, "VersionStage": NEXT, "RemoveFromVersionId": before["leftover"]})
    yield from tag_calls(change, name, "SecretId")


def current_of(aws: Aws, known: Mapping[str, State]) -> Mapping[str, State]:
    """The secrets, each key by the name that is known."""

    def state(name: str) -> State | None:
        found = secret.look(aws, name, CURRENT)
        if found is None:
            return None
        key = found.description.get("KmsKeyId")
        return state_of(found, key if key == known[name].get("kms_key") else key_id(aws, key))

    states = dict(zip(known, aws.each(state, known), strict=True))
    return {name: found for name, found in states.items() if found}


def kept(aws: Aws, change: Change) -> str | None:
    if change.after is None:
        command = f"aws secretsmanager delete-secret --region {aws.region} --secret-id {change.name}"
        return f"was made by this run and holds values: delete it yourself when nothing needs them: {command}"
    if change.before and change.differs("version"):
        return secret.offer(aws, change.name, change.before["version"], change.after["version"])
    return None


UNDO = Undo(secret.SERVICE, current_of, lambda module, change: calls(change, {}), kept, lambda state: {**state, "leftover": None})


def problems(items: list[dict]) -> list[str]:
    """What the argument specification cannot say; limits of CreateSecret and PutSecretValue."""
    found = [f"{name}: is there twice; give each secret once" for name in repeated(item["name"] for item in items)]
    for item in items:
        name = item["name"]
        if not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", name):
            found.append(f"{name!r}: a secret's name has 1 to 512 letters, digits and /_+=.@-")
        if item["description"] and len(item["description"]) > 2048:
            found.append(f"{name}: description has {len(item['description'])} characters, at most 2048 are allowed")
        bad = [str(one) for one in item["values"] or {} if not env_file.NAME.fullmatch(str(one))]
        found += [f"{name}: values: {one!r} is not a name of a variable (letters, digits and _)" for one in bad]
    return found


def key_id(aws: Aws, key: str | None) -> str | None:
    """The one of a key's four names that is no alias and no ARN."""
    if key and "alias/" in key:
        return aws.call("kms", "describe_key", KeyId=key)["KeyMetadata"]["KeyId"]
    return key and key.rpartition("/")[2]


def main() -> None:
    module = AwsModule(
        {
            "secrets": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "no_log": False,
                "options": SECRET_SPEC,
                "mutually_exclusive": [["src", "values"]],
                "required_one_of": [["src", "values"]],
            }
        }
    )
    if env_file.parse_stream is None:
        module.fail_json(msg=missing_required_lib("python-dotenv"))
    if found := problems(module.params["secrets"]):
        module.fail("; ".join(found))
    items = {item["name"]: item for item in module.params["secrets"]}
    what = ", ".join(items)
    try:
        values = {name: given(item) for name, item in items.items()}
        keep_readable(module, *module.params["secrets"])
        answers = module.ask(what, module.aws.each, lambda name: secret.look(module.aws, name, CURRENT), items)
        seen = {name: answer for name, answer in zip(items, answers, strict=True) if answer}
    except (env_file.EnvFileError, secret.Unusable) as error:
        module.fail(str(error))

    now = secret.moment(datetime.now(UTC))
    desired, current, texts, kept, renewed = {}, {}, {}, {}, {}
    for name, item in items.items():
        held = seen[name].versions.get(CURRENT) if name in seen else None
        before = held.content if held else Content()
        otherwise = seen[name].created if name in seen else now
        content = settled(item, values[name], before, now, otherwise)
        if too_large := secret.too_large(content):
            module.fail(f"{name} {too_large}. Move what is large to a secret or a file of its own.")
        version = held if held and content.variables == held.content.variables else Version(str(uuid.uuid4()), content)
        if version is not held:
            texts[version.id] = secret.encode(content)
        item["kms_key"] = module.ask(name, key_id, module.aws, item["kms_key"])
        desired[name] = want(item, version, otherwise, module.ownership)
        if name in seen:
            desired[name] = {**desired[name], "leftover": None}
            used = seen[name].description.get("KmsKeyId")
            current[name] = state_of(seen[name], module.ask(name, key_id, module.aws, used) if item["kms_key"] else used)
        was = before.variables
        renewed[name] = sorted(one for one in {*was, *content.variables} if was.get(one) != content.variables.get(one))
        kept[name] = sorted(one for one, value in values[name].items() if content.variables[one] != value)

    module.ensure(secret.SERVICE, desired, lambda aws, names: current, lambda change: calls(change, texts), kept=kept, renewed=renewed)


if __name__ == "__main__":
    main()
