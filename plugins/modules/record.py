#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: record
short_description: Keep what was seen as evidence, with a seal
version_added: 0.1.0
description:
  - Writes a file of JSON on the controller, and its hash into the ledger C(seals.jsonl) beside it, so that an edit is seen later.
  - It is a record of what is, no change; so it is never C(changed).
options:
  content: {description: What was seen., type: raw, required: true}
  dest: {description: The file., type: path, required: true}
author:
  - prodready contributors (@prodready)
attributes:
  check_mode:
    support: full
    description: Nothing is written in check mode.
  diff_mode:
    support: none
    description: Returns no diff.
"""

EXAMPLES = r"""
- name: What the test showed is kept
  prodready.aws.record:
    content: {requests: 3000, failed: 0}
    dest: evidence/production/primary/load_test/record.json
"""

RETURN = r""" # """

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.evidence import keep


def main() -> None:
    module = AnsibleModule(
        {"content": {"type": "raw", "required": True}, "dest": {"type": "path", "required": True}}, supports_check_mode=True
    )
    dest = Path(module.params["dest"])
    if not module.check_mode:
        try:
            keep(dest, module.params["content"])
        except OSError as error:
            module.fail_json(msg=f"dest: {dest} cannot be written: {error.strerror}.")
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
