"""What the application's hosts hold and run, read from their files alone, so that two moments can be compared."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

from tests.integration.place import Place

# What the role works with on its way; nothing of it is served.
WORKING = ("srv/shop/cache", "etc/shop/candidate.env")


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def read(place: Place) -> dict[str, dict[str, Any]]:
    found = {}
    for host in place.hosts:
        root = place.root(host)
        shop, units = root / "srv/shop", root / "etc/systemd/system"
        show = [root / "bin/systemctl", "show", "--property=MainPID", "--value", "shop.service"]
        found[host] = {
            "releases": sorted(path.name for path in (shop / "releases").glob("*")),
            "current": (shop / "current").readlink().name if (shop / "current").is_symlink() else "",
            "units": {str(path.relative_to(units)): digest(path) for path in sorted(units.rglob("*shop*"))},
            "environment": digest(root / "etc/shop/shop.env"),
            "process": subprocess.run(show, check=True, capture_output=True, text=True, timeout=30).stdout.strip(),
        }
    return found


def files(place: Place) -> dict[str, tuple[int, int, int]]:
    """Every file that a run may write, with its mode, size and time."""
    roots = [
        *(place.root(host) / part for host in place.hosts for part in ("srv", "etc")),
        place.folder / "archives",
        place.folder / "evidence",
    ]
    paths = [path for root in roots for path in root.rglob("*") if "node_modules/" not in str(path)]
    return {str(path): (at.st_mode, at.st_size, at.st_mtime_ns) for path in paths for at in [path.lstat()]}
