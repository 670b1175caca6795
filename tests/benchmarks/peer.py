"""The peer: amazon.aws and community.aws out of the `ansible` wheel, pinned by its hash, for the benchmarks alone."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
COLLECTIONS = CHECKOUT / ".ansible" / "peer"
WANTED = ("ansible_collections/amazon/aws/", "ansible_collections/community/aws/")


def fetch() -> Path:
    """The folder with both collections; fetched once."""
    if (COLLECTIONS / WANTED[-1]).is_dir():
        return COLLECTIONS
    with tempfile.TemporaryDirectory() as folder:
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--ignore-requires-python"]
        lock = CHECKOUT / "requirements" / "peer.lock"
        subprocess.run([*download, "--dest", folder, "--requirement", str(lock)], check=True)
        (wheel,) = Path(folder).glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as content:
            content.extractall(COLLECTIONS, [name for name in content.namelist() if name.startswith(WANTED)])
    return COLLECTIONS
