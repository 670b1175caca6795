"""The lines that others write into a file of the data plane, each read once."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

log = logging.getLogger(__name__)


class Follower:
    """Of a file of JSON lines, from its present end on; one that took its place is read from its start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._rest = b""
        if path.exists():
            self._file = path.open("rb")
            self._file.seek(0, os.SEEK_END)

    @property
    def size(self) -> int:
        return os.fstat(self._file.fileno()).st_size if self._file else 0

    def entries(self) -> Iterator[dict[str, Any]]:
        while True:
            if self._file:
                yield from self._parsed(self._file.read())
            if not self._moved():
                return

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _moved(self) -> bool:
        """Go on to the file that has the name now, when it is another than the one that was read to its end."""
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return False
        if self._file:
            known = os.fstat(self._file.fileno())
            if (now.st_dev, now.st_ino) == (known.st_dev, known.st_ino):
                return False
            self._file.close()
        self._file, self._rest = self._path.open("rb"), b""
        return True

    def _parsed(self, content: bytes) -> Iterator[dict[str, Any]]:
        *lines, self._rest = (self._rest + content).split(b"\n")
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                log.warning("%s has a line that is no JSON: %r", self._path, line[:200])
