#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: environment_file
short_description: Keep a process's environment in a file that only its owner reads
version_added: 0.1.0
description:
  - Writes variables as a file for systemd's C(EnvironmentFile=), at once and with mode 0600.
  - Neither result nor diff holds a value; they name the variables that change.
options:
  path:
    description: The file. Its folder must exist.
    type: path
    required: true
  values:
    description: The variables, all of them; what the file holds beside them is removed.
    type: dict
    required: true
author:
  - prodready contributors (@prodready)
attributes:
  check_mode:
    support: full
    description: Can run in check mode and return changed status without writing.
  diff_mode:
    support: full
    description: Names the variables that are added, changed and removed.
"""

EXAMPLES = r"""
- name: The shop's environment is on the host
  prodready.aws.environment_file:
    path: /etc/shop/shop.env
    values:
      NODE_ENV: production
  no_log: true
"""

RETURN = r"""
variables:
  description: The variables that differ, with what becomes of them, never with a value.
  type: dict
  returned: always
  sample: {SESSION_SECRET: changed, OLD_NAME: removed}
"""

import os
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.environment import load, parse, problems, render


def plan(wanted: dict[str, str], found: dict[str, str]) -> dict[str, str]:
    fates = {name: "added" if name not in found else "changed" for name, value in wanted.items() if found.get(name) != value}
    return fates | {name: "removed" for name in found if name not in wanted}


def write(path: Path, text: str) -> None:
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def main() -> None:
    module = AnsibleModule(
        {"path": {"type": "path", "required": True}, "values": {"type": "dict", "required": True, "no_log": True}},
        supports_check_mode=True,
    )
    path = Path(module.params["path"])
    if found := problems(module.params["values"]):
        module.fail_json(msg="; ".join(found))
    wanted = {name: str(value) for name, value in module.params["values"].items()}
    if not path.parent.is_dir() and not module.check_mode:
        module.fail_json(msg=f"{path} cannot be written: its folder does not exist. Make it first, readable by its owner only.")

    try:
        current = load(path) if path.exists() else ""
    except PermissionError:
        module.fail_json(msg=f"{path} cannot be read by this user: run as its owner (become).")
    fates = plan(wanted, parse(current))
    private = path.exists() and path.stat().st_mode & 0o077 == 0
    changed = current != render(wanted) or not private
    if changed and not module.check_mode:
        try:
            write(path, render(wanted))
        except OSError as error:
            module.fail_json(msg=f"{path} cannot be written: {error.strerror}. It is as it was.")
    header = f"{path} ({'update' if current else 'create'})"
    module.exit_json(
        changed=changed,
        variables=fates,
        diff={
            "before": {name: "as it was" for name in fates if name in parse(current)},
            "after": fates,
            "before_header": header,
            "after_header": header,
        },
    )


if __name__ == "__main__":
    main()
