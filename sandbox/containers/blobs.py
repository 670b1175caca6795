"""The layers and configurations of images, as files by their SHA-256: snapshots of the account are kept in memory, these are not.

They lie in a folder of the sandbox, or of the process where it has none, and are forgotten when the emulator starts anew.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import shutil
import tempfile
from pathlib import Path

_folder: Path | None = None


def keep_in(folder: Path) -> None:
    global _folder
    shutil.rmtree(folder, ignore_errors=True)
    _folder = folder


def path(digest: str) -> Path:
    return _made("blobs") / digest.removeprefix("sha256:")


def part(upload: str) -> Path:
    """Of a layer that is being uploaded."""
    return _made("uploads") / upload


def take(upload: str) -> tuple[str, int]:
    """The upload is whole: its digest and size."""
    file = part(upload)
    digest, size = digest_of(file), file.stat().st_size
    file.replace(path(digest))
    return digest, size


def digest_of(file: Path) -> str:
    with file.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"


def _made(name: str) -> Path:
    made = (_folder or _temporary()) / name
    made.mkdir(mode=0o700, parents=True, exist_ok=True)
    return made


@functools.cache
def _temporary() -> Path:
    made = Path(tempfile.mkdtemp(prefix="ecr-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
