#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: application_health
short_description: Wait until an application answers as a release and is healthy
version_added: 0.1.0
description:
  - Asks both addresses, again and again, until they answer as they should or the deadline is over.
  - Ends at once when the process that should answer has ended.
options:
  version_url:
    description: The address that answers with the release, as JSON.
    type: str
    required: true
  release_key:
    description: The key of the release in that answer.
    type: str
    default: release
  release:
    description: The release that must answer.
    type: str
    required: true
  health_url:
    description: The address of the health check, which must answer 200.
    type: str
    required: true
  unit:
    description: The systemd unit whose end is the end of waiting.
    type: str
  timeout_seconds:
    description: How long to wait, in seconds.
    type: int
    default: 60
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
- name: The release is healthy
  prodready.aws.application_health:
    version_url: http://127.0.0.1:3000/version
    health_url: http://127.0.0.1:3000/health
    release: 1.0.0-3f2a9c1b
    unit: shop.service
"""

RETURN = r"""
seconds:
  description: How long it took.
  type: float
  returned: success
"""

import time

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.web import answer, said

PAUSE_SECONDS = 0.2
ENDED = ("failed", "inactive")


def complaint(params: dict) -> str:
    """What is not as it should be, now; empty when all is."""
    found = answer(params["version_url"])
    if found.get("status") != 200:
        return f"{params['version_url']} gave {said(found)}"
    body = found["body"]
    release = body.get(params["release_key"]) if isinstance(body, dict) else None
    if release != params["release"]:
        return f"{params['version_url']} answers as release {release}"
    found = answer(params["health_url"])
    return "" if found.get("status") == 200 else f"{params['health_url']} gave {said(found)}"


def ended(module: AnsibleModule) -> str:
    """The state of a unit that runs no more; empty while it runs."""
    if not module.params["unit"]:
        return ""
    systemctl = module.get_bin_path("systemctl", required=True)
    state = module.run_command([systemctl, "is-active", module.params["unit"]])[1].strip()
    return state if state in ENDED else ""


def main() -> None:
    module = AnsibleModule(
        {
            "version_url": {"type": "str", "required": True},
            "release_key": {"type": "str", "default": "release", "no_log": False},
            "release": {"type": "str", "required": True},
            "health_url": {"type": "str", "required": True},
            "unit": {"type": "str"},
            "timeout_seconds": {"type": "int", "default": 60},
        },
        supports_check_mode=True,
    )
    start = time.monotonic()
    while problem := complaint(module.params):
        passed = time.monotonic() - start
        if state := ended(module):
            module.fail_json(msg=f"{module.params['unit']} is {state}, so nothing will answer as release {module.params['release']}.")
        if passed > module.params["timeout_seconds"]:
            module.fail_json(
                msg=f"Waited {passed:.0f} s until release {module.params['release']} answers and is healthy; at last {problem}. "
                "Look into its log, or raise timeout_seconds."
            )
        time.sleep(PAUSE_SECONDS)
    module.exit_json(changed=False, seconds=round(time.monotonic() - start, 2))


if __name__ == "__main__":
    main()
