# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a running process has got, compared with what it should have, without either side showing a value.

The process answers, for a nonce that is never used twice, each variable's HMAC-SHA256 with the nonce as key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping


def digest(nonce: str, value: str) -> str:
    return hmac.new(nonce.encode(), value.encode(), hashlib.sha256).hexdigest()


def disagreements(values: Mapping[str, str], nonce: str, answer: Mapping[str, str]) -> dict[str, str]:
    """How the process falls short, by name. What it has beside these variables is its host's business."""
    return {
        name: "missing" if name not in answer else "other value"
        for name, value in sorted(values.items())
        if not hmac.compare_digest(digest(nonce, value), str(answer.get(name, "")))
    }
