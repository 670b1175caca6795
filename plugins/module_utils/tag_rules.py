# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which tags AWS takes. https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

MOST_TAGS, LONGEST_KEY, LONGEST_VALUE = 50, 128, 256


def as_text(tags: Mapping[str, object] | None) -> dict[str, str]:
    """Tags of the inventory; YAML may have read a number or a yes there."""
    return {str(key): str(value) for key, value in (tags or {}).items()}


def problems(tags: Mapping[str, str]) -> Iterator[str]:
    if len(tags) > MOST_TAGS:
        yield f"{len(tags)} tags, at most {MOST_TAGS} are allowed"
    for key, value in tags.items():
        if not 1 <= len(key) <= LONGEST_KEY or key.lower().startswith("aws:"):
            yield f"the tag key {key!r} must have 1 to {LONGEST_KEY} characters and not begin with aws:"
        if len(value) > LONGEST_VALUE:
            yield f"the value of tag {key!r} has {len(value)} characters, at most {LONGEST_VALUE} are allowed"
