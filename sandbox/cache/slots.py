"""The slots of a cluster, and how they are spread over shards. Pure.

https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

NUMBER = 16384
ALL = f"0-{NUMBER - 1}"
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


def parsed(text: str) -> set[int]:
    """Of 0-100,200; ValueError when it is not that."""
    found: set[int] = set()
    for part in filter(None, text.split(",")):
        match = _RANGE.fullmatch(part.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not first <= last < NUMBER:
            raise ValueError(f"{part.strip()} is no range of slots from 0 to {NUMBER - 1}")
        found.update(range(first, last + 1))
    return found


def ranges(slots: Iterable[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for slot in sorted(slots):
        if found and found[-1][1] == slot - 1:
            found[-1] = found[-1][0], slot
        else:
            found.append((slot, slot))
    return found


def text(slots: Iterable[int]) -> str:
    return ",".join(f"{first}-{last}" if first < last else str(first) for first, last in ranges(slots))


def spread(now: Mapping[str, set[int]], shards: list[str]) -> dict[str, set[int]]:
    """Evenly over these shards, with as few that move as can be; `now` says where each is."""
    least, more = divmod(NUMBER, len(shards))
    largest = sorted(shards, key=lambda name: (-len(now.get(name, ())), shards.index(name)))
    sizes = {name: least + (place < more) for place, name in enumerate(largest)}
    kept = {name: set(sorted(now.get(name, ()))[: sizes[name]]) for name in shards}
    free = iter(sorted(set(range(NUMBER)).difference(*kept.values())))
    return {name: kept[name] | {next(free) for _ in range(sizes[name] - len(kept[name]))} for name in shards}
