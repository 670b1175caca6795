# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an address answers, as plain data; runs on application hosts too."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError

from ansible.module_utils.urls import open_url

MAXIMUM_BYTES = 1_000_000


def answer(url: str, seconds: float = 10) -> dict[str, Any]:
    """Status, headers and body; a redirect and a refusal are answers too, and `error` says why there is none."""
    try:
        try:
            opened = open_url(url, timeout=seconds, follow_redirects="none", http_agent="prodready")
        except HTTPError as error:
            opened = error
        with opened as found:
            headers = {name.lower(): value for name, value in found.headers.items()}
            text = found.read(MAXIMUM_BYTES).decode("utf-8", "replace")
            body = json.loads(text) if "json" in headers.get("content-type", "") else text
            return {"status": found.getcode(), "headers": headers, "body": body}
    except (OSError, ValueError, HTTPException) as error:
        return {"error": str(error) or type(error).__name__}


def said(found: dict[str, Any]) -> str:
    """An answer in a few words."""
    return found.get("error") or f"status {found['status']}"
