# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a run takes and whether it is there: findings, in the form of evidence, each with what mends it.

Pure functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .report import seen, table

ITEMS = {
    "machine": "Where Ansible runs",
    "hosts": "The application's hosts",
    "inventory": "The inventory",
    "account": "Account and region",
    "permissions": "Permissions",
    "quotas": "Quotas",
    "locks": "Who is at work",
}
STATES = {True: "holds", False: "fails", None: "unproven"}

Finding = dict[str, Any]


def finding(name: str, says: str, holds: bool | None, saw: Any, mend: str) -> Finding:
    """`name` begins with its item; None is not known, and `saw` then says why."""
    return {"id": f"doctor.{name}", "item": name.partition(".")[0], "says": says, "observed": saw, "state": STATES[holds], "mend": mend}


def text(findings: Sequence[Finding]) -> str:
    """A table of all findings, then what is to be done, and what nobody knows."""
    items = [{"id": key, "item": item} for key, item in ITEMS.items() if any(one["item"] == key for one in findings)]
    parts = [table(items, findings)]
    for state, title in (("fails", "To do:"), ("unproven", "Not known:")):
        mine = [one for one in findings if one["state"] == state]
        lines = [f"  {number}. {one['says']}: saw {seen(one)}\n     {one['mend']}" for number, one in enumerate(mine, 1)]
        parts += ["\n".join([title, *lines])] if mine else []
    return "\n\n".join(parts)
