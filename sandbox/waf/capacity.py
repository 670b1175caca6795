"""The capacity that rules take, in WCU, as the page of each statement says.

https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-match.html
AWS is known to count a transformation once that several statements make on one component; its pages do not say so, and neither is it
done here: a set of rules that fits here fits there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.waf import managed

# More than 1,500 costs more, more than 5,000 AWS refuses.
MOST = 5000

_BASE = {
    "AsnMatchStatement": 1,
    "GeoMatchStatement": 1,
    "LabelMatchStatement": 1,
    "RegexMatchStatement": 3,
    "RegexPatternSetReferenceStatement": 25,
    "SizeConstraintStatement": 1,
    "XssMatchStatement": 40,
}
_BYTE_MATCH = {"EXACTLY": 2, "STARTS_WITH": 2, "ENDS_WITH": 2, "CONTAINS": 10, "CONTAINS_WORD": 10}
_SQLI = {"LOW": 20, "HIGH": 30}
_TRANSFORMATION, _ALL_ARGUMENTS, _CUSTOM_KEY, _RATE, _LABELS_A_UNIT = 10, 10, 30, 2, 5

# The capacity of a rule group, by its ARN.
Group = Callable[[str], int]


def capacity(rules: Iterable[dict[str, Any]], group: Group) -> int:
    rules = list(rules)
    labels = sum(len(rule.get("RuleLabels") or []) for rule in rules)
    return sum(_statement(rule["Statement"], group) for rule in rules) + labels // _LABELS_A_UNIT


def _statement(statement: dict[str, Any], group: Group) -> int:
    ((kind, options),) = statement.items()
    match kind:
        case "AndStatement" | "OrStatement":
            return sum(_statement(nested, group) for nested in options["Statements"])
        case "NotStatement":
            return _statement(options["Statement"], group)
        case "IPSetReferenceStatement":
            return 5 if options.get("IPSetForwardedIPConfig", {}).get("Position") == "ANY" else 1
        case "RuleGroupReferenceStatement":
            return group(options["ARN"])
        case "ManagedRuleGroupStatement":
            return managed.group(options["Name"])["Capacity"] + _scope_down(options, group)
        case "RateBasedStatement":
            return _RATE + _CUSTOM_KEY * len(options.get("CustomKeys", [])) + _scope_down(options, group)
        case "ByteMatchStatement":
            base = _BYTE_MATCH[options["PositionalConstraint"]]
        case "SqliMatchStatement":
            base = _SQLI[options.get("SensitivityLevel", "LOW")]
        case _:
            base = _BASE[kind]
    return _inspected(base, options)


def _inspected(base: int, options: dict[str, Any]) -> int:
    field = options.get("FieldToMatch", {})
    transformations = [entry for entry in options.get("TextTransformations", []) if entry["Type"] != "NONE"]
    doubled = base * 2 if "JsonBody" in field else base
    return doubled + (_ALL_ARGUMENTS if "AllQueryArguments" in field else 0) + _TRANSFORMATION * len(transformations)


def _scope_down(options: dict[str, Any], group: Group) -> int:
    return _statement(options["ScopeDownStatement"], group) if "ScopeDownStatement" in options else 0
