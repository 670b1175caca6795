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
  - The task must have C(no_log=true), or nothing is read.
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
  no_log: true
"""

RETURN = r"""
variables:
  description: The variables; empty in check mode while there is no secret yet.
  type: dict
  returned: success
"""

from ..module_utils import secret
from ..module_utils.aws import AwsModule


def main() -> None:
    module = AwsModule({"name": {"type": "str", "required": True}, "stage": {"type": "str", "default": "AWSCURRENT"}})
    if not module.no_log:
        module.fail("This task's result holds secrets: add no_log: true to it.")
    name, stage = module.params["name"], module.params["stage"]
    try:
        values = module.ask(name, secret.variables, module.aws, name, stage)
    except secret.NotVariables as error:
        module.fail(str(error))
    if not values and not module.check_mode:
        module.fail(f"{name} has no version {stage}: run playbooks/immediate.yml with the tag environment first.")
    module.done(changed=False, variables=values)


if __name__ == "__main__":
    main()
