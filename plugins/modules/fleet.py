#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet
short_description: Report the decisions of many places in one
version_added: 0.1.0
description:
  - Reads, on the controller, the last decision that M(prodready.aws.readiness) has kept for each place, and makes one report of them with
    a line a place. The fleet is C(ready) when every place is; C(not_ready) when one is not; C(not_proven) when none is not ready, but of
    one it is not known, for there is no decision, it is too old, was edited by hand, or the run broke there.
  - Asks nobody, and does not fail because of what it reports.
options:
  places: {description: "The places, by name: the folder of each with its decisions.", type: dict, required: true}
  accounts: {description: "The account of each place, by name.", type: dict, default: {}}
  regions: {description: "The region of each place, by name.", type: dict, default: {}}
  broke:
    description: The places at which this run broke. What was decided there before counts no longer.
    type: list
    elements: str
    default: []
  environment: {description: The environment., type: str, required: true}
  dest: {description: "The folder for fleet.json.", type: path, required: true}
  decision_dest: {description: "A file for the decision alone, for scripts.", type: path}
  max_age_hours: {description: How old a decision may be and still count., type: int, default: 24}
  language: {description: The language of what people read., type: str, choices: [en, tr], default: en}
author:
  - prodready contributors (@prodready)
attributes:
  check_mode:
    support: full
    description: Reports in any mode; nothing is written in check mode.
  diff_mode:
    support: none
    description: Returns no diff.
"""

EXAMPLES = r"""
- name: The places are one report
  prodready.aws.fleet:
    environment: production
    dest: evidence/production
    places:
      shop-eu-central-1: evidence/production/shop-eu-central-1
      shop-us-east-1: evidence/production/shop-us-east-1
"""

RETURN = r"""
decision:
  description: C(ready), C(not_ready) or C(not_proven).
  type: str
  returned: always
text:
  description: The table for the terminal.
  type: str
  returned: always
page:
  description: "What the page says of it: signs, words, choices of its filter, and C(verdicts), the error of each place that is not ready."
  type: dict
  returned: always
document:
  description: All of it.
  type: dict
  returned: always
"""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.evidence import LEDGER, Unreadable, read, tampered
from ..module_utils.fleet import document, line, page, text, too_old
from ..module_utils.language import TEXTS, speaking

KEYS = {"application", "environment", "at", "decision", "next_steps", "metrics", "claims"}


def last(folder: Path) -> tuple[dict[str, Any] | None, str]:
    """The last decision of a place, and why it does not count."""
    runs = folder / "readiness"
    files = sorted(path for path in runs.glob("*.json") if not path.name.startswith("."))
    if not files:
        return None, "no decision was made here"
    edited = tampered(runs)
    if why := edited.get(LEDGER) or edited.get(files[-1].name):
        return None, f"its last decision does not count: {LEDGER if LEDGER in edited else files[-1].name} {why}"
    made = read(files[-1])
    if not isinstance(made, dict) or not made.keys() >= KEYS:
        return None, f"its last decision does not count: {files[-1].name} is none"
    return made, ""


def place(given: dict[str, Any], name: str, now: datetime) -> dict[str, Any]:
    folder = Path(given["places"][name])
    about = {
        "name": name,
        "account": str(given["accounts"].get(name, "")),
        "region": str(given["regions"].get(name, "")),
        "report": os.path.relpath(folder / "readiness.html", given["dest"]),
    }
    made, problem = last(folder)
    if name in given["broke"]:
        # What was there before was decided by another run.
        return line(about, None, "this run broke here")
    if made:
        problem = too_old(made, now, timedelta(hours=given["max_age_hours"]))
    return line(about, made, problem)


def main() -> None:
    module = AnsibleModule(
        {
            "places": {"type": "dict", "required": True},
            "accounts": {"type": "dict", "default": {}},
            "regions": {"type": "dict", "default": {}},
            "broke": {"type": "list", "elements": "str", "default": []},
            "environment": {"type": "str", "required": True},
            "dest": {"type": "path", "required": True},
            "decision_dest": {"type": "path"},
            "max_age_hours": {"type": "int", "default": 24},
            "language": {"type": "str", "choices": list(TEXTS), "default": "en"},
        },
        supports_check_mode=True,
    )
    given, now = module.params, datetime.now(UTC)
    try:
        made = document(given["environment"], [place(given, name, now) for name in given["places"]], now)
    except Unreadable as error:
        module.fail_json(msg=f"places: {error}. Decide again: playbooks/readiness.yml")
    if not module.check_mode:
        try:
            dest = Path(given["dest"])
            dest.mkdir(parents=True, exist_ok=True)
            (dest / "fleet.json").write_text(json.dumps(made), encoding="utf-8")
            if given["decision_dest"]:
                Path(given["decision_dest"]).write_text(made["decision"], encoding="utf-8")
        except OSError as error:
            module.fail_json(msg=f"dest: {given['dest']} cannot be written: {error.strerror}.")
    with speaking(given["language"]):
        shown = {"text": text(made), "page": page(made)}
    module.exit_json(changed=False, decision=made["decision"], document=made, **shown)


if __name__ == "__main__":
    main()
