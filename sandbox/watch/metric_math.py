"""Metric math: what an expression evaluates to.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from sandbox.watch.expression import Node
from sandbox.watch.functions import OTHER, SCALAR, SERIES, SUMMARY
from sandbox.watch.tokens import Malformed
from sandbox.watch.values import Scope, Value, as_series, combine, each, members, number, summary


def _divide(left: float, right: float) -> float | None:
    return left / right if right else None


def _power(base: float, exponent: float) -> float | None:
    try:
        value = base**exponent
    except (ZeroDivisionError, OverflowError):
        return None
    return value if isinstance(value, float) else None


_OPERATORS: dict[str, Callable[[float, float], float | None]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "^": _power,
    "==": lambda left, right: float(left == right),
    "!=": lambda left, right: float(left != right),
    "<=": lambda left, right: float(left <= right),
    ">=": lambda left, right: float(left >= right),
    "<": lambda left, right: float(left < right),
    ">": lambda left, right: float(left > right),
    "&&": lambda left, right: float(bool(left) and bool(right)),
    "||": lambda left, right: float(bool(left) or bool(right)),
}


def evaluate(node: Node, scope: Scope) -> Value:
    match node.kind:
        case "number" | "string":
            return node.value
        case "name":
            return scope.lookup(node.value)
        case "list":
            return [item for part in node.arguments for item in members(evaluate(part, scope))]
        case "negative":
            return each(evaluate(node.arguments[0], scope), lambda value: -value)
        case "operator":
            left, right = (evaluate(part, scope) for part in node.arguments)
            return combine(left, right, _OPERATORS[node.value])
    name = node.value
    if name == "ANOMALY_DETECTION_BAND":
        width = evaluate(node.arguments[1], scope) if len(node.arguments) > 1 else 2.0
        return scope.band(node.arguments[0], number(width))
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    try:
        return _call(name, arguments, scope)
    except (TypeError, IndexError, AttributeError) as error:
        raise Malformed(f"wrong arguments for {name}") from error


def _call(name: str, arguments: list[Any], scope: Scope) -> Value:
    if name in SCALAR:
        return each(arguments[0], SCALAR[name])
    if name in SUMMARY:
        return summary(arguments[0], SUMMARY[name])
    if name in SERIES:
        function = SERIES[name]
        if isinstance(arguments[0], list):
            return [function(scope, series, *arguments[1:]) for series in arguments[0]]
        return function(scope, as_series(arguments[0], scope), *arguments[1:])
    if name in OTHER:
        return OTHER[name](scope, *arguments)
    raise Malformed(f"unsupported function {name}")
