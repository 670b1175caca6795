# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a module says while it is at work: shown at once where it runs in the controller, and to nobody elsewhere."""

from __future__ import annotations

from collections.abc import Callable

listener: Callable[[str], None] | None = None


def say(text: str) -> None:
    if listener is not None:
        listener(text)
