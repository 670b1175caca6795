"""What was in a table at a moment: its items, with the later changes undone.

Kept per table while point-in-time recovery is on. An entry is the time of a change and the item that it replaced (None:
there was none), so the cost of a write is one reference, and of a recovery the number of changes since.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

Items = dict[Any, Any]


class Entry(NamedTuple):
    time: float
    hash_key: Any
    range_key: Any
    before: Any


class Journal:
    def __init__(self, entries: list[Entry] | None = None) -> None:
        self.entries = entries or []

    def record(self, time: float, hash_key: Any, range_key: Any, before: Any) -> None:
        self.entries.append(Entry(time, hash_key, range_key, before))

    def forget(self, until: float) -> None:
        self.entries = [entry for entry in self.entries if entry.time > until]

    def items_at(self, moment: float, items: Items) -> Items:
        then = copy.deepcopy(items)
        for entry in reversed(self.entries):
            if entry.time > moment:
                put_back(then, entry)
        return then

    def __deepcopy__(self, memo: Any) -> Journal:
        """A transaction copies its tables before it writes; entries never change."""
        return Journal(list(self.entries))


def put_back(items: Items, entry: Entry) -> None:
    holder, key = (items, entry.hash_key) if entry.range_key is None else (items[entry.hash_key], entry.range_key)
    if entry.before is None:
        holder.pop(key, None)
    else:
        holder[key] = copy.deepcopy(entry.before)
