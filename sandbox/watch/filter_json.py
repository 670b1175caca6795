"""JSON filter patterns: { $.level = "error" && $.latency > 500 }.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.watch.filter_condition import VALUE, Condition, Event, Pattern, comparison, either
from sandbox.watch.tokens import Malformed, Tokens

_TOKENS = re.compile(
    r"(?P<selector>\$(?:\.\*|\.?\[(?:\d+|\*|'[^']*'|\"[^\"]*\")\]|\.[\w-]+)+)"
    r"|(?P<operator>&&|\|\||[!<>]=|[=<>()])|" + VALUE + r"|(?P<word>[^\s()&|=!<>]+)"
)
_STEP = re.compile(r"\[(?P<index>\d+)\]|\[(?P<every>\*)\]|\[['\"](?P<quoted>[^'\"]*)['\"]\]|\.(?P<key>[\w*-]+)")


def json_pattern(text: str) -> Pattern:
    if not text.endswith("}"):
        raise Malformed("expected '}' at the end")
    tokens = Tokens(text[1:-1], _TOKENS)
    selectors = tuple(dict.fromkeys(token.text for token in tokens.tokens if token.kind == "selector"))
    holds = either(tokens, _condition)
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


def _condition(tokens: Tokens) -> Condition:
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
    compare = comparison(tokens)
    return lambda event: any(compare(value) for value in select(event, selector))
