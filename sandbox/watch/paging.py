"""Pages of a list, with a token that says where the next one begins."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def page(items: Sequence[Item], size: int, token: str | None, invalid: type[Exception]) -> tuple[Sequence[Item], str | None]:
    start = 0
    if token:
        try:
            start = int(base64.urlsafe_b64decode(token))
        except ValueError as error:
            raise invalid("Request parameter NextToken is invalid") from error
    end = start + size
    return items[start:end], base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(items) else None
