# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Evidence as people read it: a table for the terminal and a page of Markdown.

Pure functions over evidence records (see `claim.judge`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from .language import said, say

Record = Mapping[str, Any]
# What counts as proven; all other states do not.
HELD = ("holds", "waived")
SIGNS = {"holds": "✔", "waived": "~", "stale": "?", "unproven": "?", "fails": "✘"}


WORDS = {"waived": "waived", "stale": "stale", "unproven": "not proven", "fails": "do not hold"}

# Clocks differ by some seconds; by more, nobody knows how old anything is.
AHEAD = timedelta(minutes=5)


def aged(record: Record, now: datetime, max_age: timedelta) -> dict[str, Any]:
    """The record as it counts now: what was seen too long ago, or is to come, is stale, and a waiver may have ended since."""
    if record["state"] not in HELD:
        return dict(record)
    if datetime.fromisoformat(record["at"]) > now + AHEAD:
        return {**record, "state": "stale", "error": f"was seen at {record['at']}, which is to come: a clock is wrong"}
    if now - datetime.fromisoformat(record["at"]) > max_age:
        return {**record, "state": "stale", "error": f"was seen at {record['at']}, too long ago to count"}
    if record["state"] == "waived" and now.date() > date.fromisoformat(record["waived"]["until"]):
        return {**record, "state": "fails"}
    return dict(record)


def unclaimed(item: Mapping[str, Any], records: Sequence[Record]) -> list[str]:
    """The roles of an item that have made no claim about it."""
    claimed = {record["role"] for record in records if record["item"] == item["id"]}
    return [role for role in item["roles"] if role not in claimed]


def silent(hosts: Iterable[str], records: Sequence[Record]) -> list[str]:
    """The hosts about which there is no claim at all."""
    seen = {record["host"] for record in records}
    return [host for host in hosts if host not in seen]


def unproven(roadmap: Iterable[Mapping[str, Any]], hosts: Iterable[str], records: Sequence[Record]) -> list[str]:
    return [
        *(f"{item['id']}: no claim of role {role} was proven" for item in roadmap for role in unclaimed(item, records)),
        *(f"{host}: no claim was proven" for host in silent(hosts, records)),
    ]


def broken(records: Sequence[Record]) -> Sequence[Record]:
    return [record for record in records if record["state"] not in HELD]


def seen(record: Record) -> str:
    """What was observed, short enough for a table."""
    if record.get("error"):
        text = said(str(record["error"]))
    elif record["observed"] in (None, "", [], {}):
        text = say("nothing")
    elif isinstance(record["observed"], dict):
        text = ", ".join(record["observed"])
    elif isinstance(record["observed"], list):
        text = ", ".join(map(str, record["observed"]))
    else:
        text = str(record["observed"])
    if is_only_accepted(record):
        text = f"({say('only accepted')}) {text}"
    return " ".join(text.split())


def is_only_accepted(record: Record) -> bool:
    """Does it rest on what an emulator was told and does nothing with?"""
    return record.get("fidelity") == "accepted" and record["state"] == "holds"


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def summary(records: Sequence[Record]) -> str:
    counts = {state: sum(record["state"] == state for record in records) for state in SIGNS}
    parts = [say("{count} of {all} claims hold", count=counts["holds"], all=len(records))]
    if accepted := sum(map(is_only_accepted, records)):
        parts[0] += f" ({accepted} {say('only accepted')})"
    parts += [f"{counts[state]} {say(word)}" for state, word in WORDS.items() if counts[state]]
    return ", ".join(parts)


def told(what: str) -> str:
    """What of a place or an item there is to say, as `place: sentence`."""
    head, colon, rest = what.partition(": ")
    return f"{said(head)}: {said(rest)}" if colon and said(rest) != rest else said(what)


def table(roadmap: Iterable[Mapping[str, Any]], records: Sequence[Record], width: int = 118) -> str:
    """The claims under their items, a line each."""
    says = min(max([len(said(record["says"])) for record in records], default=20), width - 40)
    lines = []
    for item in roadmap:
        mine = [record for record in records if record["item"] == item["id"]]
        lines.append(f"{said(item['item'])} ({item['id']}): {summary(mine)}")
        lines += [
            f"  {SIGNS[record['state']]} {cut(said(record['says']), says):<{says}}  {cut(seen(record), width - says - 6)}".rstrip()
            for record in sorted(mine, key=lambda record: record["id"])
        ]
    return "\n".join(lines)


def markdown(title: str, roadmap: Iterable[Mapping[str, Any]], records: Sequence[Record], now: datetime) -> str:
    """The same as a page."""

    def cell(text: Any) -> str:
        return str(text).replace("|", "\\|").replace("\n", " ")

    lines = [f"# {title}", "", f"{summary(records)}, {now:%Y-%m-%d %H:%M} UTC.", ""]
    for item in roadmap:
        mine = sorted((record for record in records if record["item"] == item["id"]), key=lambda record: record["id"])
        head = " | ".join(map(say, ("Claim", "Expected", "Seen", "When")))
        lines += [f"## {said(item['item'])}", "", said(item["promise"]), "", f"| | {head} |", "|---|---|---|---|---|"]
        for record in mine:
            ((comparison, expected),) = record["expected"].items()
            state = say(record["state"])
            if record["state"] == "waived":
                state += f": {say('{reason}, until {until}', **record['waived'])}"
            row = (state, said(record["says"]), f"{say(comparison.replace('_', ' '))} {expected}", seen(record), record["at"])
            lines.append(f"| {' | '.join(map(cell, row))} |")
        lines.append("")
    return "\n".join(lines)
