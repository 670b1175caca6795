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
  - Fails when a claim does not hold, when evidence is too old to count, when a role of an item has no claim about it, or when
    there is none about a host.
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
    description: The items.
    type: list
    elements: dict
    required: true
    suboptions:
      id: {description: The item's name in claims., type: str, required: true}
      phase: {description: Its phase., type: str}
      priority: {description: How much it matters., type: str}
      item: {description: What it is about., type: str, required: true}
      promise: {description: What is promised., type: str, required: true}
      roles: {description: The roles whose evidence counts., type: list, elements: str, required: true}
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
  language:
    description: The language of the table and the page.
    type: str
    choices: [en, tr]
    default: en
author:
  - prodready contributors (@prodready)
attributes:
  check_mode:
    support: full
    description: Shows the evidence in any mode; the page is not written in check mode.
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

from datetime import UTC, datetime, timedelta
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.claim import complaint
from ..module_utils.evidence import Unreadable, records
from ..module_utils.language import TEXTS, speaking
from ..module_utils.report import aged, broken, markdown, summary, table, told, unproven

ITEM_SPEC = {
    "id": {"type": "str", "required": True},
    "phase": {"type": "str"},
    "priority": {"type": "str"},
    "item": {"type": "str", "required": True},
    "promise": {"type": "str", "required": True},
    "roles": {"type": "list", "elements": "str", "required": True},
}


def main() -> None:
    module = AnsibleModule(
        {
            "evidence": {"type": "path", "required": True},
            "hosts": {"type": "list", "elements": "str", "required": True},
            "roadmap": {"type": "list", "elements": "dict", "required": True, "options": ITEM_SPEC},
            "title": {"type": "str", "default": "Production readiness"},
            "dest": {"type": "path", "required": True},
            "max_age_hours": {"type": "int", "default": 24},
            "language": {"type": "str", "choices": list(TEXTS), "default": "en"},
        },
        supports_check_mode=True,
    )
    roadmap, hosts, folder = module.params["roadmap"], module.params["hosts"], Path(module.params["evidence"])
    now = datetime.now(UTC)
    max_age = timedelta(hours=module.params["max_age_hours"])
    roles = sorted({role for item in roadmap for role in item["roles"]})
    try:
        found = [record for host in hosts for role in roles for record in records(folder / host / f"{role}.json", host=host, role=role)]
    except Unreadable as error:
        module.fail_json(msg=f"evidence: {error}. Prove again: playbooks/verify.yml")
    judged = [aged(record, now, max_age) for record in found]

    if not module.check_mode:
        dest = Path(module.params["dest"])
        try:
            dest.parent.mkdir(parents=True, exist_ok=True)
            with speaking(module.params["language"]):
                dest.write_text(markdown(module.params["title"], roadmap, judged, now), encoding="utf-8")
        except OSError as error:
            module.fail_json(msg=f"dest: {dest} cannot be written: {error.strerror}.")

    with speaking(module.params["language"]):
        result = {"text": table(roadmap, judged), "summary": summary(judged)}
        problems = [*map(told, unproven(roadmap, hosts, judged)), *map(complaint, broken(judged))]
    if problems:
        module.fail_json(msg="\n".join([result["summary"], *problems]), **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
