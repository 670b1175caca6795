"""CloudWatch Logs' filter patterns: terms, JSON and space-delimited.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from sandbox.watch.tokens import Malformed, Tokens

_VALUE = r"(?P<string>\"(?:[^\"\\]|\\.)*\")|(?P<regex>%[^%]*%)"
_JSON = re.compile(
    r"(?P<selector>\$(?:\.\*|\.?\[(?:\d+|\*|'[^']*'|\"[^\"]*\")\]|\.[\w-]+)+)"
    r"|(?P<operator>&&|\|\||[!<>]=|[=<>()])|" + _VALUE + r"|(?P<word>[^\s()&|=!<>]+)"
)
_FIELDS = re.compile(r"(?P<operator>&&|\|\||[!<>]=|[=<>(),])|" + _VALUE + r"|(?P<word>[^\s(),&|=!<>\"]+)")
_TERMS = re.compile(r"(?P<term>[?-]?(?:\"(?:[^\"\\]|\\.)*\"|%[^%]*%|[^\s\"]+))")
_STEP = re.compile(r"\[(?P<index>\d+)\]|\[(?P<every>\*)\]|\[['\"](?P<quoted>[^'\"]*)['\"]\]|\.(?P<key>[\w*-]+)")
_FIELD = re.compile(r'\[([^\]]*)\]|"([^"]*)"|(\S+)')

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


@functools.lru_cache(maxsize=1024)
def compile(text: str) -> Pattern:
    """Raises Malformed."""
    text = text.strip()
    if text.startswith("{"):
        return _json(text)
    if text.startswith("["):
        return _space_delimited(text)
    return _terms(text)


def _wildcard(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text.strip("%"))
    except re.error as error:
        raise Malformed(f"{text} is not a regular expression: {error}") from error


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


# Terms


def _terms(text: str) -> Pattern:
    required, optional, excluded = [], [], []
    for token in Tokens(text, _TERMS).tokens:
        sign = token.text[0] if token.text[0] in "?-" and len(token.text) > 1 else ""
        found = _contains(token.text[len(sign) :])
        {"": required, "?": optional, "-": excluded}[sign].append(found)

    def holds(message: str) -> bool:
        if any(found(message) for found in excluded):
            return False
        # AWS ignores optional terms beside required ones.
        return (
            all(found(message) for found in required) if required or not optional else any(f(message) for f in optional)
        )

    return Pattern(lambda message: message, holds, lambda event, selector: [], ())


def _contains(term: str) -> Condition:
    if term.startswith("%") and term.endswith("%") and len(term) > 1:
        regex = _regex(term)
        return lambda message: bool(regex.search(message))
    wanted = _unquoted(term)
    return lambda message: wanted in message


# JSON


def _json(text: str) -> Pattern:
    if not text.endswith("}"):
        raise Malformed("expected '}' at the end")
    tokens = Tokens(text[1:-1], _JSON)
    selectors = tuple(dict.fromkeys(token.text for token in tokens.tokens if token.kind == "selector"))
    holds = _either(tokens, _json_condition)
    tokens.end()
    return Pattern(_parsed, holds, select, selectors)


def _parsed(message: str) -> Event | None:
    try:
        found = json.loads(message)
    except ValueError:
        return None
    return found if isinstance(found, (dict, list)) else None


def select(event: Event, selector: str) -> list[Any]:
    found = [event]
    for step in _STEP.finditer(selector):
        if step["index"]:
            index = int(step["index"])
            found = [item[index] for item in found if isinstance(item, list) and index < len(item)]
        elif step["every"] or step["key"] == "*":
            found = [member for item in found for member in _members(item)]
        else:
            key = step["key"] or step["quoted"]
            found = [item[key] for item in found if isinstance(item, dict) and key in item]
    return found


def _members(item: Any) -> list[Any]:
    return list(item.values()) if isinstance(item, dict) else item if isinstance(item, list) else []


def _either(tokens: Tokens, condition: Callable[[Tokens], Condition]) -> Condition:
    parts = [_both(tokens, condition)]
    while tokens.accept("||"):
        parts.append(_both(tokens, condition))
    return lambda event: any(part(event) for part in parts)


def _both(tokens: Tokens, condition: Callable[[Tokens], Condition]) -> Condition:
    parts = [_one(tokens, condition)]
    while tokens.accept("&&"):
        parts.append(_one(tokens, condition))
    return lambda event: all(part(event) for part in parts)


def _one(tokens: Tokens, condition: Callable[[Tokens], Condition]) -> Condition:
    if tokens.accept("("):
        inner = _either(tokens, condition)
        tokens.expect(")")
        return inner
    return condition(tokens)


def _json_condition(tokens: Tokens) -> Condition:
    token = tokens.take()
    if token.kind != "selector":
        raise Malformed(f"expected a property selector such as $.level, found {token.text or 'the end'!r}")
    selector = token.text
    if tokens.accept("EXISTS"):
        return lambda event: bool(select(event, selector))
    if tokens.accept("NOT"):
        tokens.expect("EXISTS")
        return lambda event: not select(event, selector)
    if tokens.accept("IS"):
        words = {"NULL": None, "TRUE": True, "FALSE": False}
        word = tokens.accept(*words)
        if not word:
            raise Malformed("IS must be followed by NULL, TRUE or FALSE")
        return lambda event: any(value is words[word] for value in select(event, selector))
    compare = _comparison(tokens)
    return lambda event: any(compare(value) for value in select(event, selector))


def _comparison(tokens: Tokens) -> Callable[[Any], bool]:
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
        regex = _regex(text)
        return lambda value: isinstance(value, str) and bool(regex.search(value))
    if number is not None:
        return lambda value: _number(value) == number
    wanted = _wildcard(_unquoted(text))
    return lambda value: bool(wanted.fullmatch(value if isinstance(value, str) else json.dumps(value)))


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


# Space-delimited


def _space_delimited(text: str) -> Pattern:
    if not text.endswith("]"):
        raise Malformed("expected ']' at the end")
    tokens = Tokens(text[1:-1], _FIELDS)
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
            conditions.append(_either(tokens, _field_condition))
        if not tokens.accept(","):
            break
    tokens.end()
    read = functools.partial(_fields, names)
    selectors = tuple(f"${name}" for name in names if name != "...")
    return Pattern(
        read,
        lambda event: all(condition(event) for condition in conditions),
        lambda event, selector: [event[selector[1:]]] if selector[1:] in event else [],
        selectors,
    )


def _field_condition(tokens: Tokens) -> Condition:
    name = tokens.take().text
    if tokens.next.text not in ("=", "!=", ">", "<", ">=", "<="):
        return lambda event: True
    compare = _comparison(tokens)
    return lambda event: compare(event[name])


def _fields(names: list[str], message: str) -> dict[str, str] | None:
    """The fields by name; quotes and brackets keep several words together, `...` stands for any number."""
    found = ["".join(part for part in match.groups() if part) for match in _FIELD.finditer(message)]
    if "..." not in names:
        return dict(zip(names, found, strict=True)) if len(names) == len(found) else None
    gap = names.index("...")
    after = len(names) - gap - 1
    if len(found) < gap + after:
        return None
    return dict(zip(names[:gap] + names[gap + 1 :], found[:gap] + found[len(found) - after :], strict=True))
