# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an address answers, as plain data; runs on application hosts too."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError

from ansible.module_utils.urls import open_url


def answer(url: str, seconds: float = 10) -> dict[str, Any]:
    """The status and, where there is one, the body; an error is an answer too."""
    try:
        with open_url(url, timeout=seconds, follow_redirects="none", http_agent="prodready") as found:
            text = found.read(100_000).decode("utf-8", "replace")
            is_json = "json" in found.headers.get("Content-Type", "")
            return {"status": found.status, "body": json.loads(text) if is_json else text}
    except HTTPError as error:
        return {"status": error.code}
    except (OSError, ValueError) as error:
        return {"error": str(error)}


def said(found: dict[str, Any]) -> str:
    """An answer in a few words."""
    return found.get("error") or f"status {found['status']}"
