"""A connection to a node, as its administrator: https://redis.io/docs/latest/develop/reference/protocol-spec/"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from plugins.module_utils.resp import command

_SECONDS = 2.0
_LARGEST = 1 << 22


class Refused(Exception):
    """What Redis answers with an error to."""


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._one = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path, user: str, password: str) -> Connection:
        made = cls(*await asyncio.wait_for(asyncio.open_unix_connection(str(path), limit=_LARGEST), _SECONDS))
        try:
            await made("AUTH", user, password)
        except BaseException:
            made.close()
            raise
        return made

    async def __call__(self, *words: str, seconds: float = _SECONDS) -> Any:
        """The answer; TimeoutError after which the connection is of no use."""
        async with self._one:
            self._writer.write(command(*words))
            try:
                return await asyncio.wait_for(self._answer(), seconds)
            except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
                self.close()
                raise ConnectionError(f"no answer to {words[0]}: {error!r}") from error

    async def each(self, commands: list[tuple[str, ...]], seconds: float) -> list[Any]:
        """All answers of commands that are sent at once; the first error is raised when all have been read."""
        async with self._one:
            self._writer.write(b"".join(command(*words) for words in commands))
            try:
                async with asyncio.timeout(seconds):
                    answers = [await self._answer_or_error() for _ in commands]
            except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
                self.close()
                raise ConnectionError(f"no answer to {len(commands)} commands: {error!r}") from error
        for answer in answers:
            if isinstance(answer, Refused):
                raise answer
        return answers

    async def _answer_or_error(self) -> Any:
        try:
            return await self._answer()
        except Refused as error:
            return error

    async def _answer(self) -> Any:
        line = (await self._reader.readuntil(b"\r\n"))[:-2].decode()
        kind, rest = line[0], line[1:]
        if kind == "-":
            raise Refused(rest)
        if kind == ":":
            return int(rest)
        if kind == "$":
            return None if rest == "-1" else (await self._reader.readexactly(int(rest) + 2))[:-2].decode(errors="surrogateescape")
        if kind == "*":
            return [await self._answer() for _ in range(int(rest))]
        return rest

    def close(self) -> None:
        self._writer.close()
