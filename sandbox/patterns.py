"""The patterns of AWS's models, which are written for Java, as Python's."""

from __future__ import annotations

import functools
import re
import warnings

# What Python's `re` can say about a Unicode category without a table; \w is wider than \p{L}, so nothing legal is
# refused. Categories that are missing here make a pattern unchecked.
_CLASSES = {
    "L": r"\w",
    "N": r"\w",
    "Z": r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
    "Zs": r" \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000",
    "ASCII": r"\x00-\x7f",
    "Print": r"\x20-\x7e",
    "Graph": r"\x21-\x7e",
    "Alnum": r"a-zA-Z0-9",
    "Alpha": r"a-zA-Z",
    "Digit": r"0-9",
}
_CLASS = re.compile(r"\\p\{(?:Is)?(\w+)\}|\\p([LNZ])")
# Java reads characters beyond U+FFFF as two; the models spell their range in these halves.
_SURROGATES = r"\uD800\uDC00-\uDBFF\uDFFF"


@functools.cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern for Python, or None when Python cannot say it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(_translated(pattern))
    except (re.error, KeyError, Warning):
        return None


def matches(pattern: str, value: str) -> bool:
    """AWS matches whole values, like Java's `matches`. A pattern that cannot be compiled matches everything.

    A pattern with a start and no end (`^arn:aws:`) is meant as a prefix by some services and not by others.
    """
    regex = compiled(pattern)
    if regex is None:
        return True
    prefix = pattern.startswith("^") and not pattern.endswith("$")
    return bool(regex.match(value) if prefix else regex.fullmatch(value))


def _translated(pattern: str) -> str:
    pattern = pattern.replace(_SURROGATES, r"\U00010000-\U0010FFFF")
    pattern = re.sub(r"(\\[wds])-(?=[^\]])", r"\1\\-", pattern)

    def python(match: re.Match[str]) -> str:
        members = _CLASSES[match[1] or match[2]]
        return members if _in_class(pattern[: match.start()]) else f"[{members}]"

    return _CLASS.sub(python, pattern)


def _in_class(before: str) -> bool:
    bare = re.sub(r"\\.", "", before)
    return bare.rfind("[") > bare.rfind("]")
