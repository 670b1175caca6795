"""CloudWatch Logs' filter patterns: terms, JSON and space-delimited.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import functools
import re

from sandbox.watch.filter_condition import Condition, Pattern, regex, unquoted
from sandbox.watch.filter_fields import fields_pattern
from sandbox.watch.filter_json import json_pattern
from sandbox.watch.tokens import Tokens

_TERMS = re.compile(r"(?P<term>[?-]?(?:\"(?:[^\"\\]|\\.)*\"|%[^%]*%|[^\s\"]+))")


@functools.lru_cache(maxsize=1024)
def compile(text: str) -> Pattern:
    """Raises Malformed."""
    text = text.strip()
    if text.startswith("{"):
        return json_pattern(text)
    if text.startswith("["):
        return fields_pattern(text)
    return _terms(text)


def _terms(text: str) -> Pattern:
    signed: dict[str, list[Condition]] = {"": [], "?": [], "-": []}
    for token in Tokens(text, _TERMS).tokens:
        sign = token.text[0] if token.text[0] in "?-" and len(token.text) > 1 else ""
        found = _contains(token.text[len(sign) :])
        signed[sign].append(found)
    required, optional, excluded = signed.values()

    def holds(message: str) -> bool:
        if any(found(message) for found in excluded):
            return False
        # AWS ignores optional terms beside required ones.
        return all(found(message) for found in required) if required or not optional else any(f(message) for f in optional)

    return Pattern(lambda message: message, holds, lambda event, selector: [], ())


def _contains(term: str) -> Condition:
    if term.startswith("%") and term.endswith("%") and len(term) > 1:
        wanted_by = regex(term)
        return lambda message: bool(wanted_by.search(message))
    wanted = unquoted(term)
    return lambda message: wanted in message
