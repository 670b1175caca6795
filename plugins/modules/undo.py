#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: undo
short_description: Takes back what a run changed
description:
  - Reads the journal, and brings what a run changed in this account and region back to what it was before, the newest change first.
  - Only what still is as the run left it is taken back. What somebody else has changed since is named, left alone, and fails the
    task at its end; all else is undone nevertheless.
  - What holds data is never deleted, and a new value of a secret never replaced by the old one. Both are named, with the command to
    do it by hand.
  - It is written to the journal like every change, so that it can be undone too. What is undone already is left alone.
options:
  src:
    description: The journal.
    type: path
    required: true
  run:
    description:
      - The run to undo, as the journal names it; V(current) is the one that this task belongs to.
      - The last one that was no undo itself, when not given.
    type: str
extends_documentation_fragment: prodready.aws.aws
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: What the last run changed is as it was before
  prodready.aws.undo:
    src: evidence/production/journal.jsonl
    account: "123456789012"
    region: eu-central-1
"""

RETURN = r"""
run:
  description: The run that was undone.
  type: str
  returned: success
  sample: 20260102T030405Z-4711-0a1b2c
plan:
  description: What had to change, the newest change of the run first; empty when all was as before it.
  type: list
  elements: dict
  returned: success
  sample: [{action: delete, name: "cloudwatch_alarms: shop-latency"}]
stays:
  description: What stays as the run left it, and why.
  type: list
  elements: str
  returned: success
  sample: ["dynamodb_tables: shop-orders was made by this run and holds data. Delete it yourself if nothing needs it"]
text:
  description: All of this for people.
  type: str
  returned: success
"""

import importlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..module_utils import progress
from ..module_utils.aws import AwsModule
from ..module_utils.plan import Change, diff
from ..module_utils.plan_view import SIGNS
from ..module_utils.undo import Line, Recorded, Undo, begun, change, last_run, parsed, plain, recorded


def offered(name: str) -> Undo | None:
    """What a module offers for undo; the name comes from a file, so only a module of this collection is imported."""
    if not (Path(__file__).parent / f"{name}.py").is_file() or not name.isidentifier():
        return None
    return getattr(importlib.import_module(f"{__package__}.{name}"), "UNDO", None)


def chosen(module: AwsModule, lines: list[Line]) -> str:
    """The run to undo."""
    run: str = module.params["run"] or last_run(lines) or ""
    if run == "current":
        run = module.params["journal"]["run"]
    runs = dict.fromkeys(line["run"] for line in lines)
    if run not in runs:
        there = f"these are there: {', '.join(list(runs)[-5:])}" if runs else "there is none"
        module.fail(f"{module.params['src']} tells of no run {run or 'that can be undone'}; {there}.")
    return run


def elsewhere(module: AwsModule, lines: Iterable[Line]) -> tuple[list[Line], list[str], list[str]]:
    """The lines of this account and region; what the host was elsewhere, which is refused; and what is for other hosts."""
    here = (module.aws.account, module.aws.region)
    host = (module.params["journal"] or {}).get("host")
    mine: list[Line] = []
    others: dict[tuple[str, str, str], int] = {}
    for line in lines:
        place = (line["account"], line["region"])
        if place == here:
            mine.append(line)
        else:
            others[line["host"], *place] = others.get((line["host"], *place), 0) + 1
    told = {place: f"{count} changes of {place[0]} in {place[2]} of account {place[1]}" for place, count in others.items()}
    refused = [f"{text}: this is {here[1]} of account {here[0]}" for place, text in told.items() if place[0] == host]
    return mine, refused, [text for place, text in told.items() if place[0] != host]


def planned(
    module: AwsModule, found: list[Recorded], under_way: set[tuple[str, str]]
) -> tuple[list[tuple[Recorded, Undo, Change]], list[str], list[str]]:
    """What is taken back, newest first; what is kept, and what is refused, in words."""
    todo, kept, refused, states = [], [], [], {}
    for name in dict.fromkeys(one.module for one in found):
        if undo := offered(name):
            known = {one.name: one.known for one in found if one.module == name}
            states[name] = module.ask(name, undo.read, module.aws, known)
    for one in found:
        undo = offered(one.module)
        if undo is None:
            refused.append(f"{one.module}: {one.name}: there is no undo for this")
            continue
        back = replace(one, before=one.before and undo.reachable(one.before))
        try:
            step = change(back, plain(states[one.module].get(one.name)), (one.module, one.name) in under_way)
        except ValueError as error:
            refused.append(str(error))
            continue
        if step is None:
            continue
        if reason := module.ask(one.name, undo.kept, module.aws, step):
            kept.append(f"{one.module}: {one.name} {reason}")
        else:
            todo.append((one, undo, step))
    return todo, kept, refused


def main() -> None:
    module = AwsModule({"src": {"type": "path", "required": True}, "run": {"type": "str"}})
    src = Path(module.params["src"])
    if not src.exists():
        module.fail(f"There is no journal {src}, so nothing was changed from here. Name the one of the run as src (runbook_journal).")
    try:
        lines = parsed(src.read_text(encoding="utf-8"))
    except ValueError as error:
        module.fail(f"{src}: {error}.")
    run = chosen(module, lines)
    mine, refused, others = elsewhere(module, (line for line in lines if line["run"] == run))
    found = recorded(mine)
    todo, kept, more = planned(module, found, begun(lines, run))
    refused += more

    named = [replace(step, name=f"{one.module}: {step.name}") for one, __, step in todo]
    would = "would be" if module.check_mode else "are"
    text = [f"Of run {run}, {len(todo)} of {len(found)} resources here {would} put back:"]
    text += [f"  {SIGNS[step.action]} {step.name}" for step in named]
    for word, some in (("stays", kept), ("not undone", refused), ("not of this place", others)):
        text += [f"  {word}: {one}" for one in some]
    result = {
        "run": run,
        "plan": [{"action": step.action, "name": step.name} for step in named],
        "diff": diff(named),
        "unchanged": len(found) - len(todo),
        "stays": kept,
        "text": "\n".join(text),
    }
    errors = []
    # One after the other, for what came later may build on what came before.
    for number, (one, undo, step) in enumerate([] if module.check_mode else todo, 1):
        about = {"module": one.module, "undoes": run}
        with progress.waiting(f"{number} of {len(todo)}: {one.module}: {step.name}"):
            errors.append(module.apply(undo.service, step, undo.calls(module, step), **about))
    failed = [error for error in errors if error]
    if failed or refused:
        module.fail("\n".join([*text, *failed]), changed=len(todo) > len(failed), **result)
    module.done(changed=bool(todo), **result)


if __name__ == "__main__":
    main()
