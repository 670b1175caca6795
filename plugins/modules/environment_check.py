#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: environment_check
short_description: Hold the variables of a .env file, or those of a secret, to their schema
version_added: 0.1.0
description:
  - Checks every variable and names all problems at once, by variable and rule. A value is never shown.
  - Without O(name) nothing is asked of AWS.
extends_documentation_fragment:
  - prodready.aws.aws
options:
  src:
    description: The .env file, on the controller.
    type: path
  name:
    description:
      - A secret that M(prodready.aws.secrets) keeps. Its current variables are checked instead of the file's, and compared with
        those of the file.
    type: str
  schema:
    description:
      - The rule of each variable, by name. A rule has these keys, and none is needed.
      - C(type) is one of C(string), C(enum), C(integer), C(number), C(boolean), C(url), C(email), C(json), C(base64).
      - C(required) is true when not given. An empty value is none.
      - C(pattern) is a regular expression for the whole value, C(choices) the allowed values, C(minimum) and C(maximum) are for
        numbers, C(minimum_length) and C(maximum_length) for the characters of any value, C(hosts) for the host of a URL, where
        C(*.example.com) is any below it.
      - C(forbidden) are placeholders beside the well-known ones, C(minimum_entropy_bits) is estimated from below.
      - C(secret) marks what must declare its C(rotation), with C(by) (C(generated), C(command), C(external)), C(length),
        C(alphabet), C(command) and C(maximum_age_days).
    type: dict
    required: true
  allow_undeclared:
    description: Whether there may be variables that the schema does not name.
    type: bool
    default: false
  strict:
    description: Whether a variable that breaks its rule fails the task; without it the result alone says so.
    type: bool
    default: true
requirements:
  - python-dotenv, with O(src)
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The variables are as their schema says
  prodready.aws.environment_check:
    src: shop.env
    schema:
      LOG_LEVEL: {choices: [debug, info, warn, error]}
      PAYMENT_URL: {type: url, hosts: [api.payment.example]}
"""

RETURN = r"""
variables:
  description: Every variable, declared or set, with the rules that it breaks.
  type: list
  elements: dict
  returned: always
  sample: [{name: LOG_LEVEL, problems: ["is not one of debug, info, warn, error"]}]
rotations:
  description: Those that rotate, and are required or there, with their way (C(by)) and the greatest age of their value (C(days)).
  type: list
  elements: dict
  returned: always
  sample: [{name: SESSION_SECRET, by: generated, days: 90}]
supplied:
  description: The names of the variables in the file; nothing without O(src).
  type: list
  elements: str
  returned: always
differing:
  description:
    - The variables whose value in the secret is not the file's. Those that are generated may differ and are not among them.
    - Nothing without both O(src) and O(name).
  type: list
  elements: str
  returned: always
"""

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime

from ansible.module_utils.basic import missing_required_lib

from ..module_utils import env_file, secret
from ..module_utils.aws import AwsModule
from ..module_utils.schema import Rules, check, normal, rotations


def missing_commands(rules: Rules) -> list[str]:
    return [
        f"environment_schema.{name}: its rotation command {one['command'][0]} is not an executable program here"
        for name, one in rotations(rules, "command").items()
        if not shutil.which(one["command"][0])
    ]


def differing(rules: Rules, supplied: Mapping[str, str], held: Mapping[str, str]) -> list[str]:
    rotating = rotations(rules, "generated", "command")
    return sorted(name for name, value in supplied.items() if name not in held or (name not in rotating and held[name] != value))


def size(values: Mapping[str, str]) -> str | None:
    """What Secrets Manager would say of them as a new secret."""
    now = secret.moment(datetime.now(UTC))
    return secret.too_large(secret.Content(values, dict.fromkeys(values, now)))


def main() -> None:
    module = AwsModule(
        {
            "src": {"type": "path"},
            "name": {"type": "str"},
            "schema": {"type": "dict", "required": True},
            "allow_undeclared": {"type": "bool", "default": False},
            "strict": {"type": "bool", "default": True},
        },
        required_one_of=[["src", "name"]],
    )
    if env_file.parse_stream is None:
        module.fail_json(msg=missing_required_lib("python-dotenv"))
    src, name = module.params["src"], module.params["name"]
    rules, wrong = normal(module.params["schema"])
    if found := wrong or missing_commands(rules):
        module.fail("; ".join(found))
    try:
        supplied = env_file.load(src) if src else None
        seen = module.ask(name, secret.look, module.aws, name, secret.CURRENT) if name else None
    except (env_file.EnvFileError, secret.Unusable) as error:
        module.fail(str(error))
    current = seen.versions.get(secret.CURRENT) if seen else None
    held = dict(current.content.variables) if current else {}
    values = held if name else supplied or {}

    broken = check(values, rules, module.params["allow_undeclared"])
    problems = [f"{one} {problem}" for one, found in broken.items() for problem in found]
    if not name and (too_large := size(values)):
        problems.append(f"the secret {too_large}")
    result = {
        "variables": [{"name": one, "problems": found} for one, found in broken.items()],
        "rotations": [
            {"name": one, "by": how["by"], "days": how["maximum_age_days"]}
            for one, how in rotations(rules).items()
            if one in values or rules[one]["required"]
        ],
        "supplied": supplied and sorted(supplied),
        "differing": None if supplied is None or not name else differing(rules, supplied, held),
    }
    if problems and module.params["strict"]:
        where = f"The secret {name}" if name else f"{src} (environment_src)"
        module.fail(f"{where} breaks its schema (environment_schema): {'; '.join(problems)}", **result)
    module.done(changed=False, **result)


if __name__ == "__main__":
    main()
