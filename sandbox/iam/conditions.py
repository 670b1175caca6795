"""The element Condition of a policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import base64
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.iam.patterns import Context, arn_like, like, plain, resolved

# Does a value of the request match one of the policy's?
Compare = Callable[[str, str, Context], bool]

_NAME = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?", re.IGNORECASE)


def _pieces(compare: Callable[[list[tuple[str, bool]], str], bool]) -> Compare:
    """Strings and ARNs may contain variables; one without a value matches nothing."""

    def matches(asked: str, stated: str, context: Context) -> bool:
        pieces = resolved(stated, context)
        return pieces is not None and compare(pieces, asked)

    return matches


def _typed(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Compare:
    def matches(asked: str, stated: str, context: Context) -> bool:
        try:
            return compare(read(asked), read(stated))
        except (ValueError, ArithmeticError):
            return False

    return matches


def _moment(text: str) -> datetime:
    """A date of https://www.w3.org/TR/NOTE-datetime or seconds since 1970."""
    if re.fullmatch(r"\d{5,}(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text + {4: "-01-01", 7: "-01"}.get(len(text), ""))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bool(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text.lower() == "true"


def _in_network(asked: str, stated: str, context: Context) -> bool:
    try:
        return ipaddress.ip_address(asked) in ipaddress.ip_network(stated, strict=False)
    except ValueError:
        return False


def _same_bytes(asked: str, stated: str, context: Context) -> bool:
    return asked.encode() == base64.b64decode(stated)


_ORDERS = {
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_POSITIVE: dict[str, Compare] = {
    "StringEquals": _pieces(lambda pieces, asked: plain(pieces) == asked),
    "StringEqualsIgnoreCase": _pieces(lambda pieces, asked: plain(pieces).lower() == asked.lower()),
    "StringLike": _pieces(like),
    "ArnEquals": _pieces(arn_like),
    "ArnLike": _pieces(arn_like),
    "NumericEquals": _typed(Decimal, operator.eq),
    "DateEquals": _typed(_moment, operator.eq),
    "Bool": _typed(_bool, operator.eq),
    "BinaryEquals": _same_bytes,
    "IpAddress": _in_network,
    **{f"Numeric{name}": _typed(Decimal, compare) for name, compare in _ORDERS.items()},
    **{f"Date{name}": _typed(_moment, compare) for name, compare in _ORDERS.items()},
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}
# By name in lower case: the comparison, and whether it is negated.
_OPERATORS = {name.lower(): (compare, False) for name, compare in _POSITIVE.items()} | {
    name.lower(): (_POSITIVE[positive], True) for name, positive in _NEGATED.items()
}


def problem(name: str) -> str:
    """What is wrong with the name of an operator; empty when nothing."""
    match = _NAME.fullmatch(name)
    if match and (match[2].lower() in _OPERATORS or (match[2].lower() == "null" and not match[3])):
        return ""
    return f"{name!r} is no condition operator"


def holds(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """All operators and all their keys must hold; of one key's values one suffices."""
    return all(_holds(name, key.lower(), values, context) for name, keys in condition.items() for key, values in keys.items())


def _holds(name: str, key: str, stated: Any, context: Context) -> bool:
    match = _NAME.fullmatch(name)
    assert match, problem(name)
    quantifier, base, if_exists = (match[1] or "").lower(), match[2].lower(), bool(match[3])
    values = [_text(value) for value in (stated if isinstance(stated, list) else [stated])]
    asked = context.get(key)
    if base == "null":
        return str(asked in (None, [])).lower() in [value.lower() for value in values]
    compare, negated = _OPERATORS[base]
    if asked in (None, []):
        return quantifier == "forallvalues" or if_exists or (negated and quantifier != "foranyvalue")

    def fits(value: str) -> bool:
        return any(compare(value, one, context) for one in values) != negated

    if quantifier:
        each = asked if isinstance(asked, list) else [asked]
        return (all if quantifier == "forallvalues" else any)(fits(value) for value in each)
    # Without a quantifier a multivalued key cannot be compared.
    return isinstance(asked, str) and fits(asked)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
