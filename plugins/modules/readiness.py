#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: readiness
short_description: Decide from the evidence whether an application is ready for production
version_added: 0.1.0
description:
  - Reads, on the controller, the evidence of all hosts, their drills and their success metrics, and decides. It is C(ready) when every
    claim of every phase that has started holds; C(not_ready) when one does not; C(not_proven) when none fails, but something is missing,
    too old, edited by hand, or rests on too few samples.
  - Shows the estimates of M(prodready.aws.cost_estimates), too.
  - Shows too what a run of each phase would change, as its last plan has it. That decides nothing, for what matters of it are claims.
  - Writes the decision as JSON (see C(docs/readiness.schema.json)), as Markdown and as JUnit XML, and keeps each one, so that a trend is
    seen.
  - Asks nobody, and does not fail because of what it decides.
options:
  evidence: {description: The folder with one folder of evidence for each host., type: path, required: true}
  hosts: {description: The hosts whose evidence counts., type: list, elements: str, required: true}
  roadmap:
    description: The items, in the order in which they are shown.
    type: list
    elements: dict
    required: true
    suboptions:
      id: {description: The item's name in claims., type: str, required: true}
      phase: {description: Its phase., type: str, required: true}
      item: {description: What it is about., type: str, required: true}
      promise: {description: What is promised., type: str, required: true}
      priority: {description: How much it matters., type: str, choices: [critical, high, medium, low], default: medium}
      roles: {description: The roles whose claims about it count., type: list, elements: str, default: []}
      claims:
        description: Patterns of the ids of claims that prove it, of any role. An item with neither roles nor claims has not started.
        type: list
        elements: str
        default: []
      mend: {description: "The command that mends its claims, where it is not the playbook of its phase.", type: str}
  recovery:
    description: What may go wrong and what to do then, for the recovery plan.
    type: list
    elements: dict
    default: []
    suboptions:
      failure: {description: What may go wrong., type: str, required: true}
      seen: {description: How it is seen., type: str, required: true}
      steps: {description: "What to do, in order.", type: list, elements: str, required: true}
      claims: {description: Patterns of the ids of claims that show that this works., type: list, elements: str, required: true}
      drill: {description: The drill that tries it., type: str}
  phases:
    description: The phases whose plans are shown; callback P(prodready.aws.kept_plan#callback) keeps them with the evidence.
    type: list
    elements: str
    default: []
  journal_src: {description: The journal of changes; a plan from before one of them no longer counts., type: path}
  history_src:
    description: "What M(prodready.aws.kept_decisions) has read, for the trend; without it that comes from O(dest)."
    type: path
  application: {description: The application., type: str, required: true}
  environment: {description: The environment., type: str, required: true}
  dest:
    description:
      - The folder for readiness.json, readiness.md, readiness.xml, the checklists and the recovery plan, and for C(readiness), a
        folder with all that was decided.
    type: path
    required: true
  decision_dest: {description: "A file for the decision alone, for scripts.", type: path}
  max_age_hours: {description: How old evidence may be and still count., type: int, default: 24}
  drill_max_age_days: {description: How old a drill's evidence may be., type: int, default: 90}
  language: {description: The language of what people read., type: str, choices: [en, tr], default: en}
author:
  - prodready contributors (@prodready)
attributes:
  check_mode:
    support: full
    description: Decides in any mode; nothing is written in check mode.
  diff_mode:
    support: none
    description: Returns no diff.
"""

EXAMPLES = r"""
- name: It is decided
  prodready.aws.readiness:
    evidence: evidence/production
    hosts: [primary, app1]
    application: shop
    environment: production
    dest: evidence/production
    roadmap:
      - id: immediate.infrastructure
        phase: immediate
        item: Alarms, dashboard, recovery, lifecycles
        promise: Tables can be restored
        priority: critical
        roles: [dynamodb]
"""

RETURN = r"""
decision:
  description: C(ready), C(not_ready) or C(not_proven).
  type: str
  returned: always
text:
  description: The decision with its reasons, for the terminal.
  type: str
  returned: always
document:
  description: All of it.
  type: dict
  returned: always
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.evidence import Unreadable, doubt, keep, read, records, tampered
from ..module_utils.language import TEXTS, speaking
from ..module_utils.readiness import PRIORITIES, document, point
from ..module_utils.readiness_papers import papers
from ..module_utils.readiness_plans import planned
from ..module_utils.readiness_views import junit, markdown, text
from ..module_utils.report import aged, silent
from ..module_utils.undo import parsed

ITEM = {
    **{name: {"type": "str", "required": True} for name in ("id", "phase", "item", "promise")},
    "priority": {"type": "str", "choices": list(PRIORITIES), "default": "medium"},
    "roles": {"type": "list", "elements": "str", "default": []},
    "claims": {"type": "list", "elements": "str", "default": []},
    "mend": {"type": "str"},
}
FAILURE = {
    **{name: {"type": "str", "required": True} for name in ("failure", "seen")},
    **{name: {"type": "list", "elements": "str", "required": True} for name in ("steps", "claims")},
    "drill": {"type": "str"},
}
# As many as a page can draw, and a trend needs.
KEPT_RUNS = 90


class Evidence:
    """All evidence of one host."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder, self.now = folder, now
        self.edited = tampered(folder)

    def records(self, role: str, max_age: timedelta) -> list[dict[str, Any]]:
        name = f"{role}.json"
        found = [aged(one, self.now, max_age) for one in records(self.folder / name, host=self.folder.name, role=role)]
        why = doubt(self.edited, name)
        return [{**one, "state": "unproven", "error": f"does not count: {name} {why}"} for one in found] if why else found

    def drills(self) -> Iterator[str]:
        return (path.stem for path in sorted(self.folder.glob("drill-*.json")))

    def costs(self) -> dict[str, Any] | None:
        """The estimate, where there is one that nobody edited."""
        found = read(self.folder / "costs.json")
        return {"host": self.folder.name, **found} if found and not doubt(self.edited, "costs.json") else None

    def figures(self) -> dict[str, Any]:
        return (read(self.folder / "success_metrics.json") or {}).get("figures", {})


def history(folder: Path) -> list[dict[str, Any]]:
    edited = tampered(folder)
    files = sorted(path for path in folder.glob("*.json") if not doubt(edited, path.name))[-KEPT_RUNS:]
    return [point(read(path)) for path in files]


def kept(file: Path) -> list[dict[str, Any]]:
    """What a bucket has kept, unless what was read of it was edited since."""
    edited = tampered(file.parent)
    return [] if doubt(edited, file.name) else (read(file) or {"points": []})["points"]


def plans(folder: Path, phases: list[str], journal: Path | None, now: datetime, max_age: timedelta) -> Iterator[dict[str, Any]]:
    """The last plan of each phase, with how much was changed after it."""
    edited = tampered(folder)
    try:
        made = parsed(journal.read_text(encoding="utf-8")) if journal and journal.is_file() else []
    except ValueError as error:
        raise Unreadable(f"{journal}: {error}") from error
    for phase in phases:
        name = f"{phase}.json"
        kept = read(folder / name)
        since = sum(datetime.fromisoformat(one["time"]) > datetime.fromisoformat(kept["at"]) for one in made) if kept else 0
        yield planned(phase, kept, doubt(edited, name), since, now, max_age)


def write(dest: Path, made: dict[str, Any], recovery: list[dict[str, Any]], language: str) -> None:
    keep(dest / "readiness" / f"{made['at'].replace(':', '-')}.json", {key: value for key, value in made.items() if key != "history"})
    (dest / "readiness.json").write_text(json.dumps(made), encoding="utf-8")
    with speaking(language):
        pages = {"readiness.md": markdown(made), **papers(made, recovery)}
    for name, content in {"readiness.xml": junit(made), **pages}.items():
        (dest / name).write_text(content, encoding="utf-8")


def main() -> None:
    module = AnsibleModule(
        {
            "evidence": {"type": "path", "required": True},
            "hosts": {"type": "list", "elements": "str", "required": True},
            "roadmap": {"type": "list", "elements": "dict", "required": True, "options": ITEM},
            "recovery": {"type": "list", "elements": "dict", "options": FAILURE, "default": []},
            "phases": {"type": "list", "elements": "str", "default": []},
            "journal_src": {"type": "path"},
            "history_src": {"type": "path"},
            "application": {"type": "str", "required": True},
            "environment": {"type": "str", "required": True},
            "dest": {"type": "path", "required": True},
            "decision_dest": {"type": "path"},
            "max_age_hours": {"type": "int", "default": 24},
            "drill_max_age_days": {"type": "int", "default": 90},
            "language": {"type": "str", "choices": list(TEXTS), "default": "en"},
        },
        supports_check_mode=True,
    )
    given = module.params
    now, roadmap, dest = datetime.now(UTC), given["roadmap"], Path(given["dest"])
    about = {key: given[key] for key in ("application", "environment")}
    fresh, drilled = timedelta(hours=given["max_age_hours"]), timedelta(days=given["drill_max_age_days"])
    roles = sorted({role for item in roadmap for role in item["roles"]})
    try:
        all_of_them = [Evidence(Path(given["evidence"]) / host, now) for host in given["hosts"]]
        claims = [record for one in all_of_them for role in roles for record in one.records(role, fresh)]
        made = document(
            {**about, "title": f"{given['application']} in {given['environment']}"},
            roadmap,
            claims,
            drills=[record for one in all_of_them for drill in one.drills() for record in one.records(drill, drilled)],
            figures={one.folder.name: one.figures() for one in all_of_them},
            plans=list(
                plans(Path(given["evidence"]) / "plans", given["phases"], given["journal_src"] and Path(given["journal_src"]), now, fresh)
            ),
            costs=[estimate for one in all_of_them if (estimate := one.costs())],
            silent=silent(given["hosts"], claims),
            history=kept(Path(given["history_src"])) if given["history_src"] else history(dest / "readiness"),
            now=now,
        )
    except Unreadable as error:
        module.fail_json(msg=f"evidence: {error}. Prove again: playbooks/verify.yml")
    if not module.check_mode:
        try:
            write(dest, made, given["recovery"], given["language"])
            if given["decision_dest"]:
                Path(given["decision_dest"]).write_text(made["decision"], encoding="utf-8")
        except OSError as error:
            module.fail_json(msg=f"dest: {dest} cannot be written: {error.strerror}.")
    with speaking(given["language"]):
        shown = text(made)
    module.exit_json(changed=False, decision=made["decision"], text=shown, document=json.loads(json.dumps(made)))


if __name__ == "__main__":
    main()
