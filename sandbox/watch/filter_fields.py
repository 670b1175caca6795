"""Space-delimited filter patterns: [ip, user, ..., status_code >= 500, bytes].

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import functools
import re

from sandbox.watch.filter_condition import VALUE, Condition, Pattern, comparison, either
from sandbox.watch.tokens import Malformed, Tokens

_TOKENS = re.compile(r"(?P<operator>&&|\|\||[!<>]=|[=<>(),])|" + VALUE + r"|(?P<word>[^\s(),&|=!<>\"]+)")
_FIELD = re.compile(r'\[([^\]]*)\]|"([^"]*)"|(\S+)')


def fields_pattern(text: str) -> Pattern:
    if not text.endswith("]"):
        raise Malformed("expected ']' at the end")
    tokens = Tokens(text[1:-1], _TOKENS)
    names: list[str] = []
    conditions: list[Condition] = []
    while True:
        name = tokens.next.text
        if tokens.next.kind != "word":
            raise Malformed(f"expected the name of a field, found {name or 'the end'!r}")
        names.append(name)
        if name == "...":
            tokens.take()
        else:
            conditions.append(either(tokens, _condition))
        if not tokens.accept(","):
            break
    tokens.end()
    read = functools.partial(_read, names)
    selectors = tuple(f"${name}" for name in names if name != "...")
    return Pattern(
        read,
        lambda event: all(condition(event) for condition in conditions),
        lambda event, selector: [event[selector[1:]]] if selector[1:] in event else [],
        selectors,
    )


def _condition(tokens: Tokens) -> Condition:
    name = tokens.take().text
    if tokens.next.text not in ("=", "!=", ">", "<", ">=", "<="):
        return lambda event: True
    compare = comparison(tokens)
    return lambda event: compare(event[name])


def _read(names: list[str], message: str) -> dict[str, str] | None:
    """The fields by name; quotes and brackets keep several words together, `...` stands for any number."""
    found = ["".join(part for part in match.groups() if part) for match in _FIELD.finditer(message)]
    if "..." not in names:
        return dict(zip(names, found, strict=True)) if len(names) == len(found) else None
    gap = names.index("...")
    after = len(names) - gap - 1
    if len(found) < gap + after:
        return None
    return dict(zip(names[:gap] + names[gap + 1 :], found[:gap] + found[len(found) - after :], strict=True))
