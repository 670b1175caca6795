"""What of a host's journal is not shipped yet: the position in each unit's files, kept on the host."""

from __future__ import annotations

import heapq
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sandbox.agent.batch import Line, cut
from sandbox.units.journal import FILES_KEPT, folder_of, units

# The begin of a file's first entry, with its microsecond: the file's identity, which inodes are not, being reused.
_HEAD_BYTES = len('{"__REALTIME_TIMESTAMP": "1700000000000000"')

State = tuple[tuple[str, int], ...]


class Position(NamedTuple):
    file: str
    offset: int


class File(NamedTuple):
    path: Path
    identity: str
    offset: int
    size: int


class Backlog:
    def __init__(self, root: Path) -> None:
        self._folder = folder_of(root)
        self._kept = root / "var/lib/amazon-cloudwatch-agent/positions.json"
        self._positions = self._read()

    def state(self) -> State:
        """Changes when something is written; cheap, as it is asked each second."""
        try:
            with os.scandir(self._folder) as entries:
                return tuple((entry.name, entry.stat().st_size) for entry in entries)
        except FileNotFoundError:
            return ()

    def lines(self) -> Iterator[Line]:
        """All units' lines after their positions, in order of time."""
        return heapq.merge(*map(self._after_position, units(self._folder, [])), key=lambda line: line.at)

    def passed(self, lines: list[Line]) -> None:
        self._positions |= {line.unit: Position(line.file, line.end) for line in lines}
        known = units(self._folder, [])
        self._positions = {unit: position for unit, position in self._positions.items() if unit in known}
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        new = self._kept.with_suffix(".new")
        new.write_text(json.dumps(self._positions))
        new.replace(self._kept)

    def bytes_left(self) -> int:
        return sum(file.size - file.offset for unit in units(self._folder, []) for file in self._files(unit))

    def _read(self) -> dict[str, Position]:
        try:
            return {unit: Position(*kept) for unit, kept in json.loads(self._kept.read_text()).items()}
        except FileNotFoundError:
            return {}

    def _files(self, unit: str) -> list[File]:
        """From the file of the unit's position on; from the oldest when that was rotated away."""
        position, files = self._positions.get(unit), list[File]()
        for number in range(FILES_KEPT):
            path = self._folder / (f"{unit}.journal.{number}" if number else f"{unit}.journal")
            try:
                with path.open("rb") as file:
                    identity, size = _identity(file), os.fstat(file.fileno()).st_size
            except FileNotFoundError:
                continue
            if position and position.file == identity:
                files.append(File(path, identity, position.offset, size))
                break
            files.append(File(path, identity, 0, size))
        return files[::-1]

    def _after_position(self, unit: str) -> Iterator[Line]:
        for path, identity, offset, size in self._files(unit):
            if offset == size:
                continue
            with path.open("rb") as file:
                if _identity(file) != identity:
                    return  # rotated this moment; the next look finds it by its other name
                file.seek(offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    offset += len(line)
                    yield _line(line, unit, identity, offset)


def _identity(file: BinaryIO) -> str:
    return file.read(_HEAD_BYTES).decode("ascii", "replace")


def _line(line: bytes, unit: str, identity: str, end: int) -> Line:
    """Only what a service printed has a message here; nor has a line that a crash of the host tore."""
    try:
        entry = json.loads(line)
        at = int(entry["__REALTIME_TIMESTAMP"])
        message = cut(entry["MESSAGE"]) if entry.get("_TRANSPORT") == "stdout" else ""
    except (ValueError, KeyError):
        return Line(0, "", unit, identity, end)
    return Line(at, message, unit, identity, end)
