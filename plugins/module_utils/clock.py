# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How far this machine's clock is from AWS's, which tells the time in each answer, in whole seconds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any


def skew(answer: Mapping[str, Any]) -> float | None:
    """Seconds ahead of AWS, by an answer or by what came with an error; None where it has no date."""
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    return round(time.time() - parsedate_to_datetime(date).timestamp(), 1) if date else None
