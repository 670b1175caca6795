# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The decision as it is read in a terminal, in a pull request, and by a CI server.

Pure functions over the document of `readiness.document`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from .language import number, said, say
from .report import SIGNS, broken, seen, summary, told

Document = Mapping[str, Any]
WORDS = {"ready": "READY", "not_ready": "NOT READY", "not_proven": "NOT PROVEN"}
STATES = {"holds": "proven", "waived": "waived", "unproven": "not proven", "fails": "does not hold", "not_started": "not started"}
# The runbooks of what mends, as docs/runbooks.yml has them.
RUNBOOKS = {
    "immediate": "Apply the first phase",
    "short_term": "Apply the second phase",
    "verify": "Prove what was promised",
    "load_test": "Test under load",
}
COMPARISONS = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
SPANS = (("{count} day", "{count} days", 86400), ("{count} hour", "{count} hours", 3600), ("{count} minute", "{count} minutes", 60))
# As many as one can begin with.
STEPS = 3
# Of a resource that would be changed; all are in readiness.json.
FIELDS = 5
SIGN = {**SIGNS, "not_started": "·", "clean": "✔", "drifted": "~", "outdated": "?", "broken": "?", "unplanned": "?"}
PLANS = {
    "clean": "as declared",
    "drifted": "would be changed",
    "outdated": "plan out of date",
    "broken": "plan not whole",
    "unplanned": "not planned",
}


def span_of(seconds: int) -> str:
    for one, many, length in SPANS:
        if seconds >= length and seconds % length == 0:
            count = seconds // length
            return say(many if count > 1 else one, count=count)
    return say("{count} s", count=seconds)


def figure(metric: Mapping[str, Any]) -> str:
    value = say("no data") if metric["value"] is None else number(metric["value"])
    judged = f"{value} {COMPARISONS.get(metric['comparison'], metric['comparison'])} {number(metric['limit'])}"
    enough = metric["samples"] >= metric["minimum_samples"]
    rests = "{judged}, {samples} samples in {span}" if enough else "{judged}, {samples} of {needed} samples in {span}"
    span = span_of(metric["window_seconds"])
    told = say(rests, judged=judged, samples=metric["samples"], needed=metric["minimum_samples"], span=span)
    return say("{told}, burn rate {rate}", told=told, rate=number(metric["budget"]["burn_rate"])) if metric.get("budget") else told


def cost(estimate: Mapping[str, Any]) -> str:
    """The estimate in one line."""
    open_ones = sum(one["usd"] is None for one in estimate["lines"])
    about = say("about {usd} USD a month in {region} at list prices", usd=number(estimate["total"], ".2f"), region=estimate["region"])
    return say("{about}, {count} not priced", about=about, count=open_ones) if open_ones else about


def quantity(one: Mapping[str, Any]) -> str:
    return "" if one["usd"] is None else f"{number(one['quantity'])} {one['unit']}"


def runbook(command: str) -> str:
    """The title of a command's runbook; empty where it has none."""
    found = re.search(r"playbooks/(\w+)\.yml", command)
    return say(RUNBOOKS[found[1]]) if found and found[1] in RUNBOOKS else ""


def title(made: Document) -> str:
    return say("{application} in {environment}", application=made["application"], environment=made["environment"])


def steps_title(made: Document) -> str:
    return say("What to do next" if made["decision"] == "ready" else "What holds production back")


def _more(indent: str, all_of_them: Sequence[Any], shown: int) -> list[str]:
    return [indent + say("and {count} more", count=len(all_of_them) - shown)] if len(all_of_them) > shown else []


COSTS = ("On", "Quantity", "Unit price, USD", "USD a month", "Source")


def cost_row(one: Mapping[str, Any]) -> tuple[str, ...]:
    """A use that is priced, or says why it is not."""
    if one["usd"] is None:
        return said(one["what"]), "", "", say("not priced"), said(one["note"])
    told = "; ".join(filter(None, (one["source"], said(one["note"]))))
    return said(one["what"]), quantity(one), number(one["unit_price"]), number(one["usd"], ".2f"), told


def drift(plan: Mapping[str, Any]) -> str:
    """What a run would change, or why that is not known."""
    counts = {key: plan[key] for key in ("create", "update", "delete")}
    text = "{create} to create, {update} to change, {delete} to remove, planned {at} UTC"
    planned = say(text, **counts, at=plan["at"][:16].replace("T", " ")) if plan["at"] else ""
    return "; ".join(filter(None, (planned, said(plan["note"]))))


def text(made: Document, width: int = 118) -> str:
    lines = [f"{say(WORDS[made['decision']])}: {title(made)}", summary(made["claims"]), ""]
    lines += [f"  {SIGN[one['state']]} {said(one['says'])}  {figure(one)}" for one in made["metrics"]]
    lines.append("")
    for phase in made["phases"]:
        lines.append(f"{SIGN[phase['state']]} {said(phase['name'])}: {say(STATES[phase['state']])}")
        lines += [
            f"    {SIGN[item['state']]} {said(item['item'])} ({item['id']}): {say(STATES[item['state']])}"
            for item in phase["items"]
            if item["state"] in ("fails", "unproven")
        ]
    for drill in made["drills"]:
        lines.append(
            f"{SIGN[drill['state']]} {say('drill {name} at {host}, {at}', name=drill['name'], host=drill['host'], at=drill['at'])}"
        )
    for plan in made["plans"]:
        planned = say("plan of {phase}", phase=said(plan["phase"]))
        lines.append(f"{SIGN[plan['state']]} {planned}: {say(PLANS[plan['state']])} ({drift(plan)})")
    lines += [f"· {say('{host} costs {cost}', host=one['host'], cost=cost(one))}" for one in made["costs"]]
    if made["next_steps"]:
        lines += ["", f"{steps_title(made)}:"]
    for place, step in enumerate(made["next_steps"][:STEPS], 1):
        lines.append(f"  {place}. {step['command']}")
        lines += [f"       {told(what)}"[:width] for what in step["what"][:3]]
        lines += _more("       ", step["what"], 3)
    lines += _more("  ", made["next_steps"], STEPS)
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _table(head: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(name and say(name) for name in head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(map(_cell, row))} |" for row in rows)
    yield ""


def markdown(made: Document) -> str:
    """For a pull request: the decision, the metrics, what to do, and the claims that do not hold."""
    decision = say(WORDS[made["decision"]].capitalize())
    lines = [f"# {decision}: {title(made)}", "", f"{summary(made['claims'])}, {made['at']}.", ""]
    if made["metrics"]:
        lines += _table(("", "Metric", "Seen"), ((SIGN[one["state"]], said(one["says"]), figure(one)) for one in made["metrics"]))
    if made["next_steps"]:
        lines += [f"## {steps_title(made)}", ""]
        for step in made["next_steps"]:
            about = ", ".join(filter(None, (say(step["priority"]), runbook(step["command"]))))
            lines += [f"1. `{step['command']}` ({about})", *(f"   - {told(what)}" for what in step["what"])]
        lines.append("")
    if made["plans"]:
        lines += [f"## {say('What a run would change now')}", ""]
        lines += _table(("", "Phase", "Plan"), ((SIGN[one["state"]], said(one["phase"]), drift(one)) for one in made["plans"]))
        changes = [change for plan in made["plans"] for change in plan["changes"]]
        if changes:
            named = ((one["place"], say(one["action"]), one["kind"], one["name"], "; ".join(one["fields"][:FIELDS])) for one in changes)
            lines += _table(("Place", "", "Resource", "Name", "Fields"), named)
    for estimate in made["costs"]:
        lines += [f"## {say('What it costs a month')}", "", f"{estimate['host']}: {cost(estimate)}.", ""]
        lines += _table(COSTS, (cost_row(one) for one in estimate["lines"]))
        lines += [say("Not estimated: {what}.", what="; ".join(map(said, estimate["not_estimated"]))), ""]
    lines += [f"## {say('The roadmap')}", ""]
    rows = (
        (SIGN[item["state"]], said(phase["name"]), said(item["item"]), say(STATES[item["state"]]))
        for phase in made["phases"]
        for item in phase["items"]
    )
    lines += _table(("", "Phase", "Item", "State"), rows)
    if wrong := broken(made["claims"]):
        lines += [f"## {say('Claims that do not hold')}", ""]
        lines += _table(("", "Place", "Claim", "Seen"), ((SIGN[one["state"]], one["host"], said(one["says"]), seen(one)) for one in wrong))
    waived = [claim for claim in made["claims"] if claim["state"] == "waived"]
    if waived:
        lines += [f"## {say('Waivers')}", ""]
        rows = ((one["host"], said(one["says"]), one["waived"]["reason"], one["waived"]["until"]) for one in waived)
        lines += _table(("Place", "Claim", "Reason", "Until"), rows)
    return "\n".join(lines)


def junit(made: Document) -> str:
    """A suite for each item, a case for each claim. What fails is a failure, what is not proven an error, what is waived is skipped."""
    root = ElementTree.Element("testsuites", name=made["title"], timestamp=made["at"])
    for phase in made["phases"]:
        for item in phase["items"]:
            claims = [made["claims"][number] for number in item["claims"]]
            suite = ElementTree.SubElement(root, "testsuite", name=item["id"])
            for claim in claims:
                case = ElementTree.SubElement(suite, "testcase", classname=f"{item['id']}.{claim['host']}", name=claim["id"])
                _outcome(case, claim["state"], f"{claim['says']}: {seen(claim)}")
            for what in item["missing"]:
                case = ElementTree.SubElement(suite, "testcase", classname=item["id"], name=what)
                _outcome(case, "not_started" if item["state"] == "not_started" else "unproven", f"no {what} was proven")
            kinds = {"tests": "testcase", "failures": "testcase/failure", "errors": "testcase/error", "skipped": "testcase/skipped"}
            for name, path in kinds.items():
                suite.set(name, str(len(suite.findall(path))))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _outcome(case: ElementTree.Element, state: str, message: str) -> None:
    kind = {"fails": "failure", "stale": "error", "unproven": "error", "waived": "skipped", "not_started": "skipped"}.get(state)
    if kind:
        # XML 1.0 has no control characters.
        ElementTree.SubElement(case, kind, message="".join(one for one in message if one.isprintable()))
