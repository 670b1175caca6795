"""Metric math: an expression as a tree.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

from sandbox.watch.tokens import Malformed, Tokens

_TOKENS = re.compile(
    r"(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)"
    r"|(?P<string>\"[^\"]*\"|'[^']*')"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\|\||&&|[=!<>]=|[-+*/^<>(),\[\]])"
)
_SYNONYMS = {"OR": "||", "AND": "&&"}
_LEVELS = (("||", "OR"), ("&&", "AND"), ("==", "!=", "<=", ">=", "<", ">"), ("+", "-"), ("*", "/"))


class Node(NamedTuple):
    """kind: number, string, name, list, negative, or the name of a function or operator with its arguments."""

    kind: str
    value: Any = None
    arguments: tuple[Node, ...] = ()


@functools.lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    tokens = Tokens(text, _TOKENS)
    node = _binary(tokens, 0)
    tokens.end()
    return node


def names(node: Node) -> set[str]:
    """The ids that the expression refers to."""
    own = {node.value} if node.kind == "name" else set()
    return own.union(*(names(argument) for argument in node.arguments))


def _binary(tokens: Tokens, level: int) -> Node:
    if level == len(_LEVELS):
        return _power(tokens)
    left = _binary(tokens, level + 1)
    while operator := tokens.accept(*_LEVELS[level]):
        left = Node("operator", _SYNONYMS.get(operator, operator), (left, _binary(tokens, level + 1)))
    return left


def _power(tokens: Tokens) -> Node:
    if tokens.accept("-"):
        return Node("negative", None, (_power(tokens),))
    base = _atom(tokens)
    return Node("operator", "^", (base, _power(tokens))) if tokens.accept("^") else base


def _atom(tokens: Tokens) -> Node:
    token = tokens.take()
    match token.kind:
        case "number":
            return Node("number", float(token.text))
        case "string":
            return Node("string", token.text[1:-1])
        case "name":
            if tokens.accept("("):
                return Node("call", token.text, _arguments(tokens, ")"))
            # Ids begin with a lower-case letter; REPEAT, DESC and the like are words of a function.
            return Node("name" if token.text[0].islower() else "string", token.text)
    if token.text == "(":
        inner = _binary(tokens, 0)
        tokens.expect(")")
        return inner
    if token.text == "[":
        return Node("list", None, _arguments(tokens, "]"))
    raise Malformed(f"unexpected {token.text or 'end of the expression'!r}")


def _arguments(tokens: Tokens, close: str) -> tuple[Node, ...]:
    arguments: list[Node] = []
    while not tokens.accept(close):
        if arguments:
            tokens.expect(",")
        arguments.append(_binary(tokens, 0))
    return tuple(arguments)
