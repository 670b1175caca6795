# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Papers that are elsewhere kept by hand and out of date: checklists and the recovery plan, rendered from evidence.

Pure functions over the document of `readiness.document`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .language import said, say
from .readiness import named
from .readiness_views import title
from .report import HELD, seen, summary

CHECKLIST = "_checklist"


def papers(made: Mapping[str, Any], recovery: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The text of each, by file name: a checklist for each item that is named so, the recovery plan, and what a newcomer asks first."""
    items = [item for phase in made["phases"] for item in phase["items"] if item["id"].endswith(CHECKLIST)]
    found = {f"{item['id'].partition('.')[2].replace('_', '-')}.md": "\n".join(checklist(made, item)) for item in items}
    return {**found, "recovery-plan.md": "\n".join(recovery_plan(made, recovery)), "what-runs-where.md": "\n".join(what_runs_where(made))}


def _head(made: Mapping[str, Any], name: str) -> Iterator[str]:
    yield from (f"# {said(name)}: {title(made)}", "")
    yield from (say("From evidence of {at}. Do not edit: `playbooks/readiness.yml` writes it anew.", at=made["at"]), "")


def _boxes(claims: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in sorted(claims, key=lambda one: (one["host"], one["id"])):
        waived = f"{say('waived')}: {one['waived']['reason']}" if one["state"] == "waived" else ""
        saw = "" if one["state"] == "holds" else f" ({waived or seen(one)})"
        yield f"- [{'x' if one['state'] in HELD else ' '}] {say('{claim}, at {host}', claim=said(one['says']), host=one['host'])}{saw}"


def checklist(made: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[str]:
    claims = [made["claims"][number] for number in item["claims"]]
    yield from _head(made, item["item"])
    yield from (f"{said(item['promise'])}. {summary(claims)}.", "")
    yield from _boxes(claims)
    yield from (f"- [ ] {say('no {what} was proven', what=what)}" for what in item["missing"])
    yield ""


def recovery_plan(made: Mapping[str, Any], recovery: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _head(made, "Recovery plan")
    yield from (f"| {' | '.join(map(say, ('Failure', 'Ready for it', 'Drill')))} |", "|---|---|---|")
    for one in recovery:
        claims = _about(made, one)
        ready = bool(claims) and all(claim["state"] in HELD for claim in claims)
        yield f"| {said(one['failure'])} | {say('yes' if ready else 'no')}: {summary(claims)} | {_drill(made, one)} |"
    for one in recovery:
        yield from ("", f"## {said(one['failure'])}", "", say("Seen by: {what}", what=said(one["seen"])), "")
        for number, step in enumerate(one["steps"], 1):
            is_command = step.startswith(("ansible-playbook ", "aws "))
            yield f"{number}. `{step}`" if is_command else f"{number}. {said(step)}"
        yield ""
        yield from _boxes(_about(made, one))
        for drill in _drills(made, one):
            about = {key: drill[key] for key in ("name", "host", "at")}
            yield from ("", say("Drill `{name}` at {host}, {at}: {state}.", **about, state=say(drill["state"])))
            yield from (f"- {said(says)}: {value}" for says, value in drill["figures"].items())
    yield ""


def what_runs_where(made: Mapping[str, Any]) -> Iterator[str]:
    """Places, addresses, and of each item what was seen."""
    yield from _head(made, "What runs where")
    claims = made["claims"]
    yield from (f"| {' | '.join(map(say, ('Place', 'Roles', 'Proven')))} |", "|---|---|---|")
    for host in dict.fromkeys(claim["host"] for claim in claims):
        mine = [claim for claim in claims if claim["host"] == host]
        roles = sorted({claim["role"] for claim in mine if not claim["role"].startswith("drill-")})
        yield f"| {host} | {', '.join(roles)} | {summary(mine)} |"
    addresses = dict.fromkeys(claim["asked"]["url"] for claim in claims if (claim.get("asked") or {}).get("url"))
    yield from ("", say("Addresses that were asked:"), "", *(f"- {address}" for address in addresses))
    for phase in made["phases"]:
        for item in phase["items"]:
            if item["claims"] and phase["name"] not in ("done", "metrics"):
                yield from ("", f"## {said(item['item'])}", "", f"{said(item['promise'])}.", "")
                yield from _boxes([claims[number] for number in item["claims"]])
    yield ""


def _about(made: Mapping[str, Any], failure: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [claim for claim in made["claims"] if named(claim, failure["claims"])]


def _drills(made: Mapping[str, Any], failure: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [drill for drill in made["drills"] if drill["name"] == failure.get("drill")]


def _drill(made: Mapping[str, Any], failure: Mapping[str, Any]) -> str:
    if not failure.get("drill"):
        return say("none")
    last = max((drill["at"] for drill in _drills(made, failure)), default=None)
    return f"{failure['drill']}, {last}" if last else f"{say('never')}: `ansible-playbook playbooks/drill.yml -e drill={failure['drill']}`"
