"""The reader endpoint: new connections go to the replicas in turn, or to the primary where there is none.

On AWS its name resolves to one of them: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.Endpoints.html
"""

from __future__ import annotations

import asyncio
import contextlib

_CHUNK = 1 << 16


class Reader:
    def __init__(self) -> None:
        self.targets: list[tuple[str, int]] = []
        self._turn = 0
        self._server: asyncio.Server | None = None
        self._pairs: set[asyncio.Task[None]] = set()

    async def start(self, address: str, port: int) -> None:
        if not self._server:
            self._server = await asyncio.start_server(self._serve, address, port)

    async def _serve(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._pairs.add(task)
        try:
            if not self.targets:
                return
            self._turn += 1
            far_in, far_out = await asyncio.open_connection(*self.targets[self._turn % len(self.targets)])
            try:
                ways = [asyncio.ensure_future(_pass(near_in, far_out)), asyncio.ensure_future(_pass(far_in, near_out))]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
            finally:
                far_out.close()
        except OSError:
            pass  # the client sees its connection closed, and asks again
        finally:
            near_out.close()
            self._pairs.discard(task)

    def stop(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for task in self._pairs:
            task.cancel()


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(_CHUNK):
            sink.write(data)
            await sink.drain()
