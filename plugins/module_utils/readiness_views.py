# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The decision as it is read in a terminal, in a pull request, and by a CI server.

Pure functions over the document of `readiness.document`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from .report import SIGNS, broken, seen, summary

Document = Mapping[str, Any]
WORDS = {"ready": "READY", "not_ready": "NOT READY", "not_proven": "NOT PROVEN"}
STATES = {"holds": "proven", "waived": "waived", "unproven": "not proven", "fails": "does not hold", "not_started": "not started"}
COMPARISONS = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
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
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            number = seconds // length
            return f"{number} {name}{'s' if number > 1 else ''}"
    return f"{seconds} s"


def figure(metric: Mapping[str, Any]) -> str:
    value = "no data" if metric["value"] is None else f"{metric['value']:g}"
    enough = "" if metric["samples"] >= metric["minimum_samples"] else f" of {metric['minimum_samples']}"
    burns = f", burn rate {metric['budget']['burn_rate']:g}" if metric.get("budget") else ""
    return (
        f"{value} {COMPARISONS.get(metric['comparison'], metric['comparison'])} {metric['limit']:g}, "
        f"{metric['samples']}{enough} samples in {span_of(metric['window_seconds'])}{burns}"
    )


def cost(estimate: Mapping[str, Any]) -> str:
    """The estimate in one line."""
    open_ones = sum(one["usd"] is None for one in estimate["lines"])
    left = f", {open_ones} not priced" if open_ones else ""
    return f"about {estimate['total']:.2f} USD a month in {estimate['region']} at list prices{left}"


def quantity(one: Mapping[str, Any]) -> str:
    return "" if one["usd"] is None else f"{one['quantity']:g} {one['unit']}"


def steps_title(made: Document) -> str:
    return "What to do next" if made["decision"] == "ready" else "What holds production back"


def _more(indent: str, all_of_them: Sequence[Any], shown: int) -> list[str]:
    return [f"{indent}and {len(all_of_them) - shown} more"] if len(all_of_them) > shown else []


COSTS = ("On", "Quantity", "Unit price, USD", "USD a month", "Source")


def cost_row(one: Mapping[str, Any]) -> tuple[str, ...]:
    """A use that is priced, or says why it is not."""
    if one["usd"] is None:
        return one["what"], "", "", "not priced", one["note"]
    return one["what"], quantity(one), f"{one['unit_price']:g}", f"{one['usd']:.2f}", "; ".join(filter(None, (one["source"], one["note"])))


def drift(plan: Mapping[str, Any]) -> str:
    """What a run would change, or why that is not known."""
    counts = f"{plan['create']} to create, {plan['update']} to change, {plan['delete']} to remove"
    planned = f"{counts}, planned {plan['at'][:16].replace('T', ' ')} UTC" if plan["at"] else ""
    return "; ".join(filter(None, (planned, plan["note"])))


def text(made: Document, width: int = 118) -> str:
    lines = [f"{WORDS[made['decision']]}: {made['title']}", summary(made["claims"]), ""]
    lines += [f"  {SIGN[one['state']]} {one['says']}  {figure(one)}" for one in made["metrics"]]
    lines.append("")
    for phase in made["phases"]:
        lines.append(f"{SIGN[phase['state']]} {phase['name']}: {STATES[phase['state']]}")
        lines += [
            f"    {SIGN[item['state']]} {item['item']} ({item['id']}): {STATES[item['state']]}"
            for item in phase["items"]
            if item["state"] in ("fails", "unproven")
        ]
    for drill in made["drills"]:
        lines.append(f"{SIGN[drill['state']]} drill {drill['name']} at {drill['host']}, {drill['at']}")
    for plan in made["plans"]:
        lines.append(f"{SIGN[plan['state']]} plan of {plan['phase']}: {PLANS[plan['state']]} ({drift(plan)})")
    lines += [f"· {one['host']} costs {cost(one)}" for one in made["costs"]]
    if made["next_steps"]:
        lines += ["", f"{steps_title(made)}:"]
    for number, step in enumerate(made["next_steps"][:STEPS], 1):
        lines.append(f"  {number}. {step['command']}")
        lines += [f"       {what}"[:width] for what in step["what"][:3]]
        lines += _more("       ", step["what"], 3)
    lines += _more("  ", made["next_steps"], STEPS)
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _table(head: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(map(_cell, row))} |" for row in rows)
    yield ""


def markdown(made: Document) -> str:
    """For a pull request: the decision, the metrics, what to do, and the claims that do not hold."""
    lines = [f"# {WORDS[made['decision']].capitalize()}: {made['title']}", "", f"{summary(made['claims'])}, {made['at']}.", ""]
    if made["metrics"]:
        lines += _table(("", "Metric", "Seen"), ((SIGN[one["state"]], one["says"], figure(one)) for one in made["metrics"]))
    if made["next_steps"]:
        lines += [f"## {steps_title(made)}", ""]
        for step in made["next_steps"]:
            lines += [f"1. `{step['command']}` ({step['priority']})", *(f"   - {what}" for what in step["what"])]
        lines.append("")
    if made["plans"]:
        lines += ["## What a run would change now", ""]
        lines += _table(("", "Phase", "Plan"), ((SIGN[one["state"]], one["phase"], drift(one)) for one in made["plans"]))
        changes = [change for plan in made["plans"] for change in plan["changes"]]
        if changes:
            named = ((one["place"], one["action"], one["kind"], one["name"], "; ".join(one["fields"][:FIELDS])) for one in changes)
            lines += _table(("Place", "", "Resource", "Name", "Fields"), named)
    for estimate in made["costs"]:
        lines += ["## What it costs a month", "", f"{estimate['host']}: {cost(estimate)}.", ""]
        lines += _table(COSTS, (cost_row(one) for one in estimate["lines"]))
        lines += [f"Not estimated: {'; '.join(estimate['not_estimated'])}.", ""]
    lines += ["## The roadmap", ""]
    rows = (
        (SIGN[item["state"]], phase["name"], item["item"], STATES[item["state"]]) for phase in made["phases"] for item in phase["items"]
    )
    lines += _table(("", "Phase", "Item", "State"), rows)
    if wrong := broken(made["claims"]):
        lines += ["## Claims that do not hold", ""]
        lines += _table(("", "Place", "Claim", "Seen"), ((SIGN[one["state"]], one["host"], one["says"], seen(one)) for one in wrong))
    waived = [claim for claim in made["claims"] if claim["state"] == "waived"]
    if waived:
        lines += ["## Waivers", ""]
        rows = ((one["host"], one["says"], one["waived"]["reason"], one["waived"]["until"]) for one in waived)
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
