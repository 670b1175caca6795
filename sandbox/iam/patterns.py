"""Strings of a policy with its wildcards and variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

# What is known of a request, by condition key in lower case: a list is a multivalued key.
Context = Mapping[str, str | list[str]]

_VARIABLE = re.compile(r"\$\{([^}']+?)(?:, *'([^']*)')?\}")
_SPECIAL = {"*", "?", "$"}
_ARN_PARTS = 6


def resolved(text: str, context: Context) -> list[tuple[str, bool]] | None:
    """The text as pieces, each with whether its wildcards count; None when a variable has no value."""
    pieces, end = [], 0
    for match in _VARIABLE.finditer(text):
        pieces.append((text[end : match.start()], True))
        name, default = match.groups()
        value = name if name in _SPECIAL else context.get(name.lower(), default)
        if not isinstance(value, str):  # a multivalued key is no variable
            return None
        pieces.append((value, False))
        end = match.end()
    return [*pieces, (text[end:], True)]


def plain(pieces: list[tuple[str, bool]]) -> str:
    return "".join(text for text, _ in pieces)


def like(pieces: list[tuple[str, bool]], value: str) -> bool:
    """Does the whole value match, with * for any characters and ? for one?"""
    return bool(_regex(tuple(pieces)).fullmatch(value))


@functools.lru_cache(4096)
def _regex(pieces: tuple[tuple[str, bool], ...]) -> re.Pattern[str]:
    wild = {r"\*": ".*", r"\?": "."}
    return re.compile(
        "".join(re.sub(r"\\[*?]", lambda match: wild[match[0]], re.escape(text)) if counts else re.escape(text) for text, counts in pieces),
        re.DOTALL,
    )


def arn_like(pieces: list[tuple[str, bool]], value: str) -> bool:
    """Does an ARN match, each of its six parts by itself? The last one may contain colons."""
    parts = _split(pieces)
    values = value.split(":", _ARN_PARTS - 1)
    return len(parts) == len(values) == _ARN_PARTS and all(like(part, text) for part, text in zip(parts, values, strict=True))


def _split(pieces: list[tuple[str, bool]]) -> list[list[tuple[str, bool]]]:
    parts: list[list[tuple[str, bool]]] = [[]]
    for text, counts in pieces:
        # A variable stands only in an ARN's last part, so that its colons separate nothing.
        first, *others = text.split(":", _ARN_PARTS - len(parts)) if counts else [text]
        parts[-1].append((first, counts))
        parts += [[(other, counts)] for other in others]
    return parts
