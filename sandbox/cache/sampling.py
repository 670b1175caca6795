"""What the nodes of a group say of themselves, read again and again."""

from __future__ import annotations

import asyncio
import logging

from sandbox.cache import info
from sandbox.cache.group import Group, Report
from sandbox.cache.resp import Refused

log = logging.getLogger(__name__)

SECONDS = 5.0


async def sample(group: Group, report: Report) -> None:
    """Until it is cancelled."""
    while True:
        await asyncio.sleep(SECONDS)
        lags: dict[str, float] = {}
        primaries = set(group.primaries.values())
        for name in sorted(group.nodes, key=lambda name: name not in primaries):  # primaries first: they know the lags
            node = group.nodes.get(name)
            if not node or node.state != "available":
                continue
            try:
                found = await node.info()
                lags |= info.lags(found)
                measured = await node.numbers(found)
            except (OSError, Refused) as error:
                log.warning("%s was not measured: %s", name, error)
                continue
            lag = lags.get(node.address)
            report(
                {"group": group.uid, "node": name, "run": found["run_id"], "role": found["role"], "lag": lag, "numbers": measured},
            )
