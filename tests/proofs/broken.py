"""A copy of the checkout with something broken on purpose, so that a proof is seen red.

    with broken(place, Edit("roles/s3/tasks/main.yml", "not ansible_check_mode", "true")):
        place.playbook("immediate")

While it lasts, the place runs the copy's playbooks, roles, modules and inventory. The sandbox, once up, is not started anew.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.integration.place import CHECKOUT, Place


@dataclass(frozen=True)
class Edit:
    """In this file the one place that says `old` says `new`; without `old` the file is a new one."""

    file: str
    old: str
    new: str

    def make(self, checkout: Path) -> None:
        file = checkout / self.file
        text = file.read_text() if self.old else ""
        if self.old and text.count(self.old) != 1:
            raise ValueError(f"{self.file} has {text.count(self.old)} places that say {self.old!r}: the edit must fit one")
        file.write_text(text.replace(self.old, self.new) if self.old else self.new)


@contextlib.contextmanager
def broken(place: Place, *edits: Edit) -> Iterator[Path]:
    """The place runs a copy of its checkout with these edits; the copy's folder is handed out."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=CHECKOUT, check=True, capture_output=True, text=True, timeout=60).stdout.split("\0")
    before = place.checkout
    with tempfile.TemporaryDirectory(dir=place.folder.parent) as folder:
        copy = Path(folder) / "checkout"
        for name in filter(None, names):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            # A file that git knows may have been removed.
            with contextlib.suppress(FileNotFoundError):
                shutil.copy2(before / name, copy / name, follow_symlinks=False)
        for edit in edits:
            edit.make(copy)
        place.checkout = copy
        try:
            yield copy
        finally:
            place.checkout = before
