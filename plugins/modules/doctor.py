#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: doctor
short_description: Look whether all that a run takes is there, and say what mends what is not
version_added: 0.1.0
description:
  - Looks at the packages where Ansible runs, at what the application's hosts have answered, at the inventory, and asks AWS about the
    credentials, the clock, the region, permissions, quotas and locks.
  - Each finding holds, fails with what mends it, or is C(unproven), which is not known, with the reason.
  - Changes nothing, writes nothing, and does not fail for what it finds; what it finds is its result.
  - Of AWS nothing but who asks, and the time, is asked with the credentials of another account.
extends_documentation_fragment:
  - prodready.aws.aws
options:
  root: {description: "The folder of this collection, with requirements.txt, meta/runtime.yml and C(policies).", type: path, required: true}
  inventories: {description: The inventory's files and folders., type: list, elements: str, default: []}
  hosts:
    description:
      - By host of the application what asking each program that a deployment takes for its version has answered, as a task with a loop
        over their names registers it.
    type: dict
    default: {}
  clock_seconds: {description: How far this machine's clock may be from AWS's., type: float, default: 60}
  environment: {description: "The environment, as policies name it.", type: str, required: true}
  policies:
    description: Names of policies whose grants the caller is to have, such as V(immediate) or V(immediate-check).
    type: list
    elements: str
    default: []
  tables: {description: "Declared tables, as M(prodready.aws.dynamodb_tables) takes them.", type: list, elements: dict, default: []}
  load_balancers: {description: Declared load balancers., type: list, elements: dict, default: []}
  target_groups: {description: Declared target groups., type: list, elements: dict, default: []}
  replication_groups: {description: Declared caches., type: list, elements: dict, default: []}
  launch_templates: {description: Declared launch templates., type: list, elements: dict, default: []}
  groups: {description: Declared Auto Scaling groups., type: list, elements: dict, default: []}
  locks: {description: Names of locks., type: list, elements: str, default: []}
  locks_table: {description: The table that keeps them., type: str}
author:
  - prodready contributors (@prodready)
attributes:
  check_mode:
    support: full
    description: Never changes anything.
  diff_mode:
    support: none
    description: Returns no diff.
"""

EXAMPLES = r"""
- name: All that the first phase takes is looked at
  prodready.aws.doctor:
    root: /srv/runbooks
    inventories: [inventories/shop]
    environment: production
    policies: [immediate]
    tables: [{name: orders}]
    locks: [immediate]
    locks_table: shop-locks
  register: found
"""

RETURN = r"""
findings:
  description: What was found; C(id), C(says), C(observed), C(state) (C(holds), C(fails) or C(unproven)) and C(mend).
  type: list
  elements: dict
  returned: always
text:
  description: The findings as a table, what is to be done, and what is not known.
  type: str
  returned: always
to_do:
  description: How many findings fail.
  type: int
  returned: always
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.doctor import Finding, finding, text
from ..module_utils.doctor_account import caller, locks, region
from ..module_utils.doctor_machine import hosts, packages, placeholders
from ..module_utils.doctor_permissions import permissions
from ..module_utils.doctor_quotas import quotas

DECLARED = ("tables", "load_balancers", "target_groups", "replication_groups", "launch_templates", "groups")


def parts(folder: Path, names: list[str]) -> dict[str, list[Path]]:
    """The files of each policy, which are several where one is larger than IAM takes."""
    return {name: sorted(file for file in folder.glob("*.json") if re.sub(r"-\d+$", "", file.stem) == name) for name in names}


def at_the_place(given: dict[str, Any], home: Aws, arn: str) -> Iterator[Finding]:
    """What is asked of AWS once the account is the right one."""
    about = region(home, given["region"])
    yield about
    values = {**{key: given[key] or "" for key in ("account", "region", "app", "environment")}, "partition": home.partition}
    yield from permissions(home, arn, parts(Path(given["root"]) / "policies", given["policies"]), values)
    if about["state"] == "fails":
        return
    here = Aws(given, check_mode=True)
    yield from quotas(here, {kind: given[kind] for kind in DECLARED})
    if given["locks_table"]:
        yield from locks(here, given["locks_table"], given["locks"])


def main() -> None:
    module = AwsModule(
        {
            "root": {"type": "path", "required": True},
            "inventories": {"type": "list", "elements": "str", "default": []},
            "hosts": {"type": "dict", "default": {}},
            "clock_seconds": {"type": "float", "default": 60},
            "environment": {"type": "str", "required": True},
            "policies": {"type": "list", "elements": "str", "default": []},
            **{kind: {"type": "list", "elements": "dict", "default": []} for kind in DECLARED},
            "locks": {"type": "list", "elements": "str", "default": []},
            "locks_table": {"type": "str"},
        }
    )
    given = module.params
    root = Path(given["root"])
    if unknown := [name for name, files in parts(root / "policies", given["policies"]).items() if not files]:
        known = sorted({re.sub(r"-\d+$", "", file.stem) for file in (root / "policies").glob("*.json")})
        module.fail_json(msg=f"policies: there is no {', '.join(unknown)}, only {', '.join(known)}.")
    findings = [*packages(root), *hosts(given["hosts"]), *placeholders(given["inventories"], root / "inventories/production")]
    home, arn, found = caller(given, given["clock_seconds"])
    findings += found
    if home:
        findings += at_the_place(given, home, arn)
    else:
        why = "not asked, for the credentials are not those of the account"
        findings.append(
            finding("permissions.all", "Region, permissions, quotas and locks are as they must be", None, why, "Mend the account first")
        )
    to_do = sum(one["state"] == "fails" for one in findings)
    module.exit_json(changed=False, findings=findings, text=text(findings), to_do=to_do)


if __name__ == "__main__":
    main()
