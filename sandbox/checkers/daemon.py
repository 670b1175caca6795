"""The checkers: one connection's orders, and what they see."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from sandbox.checkers.probe import Order, probe
from sandbox.daemon import follow

# A health check, and the region that it is checked from.
_Place = tuple[str, str]


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One emulator, as long as it lives."""
    await follow(Session(writer), reader, writer)


class Session:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._orders: dict[_Place, Order] = {}
        self._tasks: dict[_Place, asyncio.Task[None]] = {}

    def follow(self, order: dict[str, Any]) -> None:
        wanted = {(uid, region): one for uid, one in order["health_checks"].items() for region in one["checkers"]}
        for place in [place for place, one in self._orders.items() if wanted.get(place) != one]:
            self._tasks.pop(place).cancel()
        for place in wanted.keys() - self._tasks.keys():
            self._tasks[place] = asyncio.create_task(self._check(*place, wanted[place]))
        self._orders = wanted

    async def _check(self, uid: str, region: str, order: Order) -> None:
        # Checkers do not wait for one another, and these do not begin together.
        regions = list(order["checkers"])
        await asyncio.sleep(order["seconds"] * regions.index(region) / len(regions))
        while True:
            outcome = await probe(uid, order, order["checkers"][region])
            said = {"passed": outcome.passed, "status": outcome.status, "milliseconds": outcome.milliseconds}
            self._writer.write(json.dumps({"health_check": uid, "region": region, **said}).encode() + b"\n")
            await asyncio.sleep(order["seconds"])

    async def end(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
