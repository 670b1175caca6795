#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_values
short_description: Read the variables of a secret for another task
version_added: 0.1.0
description:
  - Reads one version of a secret that M(prodready.aws.secrets) keeps. See
    U(https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html).
  - The collection's action plugin keeps the result from being shown, whatever the task says; C(no_log) on the task would hide
    its errors as well. A registered result holds the values, so every task that uses it needs C(no_log=true).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  name:
    description: The secret's name.
    type: str
    required: true
  stage:
    description: The staging label of the version.
    type: str
    default: AWSCURRENT
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's variables are known
  prodready.aws.secret_values:
    name: shop/production
  register: shop_variables
"""

RETURN = r"""
variables:
  description: The variables; empty in check mode while there is no secret yet.
  type: dict
  returned: success
version:
  description: The id of the version; nothing in check mode while there is no secret yet.
  type: str
  returned: success
"""

from ..module_utils import secret
from ..module_utils.aws import AwsModule


def main() -> None:
    module = AwsModule({"name": {"type": "str", "required": True}, "stage": {"type": "str", "default": secret.CURRENT}})
    name, stage = module.params["name"], module.params["stage"]
    try:
        found = module.ask(name, secret.look, module.aws, name, stage)
    except secret.Unusable as error:
        module.fail(str(error))
    version = found and found.versions.get(stage)
    if not version and not module.check_mode:
        lacks = f"{name} has no version {stage}" if found else f"There is no secret {name}"
        module.fail(f"{lacks}: run playbooks/immediate.yml with the tag environment first.")
    # Ansible blots what a no_log argument holds out of every result, and an application may well have a value that is among
    # these credentials: it would run with asterisks. Without the arguments there is nothing to blot.
    module.no_log_values = set()
    module.done(
        changed=False,
        variables=dict(version.content.variables) if version else {},
        version=version and version.id,
        invocation={"module_args": {"name": name, "stage": stage}},
    )


if __name__ == "__main__":
    main()
