"""The files in `.sandbox/plane/`: replaced as a whole, and only when something changed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write(path: Path, content: Any) -> bool:
    """Whether it was another before. A rename is what Envoy watches for; a private key is never open to others."""
    text = json.dumps(content, indent=1, sort_keys=True, default=str)
    if path.exists() and path.read_text() == text:
        return False
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    new.replace(path)
    return True


def remove_others(folder: Path, kept: set[str]) -> None:
    for path in folder.iterdir():
        if f"{folder.name}/{path.name}" not in kept:
            path.unlink()
