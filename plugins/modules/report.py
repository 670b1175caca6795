#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: report
short_description: Show the evidence of a run as a table and as a page
version_added: 0.1.0
description:
  - Reads the evidence records of the hosts, on the controller, and renders them by item of the roadmap.
  - Fails when a claim does not hold, when evidence is too old to count, or when an item has no claim at all.
options:
  evidence:
    description: The folder with one folder of evidence for each host.
    type: path
    required: true
  hosts:
    description: The hosts whose evidence counts.
    type: list
    elements: str
    required: true
  roadmap:
    description: The items, each with C(id), C(item), C(promise) and the C(roles) whose evidence counts.
    type: list
    elements: dict
    required: true
  title:
    description: What the report is about.
    type: str
    default: Production readiness
  dest:
    description: The file for the page, in Markdown.
    type: path
    required: true
  max_age_hours:
    description: How old evidence may be and still count.
    type: int
    default: 24
author:
  - prodready contributors (@prodready)
attributes:
  check_mode:
    support: full
    description: Shows the evidence in any mode.
  diff_mode:
    support: none
    description: Returns no diff.
"""

EXAMPLES = r"""
- name: The proof is shown
  prodready.aws.report:
    evidence: evidence/production
    hosts: [primary, app1]
    dest: evidence/production/report.md
    roadmap:
      - id: immediate.infrastructure
        item: Alarms, dashboard, recovery, lifecycles
        promise: Tables can be restored to any second
        roles: [dynamodb]
"""

RETURN = r"""
text:
  description: The table.
  type: str
  returned: always
summary:
  description: How many claims hold.
  type: str
  returned: always
  sample: 41 of 41 claims hold
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.claim import complaint
from ..module_utils.report import aged, broken, markdown, summary, table, unproven


def records(folder: Path, hosts: list[str], roles: set[str]) -> list[dict]:
    files = [folder / host / f"{role}.json" for host in hosts for role in sorted(roles)]
    return [record for file in files if file.is_file() for record in json.loads(file.read_text(encoding="utf-8"))]


def main() -> None:
    module = AnsibleModule(
        {
            "evidence": {"type": "path", "required": True},
            "hosts": {"type": "list", "elements": "str", "required": True},
            "roadmap": {"type": "list", "elements": "dict", "required": True},
            "title": {"type": "str", "default": "Production readiness"},
            "dest": {"type": "path", "required": True},
            "max_age_hours": {"type": "int", "default": 24},
        },
        supports_check_mode=True,
    )
    roadmap = module.params["roadmap"]
    now = datetime.now(UTC)
    max_age = timedelta(hours=module.params["max_age_hours"])
    roles = {role for item in roadmap for role in item["roles"]}
    try:
        found = records(Path(module.params["evidence"]), module.params["hosts"], roles)
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"evidence: {module.params['evidence']} cannot be read: {error}. Prove again: playbooks/verify.yml")
    judged = [aged(record, now, max_age) for record in found]

    dest = Path(module.params["dest"])
    dest.parent.mkdir(parents=True, exist_ok=True)
    dest.write_text(markdown(module.params["title"], roadmap, judged, now), encoding="utf-8")

    result = {"text": table(roadmap, judged), "summary": summary(judged)}
    problems = unproven(roadmap, judged) + [complaint(record) for record in broken(judged)]
    if problems:
        module.fail_json(msg="\n".join([result["summary"], *problems]), **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
