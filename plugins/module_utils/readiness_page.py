# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The decision as a page: what the template of role readiness writes, in words, and the data that the page's script unfolds.

Pure functions over the document of `readiness.document`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from . import readiness
from .language import said, say, speaking
from .plan_view import SIGNS as CHANGE_SIGNS
from .readiness_claims import age, days_left, kind, packed, shown_claim, whole
from .readiness_metrics import moment, shown_metric
from .readiness_views import COSTS, PLANS, SIGN, STATES, STEPS, Document, cost, cost_row, drift, runbook, steps_title, title
from .report import HELD, broken, is_only_accepted, summary, told

VERDICTS = {
    "ready": ("✔", "Ready for production"),
    "not_ready": ("✘", "Not ready for production"),
    "not_proven": ("?", "Not proven to be ready"),
}
WHY = {
    "ready": "Every claim of every phase that has started holds, or is waived.",
    "not_ready": "Something that was promised does not hold.",
    "not_proven": "Nothing is known to be wrong, but not everything is proven.",
}
RUN_STATES = (("fails",), ("unproven", "stale"), ("waived",), ("holds",))
WORDS = {**STATES, **PLANS, "stale": "too old"}
# With more claims that do not hold than a reader takes in, items stay closed until they are asked for.
OPEN_AT_MOST = 50


def why(made: Document) -> list[str]:
    """The decision in sentences."""
    missing = sum(len(item["missing"]) for phase in made["phases"] for item in phase["items"] if item["state"] != "not_started")
    accepted = sum(map(is_only_accepted, made["claims"]))
    why = [say(WHY[made["decision"]]), f"{summary(made['claims'])}."]
    if missing:
        why.append(say("Never proven: {count} of what the roadmap counts on.", count=missing))
    if made["silent"]:
        why.append(say("No evidence at all of {hosts}.", hosts=", ".join(made["silent"])))
    if accepted:
        text = "Only accepted: {count}. That rests on what an emulator was told and does nothing with; on AWS there is no such claim."
        why.append(say(text, count=accepted))
    return why


def shown_phases(made: Document) -> list[dict[str, Any]]:
    """The roadmap; claims about no item of it are one more, so that none is lost."""
    few = len(broken(made["claims"])) <= OPEN_AT_MOST
    listed = {number for phase in made["phases"] for item in phase["items"] for number in item["claims"]}
    others = [number for number in range(len(made["claims"])) if number not in listed]
    phases = list(made["phases"])
    if others:
        worst = min((kind(made["claims"][number]["state"]) for number in others), key=readiness.STATES.index)
        item = {
            "id": "other",
            "item": "Claims about no item",
            "promise": "",
            "priority": "medium",
            "state": worst,
            "claims": others,
            "missing": [],
        }
        phases.append({"name": "other", "state": worst, "items": [item]})
    return [
        {
            **phase,
            "title": named(phase["name"]),
            "items": [_item(item, made["claims"], few) for item in phase["items"]],
        }
        for phase in phases
    ]


def _item(item: Mapping[str, Any], claims: Sequence[Mapping[str, Any]], few: bool) -> dict[str, Any]:
    states = [kind(claims[number]["state"]) for number in item["claims"]]
    return {
        **item,
        **{key: said(item[key]) for key in ("item", "promise")},
        "priority": say(item["priority"]),
        "counts": [(one, states.count(one)) for one in readiness.STATES if one in states],
        "open": few and item["state"] in ("fails", "unproven"),
    }


def named(name: str) -> str:
    """A phase or a drill."""
    return said(name.replace("_", " ").capitalize())


def page(made: Document, language: str = "en") -> dict[str, Any]:
    with speaking(language):
        return _page(made)


def _page(made: Document) -> dict[str, Any]:
    now = datetime.fromisoformat(made["at"])
    claims = [shown_claim(record, now) for record in made["claims"]]
    phases, metrics = shown_phases(made), [shown_metric(one, made) for one in made["metrics"]]
    dated = [record["at"] for record in made["claims"] if record["state"] in HELD and not record["role"].startswith("drill-")]
    sign, verdict = VERDICTS[made["decision"]]
    runs, words = made["history"], {state: say(word) for state, word in WORDS.items()}
    steps = [
        {**step, "priority": say(step["priority"]), "runbook": runbook(step["command"]), "what": list(map(told, step["what"]))}
        for step in made["next_steps"]
    ]
    data = {
        **packed(claims),
        "at": made["at"],
        "items": {item["id"]: item["claims"] for phase in phases for item in phase["items"]},
        "metrics": [one.pop("drawn") for one in metrics],
        "runs": [[run["at"], *(sum(run["claims"].get(state, 0) for state in states) for states in RUN_STATES)] for run in runs],
        "signs": SIGN,
        "words": words,
    }
    return {
        **{key: made[key] for key in ("application", "environment", "at", "decision")},
        "title": title(made),
        "next_steps": steps,
        "next_steps_title": steps_title(made),
        "next_steps_open": STEPS,
        "decided": moment(now.timestamp()),
        "sign": sign,
        "verdict": say(verdict),
        "why": why(made),
        "oldest": age(min(dated), now) if dated else "",
        "metrics": metrics,
        "phases": phases,
        "states": [(one, sum(kind(claim["state"]) == one for claim in claims)) for one in readiness.STATES],
        "hosts": sorted({claim["host"] for claim in claims}),
        "broken": broken(claims)[:OPEN_AT_MOST],
        "waivers": [
            {
                **{key: claim[key] for key in ("id", "host", "says", "state")},
                **record["waived"],
                "left": days_left(str(record["waived"]["until"]), now),
            }
            for claim, record in zip(claims, made["claims"], strict=True)
            if record.get("waived")
        ],
        "drills": [
            {
                **one,
                "title": named(one["name"]),
                "age": age(one["at"], now),
                "done": moment(datetime.fromisoformat(one["at"]).timestamp()),
                "figures": {said(says): whole(value) for says, value in one["figures"].items()},
            }
            for one in made["drills"]
        ],
        "plans": [
            {
                **plan,
                "title": named(plan["phase"]),
                "says": drift(plan),
                "age": age(plan["at"], now) if plan["at"] else "",
                "changes": [{**one, "sign": CHANGE_SIGNS[one["action"]]} for one in plan["changes"]],
            }
            for plan in made["plans"]
        ],
        "costs_head": list(map(say, COSTS)),
        "costs": [
            {**one, "says": cost(one), "rows": list(map(cost_row, one["lines"])), "not_estimated": list(map(said, one["not_estimated"]))}
            for one in made["costs"]
        ],
        "runs": [{**run, "sign": VERDICTS[run["decision"]][0], "verdict": say(VERDICTS[run["decision"]][1])} for run in reversed(runs)],
        "signs": SIGN,
        "words": words,
        # In a script, JSON is text up to the first "</script" or "<!--".
        "data": json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c"),
    }
