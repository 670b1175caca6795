# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags: a dictionary with us, a list of Key and Value with AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

MOST_TAGS, LONGEST_KEY, LONGEST_VALUE = 50, 128, 256


def to_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def to_dict(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def as_text(tags: Mapping[str, object] | None) -> dict[str, str]:
    """Tags of the inventory; YAML may have read a number or a yes there."""
    return {str(key): str(value) for key, value in (tags or {}).items()}


def problems(where: str, tags: Mapping[str, str], most: int = MOST_TAGS) -> Iterator[str]:
    """https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""
    if len(tags) > most:
        yield f"{where}: {len(tags)} tags, at most {most} are allowed"
    for key, value in tags.items():
        if not 1 <= len(key) <= LONGEST_KEY or key.lower().startswith("aws:"):
            yield f"{where}: the tag key {key!r} must have 1 to {LONGEST_KEY} characters and not begin with aws:"
        if len(value) > LONGEST_VALUE:
            yield f"{where}: the value of tag {key!r} has {len(value)} characters, at most {LONGEST_VALUE} are allowed"
