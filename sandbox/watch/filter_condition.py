"""What the kinds of filter patterns share: conditions and comparisons.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from sandbox.watch.tokens import Malformed, Tokens

# Group names: the kinds of tokens.
VALUE = r"(?P<string>\"(?:[^\"\\]|\\.)*\")|(?P<regex>%[^%]*%)"

Event = Any
Condition = Callable[[Event], bool]


class Pattern(NamedTuple):
    """`read` turns a message into what `holds` judges, or None; `values` finds what a selector says of it."""

    read: Callable[[str], Event | None]
    holds: Condition
    values: Callable[[Event, str], list[Any]]
    selectors: tuple[str, ...]

    def matches(self, message: str) -> bool:
        event = self.read(message)
        return event is not None and self.holds(event)

    def value(self, message: str, selector: str) -> Any:
        event = self.read(message)
        found = [] if event is None else self.values(event, selector)
        return found[0] if found else None


def either(tokens: Tokens, condition: Callable[[Tokens], Condition]) -> Condition:
    parts = [both(tokens, condition)]
    while tokens.accept("||"):
        parts.append(both(tokens, condition))
    return lambda event: any(part(event) for part in parts)


def both(tokens: Tokens, condition: Callable[[Tokens], Condition]) -> Condition:
    parts = [one(tokens, condition)]
    while tokens.accept("&&"):
        parts.append(one(tokens, condition))
    return lambda event: all(part(event) for part in parts)


def one(tokens: Tokens, condition: Callable[[Tokens], Condition]) -> Condition:
    if tokens.accept("("):
        inner = either(tokens, condition)
        tokens.expect(")")
        return inner
    return condition(tokens)


def comparison(tokens: Tokens) -> Callable[[Any], bool]:
    operator = tokens.accept("=", "!=", ">", "<", ">=", "<=")
    token = tokens.take()
    if not operator or token.kind not in ("string", "word", "regex"):
        raise Malformed('expected a comparison such as = "ERROR" or >= 500')
    number = _number(token.text) if token.kind == "word" else None
    if operator in ("=", "!="):
        equal = _equals(token.kind, token.text, number)
        return equal if operator == "=" else lambda value: not equal(value)
    if number is None:
        raise Malformed(f"{operator} compares numbers, not {token.text}")
    compare: dict[str, Callable[[float], bool]] = {
        ">": lambda value: value > number,
        "<": lambda value: value < number,
        ">=": lambda value: value >= number,
        "<=": lambda value: value <= number,
    }
    return lambda value: (known := _number(value)) is not None and compare[operator](known)


def _equals(kind: str, text: str, number: float | None) -> Callable[[Any], bool]:
    if kind == "regex":
        pattern = regex(text)
        return lambda value: isinstance(value, str) and bool(pattern.search(value))
    if number is not None:
        return lambda value: _number(value) == number
    wanted = _wildcard(unquoted(text))
    return lambda value: bool(wanted.fullmatch(value if isinstance(value, str) else json.dumps(value)))


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _wildcard(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)


def regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text.strip("%"))
    except re.error as error:
        raise Malformed(f"{text} is not a regular expression: {error}") from error


def unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
