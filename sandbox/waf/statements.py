"""The statements of rules: does a request match?

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements.html
What has no counterpart here is neither true nor false but None, and named in `Inspection.not_emulated`: a rule whose outcome
hangs on it does not match, whatever NOT stands before it.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.waf import addresses
from sandbox.waf import rates as rate_based
from sandbox.waf.acl import Acl
from sandbox.waf.components import Component, component
from sandbox.waf.rates import Rates
from sandbox.waf.request import Request
from sandbox.waf.transformations import transformed, unknown

Statement = dict[str, Any]
Outcome = bool | None


class Scanner(Protocol):
    """libmodsecurity, with libinjection and the OWASP Core Rule Set."""

    def load(self, families: frozenset[str]) -> None: ...

    def is_sqli(self, value: bytes, sensitivity: str) -> bool: ...

    def is_xss(self, value: bytes) -> bool: ...

    def attacks(self, part: str, request: Request, families: list[str], loaded: frozenset[str]) -> bool: ...


@dataclass
class Inspection:
    """A request on its way through a web ACL."""

    acl: Acl
    request: Request
    rates: Rates
    now: float
    scanner: Scanner | None
    labels: list[str] = field(default_factory=list)
    oversize: set[str] = field(default_factory=set)
    not_emulated: set[str] = field(default_factory=set)
    # Of the rule that is being evaluated.
    namespace: str = ""
    rule: Hashable = ()
    details: list[dict[str, Any]] = field(default_factory=list)
    limited: list[tuple[Statement, rate_based.Key]] = field(default_factory=list)

    def lacks(self, what: str) -> Outcome:
        self.not_emulated.add(what)
        return None


def matches(statement: Statement, seen: Inspection) -> Outcome:
    ((kind, options),) = statement.items()
    known = KINDS.get(kind)
    return known(options, seen) if known else seen.lacks(kind)


def _values(options: Statement, found: Component) -> Iterator[bytes]:
    return (transformed(value, options["TextTransformations"]) for value in found.values)


def _on_component(test: Callable[[Statement, bytes], bool]) -> Callable[[Statement, Inspection], Outcome]:
    """A statement that matches when one of the component's values passes the test."""

    def inspected(options: Statement, seen: Inspection) -> Outcome:
        found = _component(options, seen)
        if found is None or found.decided is not None:
            return found.decided if found else None
        return any(test(options, value) for value in _values(options, found))

    return inspected


def _component(options: Statement, seen: Inspection) -> Component | None:
    if names := unknown(options["TextTransformations"]):
        seen.lacks(f"the text transformation {names[0]}")
        return None
    found = component(options["FieldToMatch"], seen.request)
    if found.oversize:
        seen.oversize.add(found.oversize)
    if found.not_emulated:
        seen.lacks(found.not_emulated)
    return found


def _byte_match(options: Statement, value: bytes) -> bool:
    wanted = options["SearchString"]
    match options["PositionalConstraint"]:
        case "EXACTLY":
            return value == wanted
        case "STARTS_WITH":
            return value.startswith(wanted)
        case "ENDS_WITH":
            return value.endswith(wanted)
        case "CONTAINS":
            return wanted in value
    # CONTAINS_WORD: letters, digits and underscores end where the word begins and ends.
    return bool(re.search(rb"(?<![A-Za-z0-9_])" + re.escape(wanted) + rb"(?![A-Za-z0-9_])", value))


_COMPARED = {"EQ": operator.eq, "NE": operator.ne, "LE": operator.le, "LT": operator.lt, "GE": operator.ge, "GT": operator.gt}


def _size(options: Statement, value: bytes) -> bool:
    return _COMPARED[options["ComparisonOperator"]](len(value), options["Size"])


@functools.lru_cache(maxsize=512)
def regex(text: str) -> re.Pattern[bytes]:
    return re.compile(text.encode())


def _regex(options: Statement, value: bytes) -> bool:
    return bool(regex(options["RegexString"]).search(value))


def _regex_set(options: Statement, seen: Inspection) -> Outcome:
    patterns = seen.acl.regex_pattern_sets[options["ARN"]]["RegularExpressionList"]
    test = _on_component(lambda _, value: any(regex(pattern["RegexString"]).search(value) for pattern in patterns))
    return test(options, seen)


def _attack(condition: str, options: Statement, seen: Inspection) -> Outcome:
    """An SQL injection or a script, with the details that a log shows of it."""
    found = _component(options, seen)
    if found is None or found.decided is not None:
        return found.decided if found else None
    if seen.scanner is None:
        return seen.lacks("SqliMatchStatement and XssMatchStatement, which need libmodsecurity")
    sensitivity = options.get("SensitivityLevel", "LOW")
    for value in _values(options, found):
        if seen.scanner.is_sqli(value, sensitivity) if condition == "SQL_INJECTION" else seen.scanner.is_xss(value):
            detail: dict[str, Any] = {"conditionType": condition, "location": found.location, "matchedData": _words(value)}
            detail |= {"sensitivityLevel": sensitivity} if condition == "SQL_INJECTION" else {}
            detail |= {"matchedFieldName": found.field_name} if found.field_name else {}
            seen.details.append(detail)
            return True
    return False


def _words(value: bytes) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", value.decode("utf-8", "replace"))[:10]


def _crs(options: Statement, seen: Inspection) -> Outcome:
    """Not of AWS: what stands in for the patterns of AWS's managed rules (sandbox/waf/managed.yml)."""
    if seen.scanner is None:
        return seen.lacks("the patterns of AWS's managed rules, which need libmodsecurity and the OWASP Core Rule Set")
    return seen.scanner.attacks(options["Part"], seen.request, options["Families"], seen.acl.families[options["Part"]])


def _ip_set(options: Statement, seen: Inspection) -> bool:
    ip_set = seen.acl.ip_sets[options["ARN"]]
    return addresses.is_in(ip_set, seen.request, options.get("IPSetForwardedIPConfig"))


def _label(options: Statement, seen: Inspection) -> bool:
    """A key without its prefix is looked for among the labels of the rule's own web ACL or rule group."""
    wanted = (options["Key"], seen.namespace + options["Key"])
    if options["Scope"] == "NAMESPACE":
        return any(label.startswith(wanted) for label in seen.labels)
    return any(label in wanted for label in seen.labels)


def _rate(options: Statement, seen: Inspection) -> Outcome:
    if "ScopeDownStatement" in options and not matches(options["ScopeDownStatement"], seen):
        return False
    try:
        key = rate_based.aggregation_key(options, seen.request, seen.labels)
    except rate_based.Omitted:
        return False
    except rate_based.Fallback as fallback:
        return fallback.matches
    except rate_based.NotEmulated as error:
        return seen.lacks(str(error))
    if not seen.rates.is_over(seen.rule, key, options, seen.now):
        return False
    seen.limited.append((options, key))
    return True


def _logical(decisive: bool, options: Statement, seen: Inspection) -> Outcome:
    """OR is decided by one that is true, AND by one that is false."""
    outcomes = set()
    for nested in options["Statements"]:
        outcome = matches(nested, seen)
        if outcome is decisive:
            return decisive
        outcomes.add(outcome)
    return None if None in outcomes else not decisive


def _not(options: Statement, seen: Inspection) -> Outcome:
    outcome = matches(options["Statement"], seen)
    return None if outcome is None else not outcome


KINDS: dict[str, Callable[[Statement, Inspection], Outcome]] = {
    "AndStatement": functools.partial(_logical, False),
    "ByteMatchStatement": _on_component(_byte_match),
    "CrsMatchStatement": _crs,
    "IPSetReferenceStatement": _ip_set,
    "LabelMatchStatement": _label,
    "NotStatement": _not,
    "OrStatement": functools.partial(_logical, True),
    "RateBasedStatement": _rate,
    "RegexMatchStatement": _on_component(_regex),
    "RegexPatternSetReferenceStatement": _regex_set,
    "SizeConstraintStatement": _on_component(_size),
    "SqliMatchStatement": functools.partial(_attack, "SQL_INJECTION"),
    "XssMatchStatement": functools.partial(_attack, "XSS"),
}
NEED_SCANNER = ("SqliMatchStatement", "XssMatchStatement", "CrsMatchStatement")
