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
  - In plan, diff and journal a value is a fingerprint that only this run can compute.
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
        description:
          - Variables that rotate. The value given is their first one; once the secret has one, that stays.
          - When each got its value is noted in a tag.
        type: list
        elements: str
        default: []
      dated:
        description: Variables whose owner supplies new values here; when they change is noted in a tag.
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
"""

from pathlib import Path

from ansible.module_utils.basic import missing_required_lib

from ..module_utils import secret, variables
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.plan import Call, Calls, Change, State

SECRET_SPEC = {
    "name": {"type": "str", "required": True},
    "src": {"type": "path"},
    "values": {"type": "dict", "no_log": True},
    "rotating": {"type": "list", "elements": "str", "default": []},
    "dated": {"type": "list", "elements": "str", "default": []},
    "purge": {"type": "bool", "default": False},
    "description": {"type": "str"},
    "kms_key": {"type": "str", "no_log": False},
    "tags": {"type": "dict", "default": {}},
}


def given(item: dict) -> dict[str, str]:
    """The variables that the task gives for a secret."""
    if item["values"] is not None:
        return {str(name): str(value) for name, value in item["values"].items()}
    return variables.read(Path(item["src"]).read_text(encoding="utf-8"))


def settled(item: dict, wanted: dict[str, str], current: dict[str, str]) -> dict[str, str]:
    """The variables that the secret is to hold."""
    kept = {} if item["purge"] else current
    first = {name: current[name] for name in item["rotating"] if name in current and name in wanted}
    return {**kept, **wanted, **first}


def problems(name: str, values: dict[str, str], description: dict | None) -> list[str]:
    found = []
    size = len(secret.text(values).encode())
    if size > secret.MAXIMUM_BYTES:
        found.append(f"{name}: its variables take {size} bytes, a secret holds at most {secret.MAXIMUM_BYTES}")
    if description and description.get("DeletedDate"):
        day = description["DeletedDate"].date()
        found.append(f"{name} is scheduled for deletion on {day}: restore it (aws secretsmanager restore-secret) or name another")
    return found


def want(item: dict, values: dict[str, str], current: dict[str, str], tags: dict[str, str], ownership: dict[str, str]) -> State:
    noted = {f"{secret.ROTATED}{name}" for name in (*item["rotating"], *item["dated"]) if name in values}
    changed = {f"{secret.ROTATED}{name}" for name in values if values[name] != current.get(name)}
    times = {tag: secret.now() if tag in changed or tag not in tags else tags[tag] for tag in sorted(noted)}
    state = {
        "variables": {name: secret.fingerprint(value) for name, value in sorted(values.items())},
        "tags": {**ownership, **{str(key): str(value) for key, value in item["tags"].items()}, **times},
        "description": item["description"],
        "kms_key": item["kms_key"],
    }
    return {key: value for key, value in state.items() if value is not None}


def key_arn(aws: Aws, key: str | None) -> str | None:
    """A key may be named in four ways; its ARN is one."""
    return aws.call("kms", "describe_key", KeyId=key)["KeyMetadata"]["Arn"] if key else None


def state_of(description: dict, current: dict[str, str], key: str | None) -> State:
    return {
        "variables": {name: secret.fingerprint(value) for name, value in sorted(current.items())},
        "tags": secret.tags_of(description),
        "description": description.get("Description", ""),
        "kms_key": key,
    }


def calls(change: Change, values: dict[str, str]) -> Calls:
    after = change.after or {}
    about = {"Description": after.get("description"), "KmsKeyId": after.get("kms_key")}
    about = {key: value for key, value in about.items() if value}
    if change.before is None:
        tags = secret.tag_list(after["tags"])
        yield Call("create_secret", {"Name": change.name, "SecretString": secret.text(values), "Tags": tags, **about})
        return
    if change.differs("description", "kms_key"):
        yield Call("update_secret", {"SecretId": change.name, **about})
    if change.differs("variables"):
        yield Call("put_secret_value", {"SecretId": change.name, "SecretString": secret.text(values)})
    if change.differs("tags"):
        yield Call("tag_resource", {"SecretId": change.name, "Tags": secret.tag_list(after["tags"])})


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
    if variables.parse_stream is None:
        module.fail_json(msg=missing_required_lib("python-dotenv"))
    items = {item["name"]: item for item in module.params["secrets"]}
    if len(items) < len(module.params["secrets"]):
        module.fail("secrets: the same name is there twice")
    try:
        wanted = {name: given(item) for name, item in items.items()}
    except variables.Unreadable as error:
        module.fail(f"A .env file cannot be read: {error}.")
    except (OSError, UnicodeDecodeError) as error:
        module.fail(f"{getattr(error, 'filename', 'A .env file')} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}.")

    def look(name: str) -> tuple[dict | None, dict[str, str]]:
        description = secret.describe(module.aws, name)
        usable = description and not description.get("DeletedDate")
        return description, secret.variables(module.aws, name) if usable else {}

    try:
        seen = dict(zip(items, module.ask(", ".join(items), module.aws.each, look, list(items)), strict=True))
    except secret.NotVariables as error:
        module.fail(str(error))
    values = {name: settled(item, wanted[name], seen[name][1]) for name, item in items.items()}
    found = [problem for name in items for problem in problems(name, values[name], seen[name][0])]
    if found:
        module.fail("; ".join(found))

    for item in items.values():
        item["kms_key"] = module.ask(item["name"], key_arn, module.aws, item["kms_key"])

    def read(aws: Aws, names: list[str]) -> dict[str, State]:
        def state(name: str) -> State:
            description, current = seen[name]
            key = key_arn(aws, description.get("KmsKeyId")) if items[name]["kms_key"] else None
            return state_of(description, current, key)

        return {name: state(name) for name in names if seen[name][0] is not None}

    desired = {
        name: want(item, values[name], seen[name][1], secret.tags_of(seen[name][0] or {}), module.ownership) for name, item in items.items()
    }
    module.ensure(secret.SERVICE, desired, read, lambda change: calls(change, values[change.name]))


if __name__ == "__main__":
    main()
