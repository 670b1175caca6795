# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Evidence on disk: written whole or not at all, and sealed, so that what was edited later does not count.

A folder of evidence has a ledger, seals.jsonl: a line for each file written, with its hash and the hash of the line before. Who edits a
file, a line, or takes a line out, is seen. Who writes the whole ledger anew is seen only by a copy that is kept elsewhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .report import SIGNS

LEDGER = "seals.jsonl"
# Of the ledger, which is not read whole to be written to.
LONGEST_LINE = 4096
KEYS = {"id", "item", "says", "observed", "expected", "state", "at"}


class Unreadable(Exception):
    """A file that holds no evidence; the message says which and why."""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def keep(dest: Path, value: Any) -> None:
    """Write a file of JSON, and its seal into the ledger beside it."""
    content = (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()
    dest.parent.mkdir(parents=True, exist_ok=True)
    beside = dest.with_name(f".{dest.name}.{os.getpid()}")
    beside.write_bytes(content)
    # Sealed first: a run that is killed between the two leaves the file before, whose own seal still stands in the ledger.
    seal(dest.parent, dest.name, digest(content))
    beside.replace(dest)


def seal(folder: Path, name: str, sha256: str) -> None:
    with (folder / LEDGER).open("a+b") as ledger:
        fcntl.flock(ledger, fcntl.LOCK_EX)
        ledger.seek(max(ledger.seek(0, os.SEEK_END) - LONGEST_LINE, 0))
        before = ledger.read().splitlines()
        line = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "file": name,
            "sha256": sha256,
            "previous": digest(before[-1]) if before else "",
        }
        ledger.write((json.dumps(line) + "\n").encode())


def tampered(folder: Path) -> dict[str, str]:
    """The files of a folder that were edited since they were written, and how that is seen; the ledger itself may be one."""
    sealed, found = _sealed(folder)
    names = {path.name for path in folder.glob("*.json") if not path.name.startswith(".")}
    for name in sorted(names):
        seals = sealed.get(name)
        if seals is None:
            found[name] = "has no seal"
        elif digest((folder / name).read_bytes()) not in seals[-2:]:
            found[name] = "is not as it was written"
    return found | dict.fromkeys(sorted(sealed.keys() - names), "is missing")


def doubt(edited: Mapping[str, str], name: str) -> str:
    """Why a file does not count, by what `tampered` says of its folder: it was edited, or the ledger was; empty where it counts."""
    return edited.get(name) or edited.get(LEDGER, "")


def _sealed(folder: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The hashes that each file has had, the last one last; and where the chain is broken."""
    sealed: dict[str, list[str]] = {}
    try:
        lines = (folder / LEDGER).read_bytes().splitlines()
    except FileNotFoundError:
        return sealed, {}
    previous = ""
    for number, line in enumerate(lines, 1):
        try:
            one = json.loads(line)
            if one["previous"] != previous:
                return sealed, {LEDGER: f"was changed before line {number}"}
            sealed.setdefault(one["file"], []).append(one["sha256"])
        except (ValueError, TypeError, KeyError):
            return sealed, {LEDGER: f"line {number} is no seal"}
        previous = digest(line)
    return sealed, {}


def read(file: Path) -> Any:
    """A file's value; None where there is no file."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Unreadable(f"{file} cannot be read: {error}") from error


def records(file: Path, **more: str) -> list[dict[str, Any]]:
    """The claims' records of a file, each with `more`; none where there is no file."""
    found = read(file)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) and one.keys() >= KEYS and one["state"] in SIGNS for one in found):
        raise Unreadable(f"{file} holds something else than evidence")
    return [{**record, **more} for record in found]
