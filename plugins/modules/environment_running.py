#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: environment_running
short_description: Ask a running process whether it has the variables it should have
version_added: 0.1.0
description:
  - Sends a new nonce to a URL of the application, which answers with a JSON object of variable name and
    HMAC-SHA256 (key nonce, message value, in hexadecimal). Neither side shows a value.
  - What M(prodready.aws.environment_check) found right in the secret is thereby right in the process.
  - Needs nothing but Python where it runs, so it can run beside the process.
options:
  url:
    description: The address; C(nonce) is added to its query.
    type: str
    required: true
  token:
    description: The bearer token that the application wants to see.
    type: str
  values:
    description: The variables that the process should have, such as M(prodready.aws.secret_values) returns.
    type: dict
    required: true
  timeout_seconds:
    description: How long to wait for the answer.
    type: int
    default: 10
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
- name: The shop's variables are known
  prodready.aws.secret_values:
    name: shop/production
  register: shop_variables

- name: The shop has them
  prodready.aws.environment_running:
    url: http://127.0.0.1:3000/health/configuration
    token: "{{ shop_variables['values'].ADMIN_TOKEN }}"
    values: "{{ shop_variables['values'] }}"
  register: shop_running
  failed_when: shop_running.disagreements | length > 0
"""

RETURN = r"""
disagreements:
  description: The variables that the process has not got as it should, by name, with V(missing) or V(other value).
  type: dict
  returned: success
  sample: {SESSION_SECRET: other value}
"""

import json
import secrets
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import open_url

from ..module_utils.running import disagreements

LARGEST_ANSWER = 1_000_000


def ask(url: str, nonce: str, token: str | None, timeout: int) -> dict[str, str]:
    """The process's answer; OSError or ValueError when it gives none."""
    address = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode({'nonce': nonce})}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with open_url(address, headers=headers, timeout=timeout, follow_redirects="none", http_agent="prodready") as answer:
        found = json.loads(answer.read(LARGEST_ANSWER))
    if not isinstance(found, dict):
        raise ValueError("the answer is no JSON object")
    return found


def main() -> None:
    module = AnsibleModule(
        {
            "url": {"type": "str", "required": True},
            "token": {"type": "str", "no_log": True},
            "values": {"type": "dict", "required": True, "no_log": True},
            "timeout_seconds": {"type": "int", "default": 10},
        },
        supports_check_mode=True,
    )
    url, nonce = module.params["url"], secrets.token_hex(32)
    values = {name: str(value) for name, value in module.params["values"].items()}
    try:
        answer = ask(url, nonce, module.params["token"], module.params["timeout_seconds"])
    except HTTPError as error:
        module.fail_json(msg=f"{url} answered {error.code}: the process does not say what it has got. Check the token and the address.")
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"{url} gave no answer: {type(error).__name__}. Check that the process runs, and the address.")
    module.exit_json(changed=False, disagreements=disagreements(values, nonce, answer))


if __name__ == "__main__":
    main()
