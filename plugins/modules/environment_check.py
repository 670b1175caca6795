#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: environment_check
short_description: Hold the variables of a .env file to their schema
version_added: 0.1.0
description:
  - Reads a .env file on the controller and checks every variable, before anything is applied.
  - All problems are listed at once, by name and rule. A value is never shown.
options:
  src:
    description: The .env file.
    type: path
    required: true
  schema:
    description: The variables, by name.
    type: dict
    required: true
  allow_undeclared:
    description: Whether the file may hold variables that the schema does not name.
    type: bool
    default: false
requirements:
  - python-dotenv
author:
  - prodready contributors (@prodready)
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  diff_mode:
    support: none
    description: Returns no diff.
"""

EXAMPLES = r"""
- name: The variables are as their schema says
  prodready.aws.environment_check:
    src: examples/shop/.env.example
    allow_undeclared: true
    schema:
      LOG_LEVEL: {choices: [debug, info, warn, error]}
"""

RETURN = r"""
variables:
  description: The names of the variables in the file.
  type: list
  elements: str
  returned: success
rotations:
  description: Those that rotate, with their way (C(by)) and the greatest age of their value (C(days)).
  type: list
  elements: dict
  returned: success
  sample: [{name: SESSION_SECRET, by: generated, days: 90}]
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils import variables

ROTATION_SPEC = {
    "by": {"type": "str", "choices": list(variables.ROTATIONS), "required": True},
    "length": {"type": "int", "default": 48},
    "alphabet": {"type": "str", "default": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"},
    "command": {"type": "list", "elements": "str"},
    "maximum_age_days": {"type": "int", "default": 90},
}
RULE_SPEC = {
    "type": {"type": "str", "choices": list(variables.TYPES), "default": "string"},
    "required": {"type": "bool", "default": True},
    "secret": {"type": "bool", "default": False},
    "pattern": {"type": "str"},
    "choices": {"type": "list", "elements": "str"},
    "minimum": {"type": "float"},
    "maximum": {"type": "float"},
    "hosts": {"type": "list", "elements": "str"},
    "forbidden": {"type": "list", "elements": "str"},
    "minimum_entropy_bits": {"type": "int"},
    "rotation": {"type": "dict", "options": ROTATION_SPEC},
}


def complete(schema: dict) -> tuple[dict, list[str]]:
    """The rules with their defaults, and what is wrong with their form."""
    rules, found = {}, []
    for name, rule in schema.items():
        result = ArgumentSpecValidator(RULE_SPEC).validate(rule or {})
        rules[str(name)] = result.validated_parameters
        found += [f"{name}: {message}" for message in result.error_messages]
    return rules, found


def main() -> None:
    module = AnsibleModule(
        {
            "src": {"type": "path", "required": True},
            "schema": {"type": "dict", "required": True},
            "allow_undeclared": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    if variables.parse_stream is None:
        module.fail_json(msg=missing_required_lib("python-dotenv"))
    rules, found = complete(module.params["schema"])
    if not found:
        found = variables.schema_problems(rules)
    if found:
        module.fail_json(msg=f"The schema (environment_schema) is wrong: {'; '.join(found)}")

    src = Path(module.params["src"])
    try:
        values = variables.read(src.read_text(encoding="utf-8"))
    except variables.Unreadable as error:
        module.fail_json(msg=f"{src}: {error}.")
    except (OSError, UnicodeDecodeError) as error:
        module.fail_json(msg=f"{src} (environment_src) cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}.")
    if found := variables.problems(rules, values, module.params["allow_undeclared"]):
        module.fail_json(msg=f"{src} breaks its schema (environment_schema): {'; '.join(found)}")
    module.exit_json(
        changed=False,
        variables=sorted(values),
        rotations=[
            {"name": name, "by": rule["rotation"]["by"], "days": rule["rotation"]["maximum_age_days"]}
            for name, rule in sorted(rules.items())
            if rule["rotation"]
        ],
    )


if __name__ == "__main__":
    main()
