# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lists of what is declared: as options by kind, what is in them more than once, and how they are asked for in parts. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeVar

Item = TypeVar("Item")


def names_by_kind(*kinds: str) -> dict[str, Any]:
    """The specification of a module's option."""
    return {"type": "dict", "options": {kind: {"type": "list", "elements": "str", "default": []} for kind in kinds}}


def repeated(items: Iterable[Any]) -> list[Any]:
    """What is there more than once, in order."""
    return sorted(item for item, count in Counter(items).items() if count > 1)


def declared_twice(what: str, names: Iterable[str]) -> list[str]:
    return [f"{name}: the {what} is declared twice" for name in repeated(names)]


def used_twice(what: str, names: Iterable[str]) -> list[str]:
    return [f"{what} {name}: the name is used twice" for name in repeated(names)]


def batches(items: Iterable[Item], size: int) -> list[list[Item]]:
    """All items in order, so many at a time."""
    items = list(items)
    return [items[start : start + size] for start in range(0, len(items), size)]
