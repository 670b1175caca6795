# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A process that sends its part of a load test's requests: what to send comes by stdin, what became of it goes to stdout.

Lines of JSON. It begins when it is told, and ends when its stdin does: so no request is sent after who asked for them is gone.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from . import load_plan
from .load import Load, Sample, aiohttp

TELL_SECONDS = 0.5


def part(plan: Mapping[str, Any]) -> Load:
    """Every so-manieth of the requests that one process alone would send, at the same times."""
    number, of = plan["number"], plan["of"]
    return Load(
        islice(load_plan.asked(plan["site"], plan["requests"], plan["headers"], plan["seed"]), number, None, of),
        islice(load_plan.arrivals(plan["stages"]), number, None, of),
        plan["connect_to"],
        None,
        plan["timeout_seconds"],
        -(-plan["connections"] // of),
        plan["counted_header"],
        plan["authorities"],
    )


def rows(samples: Iterable[Sample], started: float) -> list[list[Any]]:
    return [
        [
            round(one.at - started, 6),
            round(one.seconds, 6),
            one.status,
            one.error,
            one.name,
            round(one.late_seconds, 6),
            one.failed,
            one.said,
        ]
        for one in samples
    ]


def seen(row: list[Any], started: float) -> Sample:
    after, *rest = row
    return Sample(started + after, *rest)


def tell(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    if aiohttp is None:
        tell(error=f"aiohttp is missing: install it for {sys.executable}")
        return
    tell(ready=True)
    if not sys.stdin.readline():
        return
    threading.Thread(target=end_with_stdin, daemon=True).start()
    told = 0
    with part(plan) as load:
        over = False
        while not over:
            over = load.wait(TELL_SECONDS)
            new = load.samples[told:]
            told += len(new)
            tell(samples=rows(new, load.started), under_way=load.under_way)
    tell(over=True)
    # Its thread still reads stdin, which an interpreter that ends would wait for.
    os._exit(0)
