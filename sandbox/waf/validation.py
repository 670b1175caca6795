"""What AWS refuses of rules and sets, beyond what its service model says.

https://docs.aws.amazon.com/waf/latest/APIReference/API_WAFInvalidParameterException.html
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.waf import managed
from sandbox.waf.rates import WINDOWS_SECONDS

Rule = dict[str, Any]
Exists = Callable[[str], bool]

GROUPS = ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement")
REFERENCES = ("IPSetReferenceStatement", "RegexPatternSetReferenceStatement", "RuleGroupReferenceStatement")
_TOP_ONLY = (*GROUPS, "RateBasedStatement")
_RESERVED_METRICS = ("All", "Default_Action")
_MOST_ADDRESSES, _MOST_PATTERNS, _MOST_KEYS = 10_000, 10, 5

_ONE = "You have used none or multiple values for a field that requires exactly one value."
_REFERENCE = "A reference in your rule statement is not valid."
# https://docs.aws.amazon.com/waf/latest/developerguide/waf-regex-pattern-support.html
_UNSUPPORTED_REGEX = re.compile(r"\\[1-9CRKG]|\\[kg]|\(\?(?:[=!>|(R&+]|<[=!]|P[=>]|-?\d)|\(\*|[*+?}]\+")


class Invalid(Exception):
    """In AWS's three words: reason, field, parameter."""

    def __init__(self, reason: str, field: str, parameter: str) -> None:
        super().__init__(f"Error reason: {reason}, field: {field}, parameter: {parameter}")


class Missing(Exception):
    """Something that a rule refers to."""


def check_rules(rules: list[Rule], exists: Exists, bodies: dict[str, Any], in_group: bool = False) -> None:
    for member, field in (("Priority", "RULE_PRIORITY"), ("Name", "RULE_NAME")):
        value, times = Counter(rule[member] for rule in rules).most_common(1)[0] if rules else ("", 0)
        if times > 1:
            raise Invalid(f"Your rules have a duplicate {member.lower()}.", field, str(value))
    for rule in rules:
        _check_rule(rule, exists, bodies, in_group)


def check_metric_name(visibility: dict[str, Any]) -> None:
    if visibility["MetricName"] in _RESERVED_METRICS:
        raise Invalid("The metric name is reserved.", "METRIC_NAME", visibility["MetricName"])


def _check_rule(rule: Rule, exists: Exists, bodies: dict[str, Any], in_group: bool) -> None:
    check_metric_name(rule["VisibilityConfig"])
    kind = _kind(rule["Statement"])
    if kind in GROUPS:
        if in_group or "Action" in rule or "OverrideAction" not in rule or rule.get("RuleLabels"):
            raise Invalid(_REFERENCE, "RULE", "Statement")
        _one(rule["OverrideAction"], "OVERRIDE_ACTION", "OverrideAction")
    elif "Action" not in rule or "OverrideAction" in rule:
        raise Invalid(_ONE, "RULE", "Rule")
    for action in [rule["Action"]] if "Action" in rule else _overrides(rule["Statement"][kind]):
        check_action(action, bodies)
    _check_statement(rule["Statement"], exists)


def _overrides(group: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (override["ActionToUse"] for override in group.get("RuleActionOverrides", []))


def check_action(action: dict[str, Any], bodies: dict[str, Any]) -> None:
    ((_, settings),) = _one(action, "RULE_ACTION", "RuleAction").items()
    key = settings.get("CustomResponse", {}).get("CustomResponseBodyKey")
    if key and key not in bodies:
        raise Invalid("The custom response body is not defined.", "CUSTOM_RESPONSE", key)


def _one(structure: dict[str, Any], field: str, parameter: str) -> dict[str, Any]:
    if len(structure) != 1:
        raise Invalid(_ONE, field, parameter)
    return structure


def _kind(statement: dict[str, Any]) -> str:
    return next(iter(_one(statement, "STATEMENT", "Statement")))


def _check_statement(statement: dict[str, Any], exists: Exists) -> None:
    kind = _kind(statement)
    options = statement[kind]
    if "TextTransformations" in options:
        _check_transformations(options["TextTransformations"])
    if "FieldToMatch" in options:
        _one(options["FieldToMatch"], "FIELD_TO_MATCH", "FieldToMatch")
    if kind in REFERENCES and not exists(options["ARN"]):
        raise Missing
    if kind == "ManagedRuleGroupStatement":
        find_managed(options["VendorName"], options["Name"], options.get("Version"))
    elif kind == "RegexMatchStatement":
        check_regex(options["RegexString"])
    elif kind == "RateBasedStatement":
        _check_rate(options)
    elif kind in ("AndStatement", "OrStatement") and len(options["Statements"]) < 2:
        raise Invalid(
            "A logical statement needs at least two statements.", kind.removesuffix("Statement").upper() + "_STATEMENT", "Statements"
        )
    for inner in nested(options):
        if _kind(inner) in _TOP_ONLY:
            raise Invalid(_REFERENCE, "STATEMENT", _kind(inner))
        _check_statement(inner, exists)


def nested(options: dict[str, Any]) -> list[dict[str, Any]]:
    return [*options.get("Statements", []), *(options[name] for name in ("Statement", "ScopeDownStatement") if name in options)]


def _check_transformations(transformations: list[dict[str, Any]]) -> None:
    if len({entry["Priority"] for entry in transformations}) < len(transformations):
        raise Invalid("The priorities of text transformations must all be different.", "TEXT_TRANSFORMATION", "Priority")


def _check_rate(options: dict[str, Any]) -> None:
    kind, keys = options["AggregateKeyType"], options.get("CustomKeys", [])
    window = options.get("EvaluationWindowSec", WINDOWS_SECONDS[0])
    if window not in WINDOWS_SECONDS:
        raise Invalid(f"The evaluation window is not one of {WINDOWS_SECONDS}.", "EVALUATION_WINDOW_SEC", str(window))
    needs_header = kind == "FORWARDED_IP" or any("ForwardedIP" in key for key in keys)
    if needs_header != ("ForwardedIPConfig" in options):
        raise Invalid("The forwarded IP configuration goes with the forwarded IP address.", "FORWARDED_IP_CONFIG", kind)
    if (kind == "CUSTOM_KEYS") != bool(keys) or len(keys) > _MOST_KEYS:
        raise Invalid(f"CUSTOM_KEYS takes 1 to {_MOST_KEYS} custom keys, other types none.", "CUSTOM_KEYS", kind)
    if len(keys) == 1 and keys[0].keys() & {"IP", "ForwardedIP"}:
        raise Invalid("An IP address alone is no custom key: use the aggregate key type.", "CUSTOM_KEYS", next(iter(keys[0])))
    if kind == "CONSTANT" and "ScopeDownStatement" not in options:
        raise Invalid("To count all requests a scope-down statement is required.", "SCOPE_DOWN", kind)


def find_managed(vendor: str, name: str, version: str | None) -> dict[str, Any]:
    known = managed.groups().get(name) if vendor == "AWS" else None
    if not known or version and version not in known["Versions"]:
        raise Missing
    return known


def check_regex(text: str) -> None:
    try:
        re.compile(text.encode())
        if not _UNSUPPORTED_REGEX.search(text):
            return
    except re.error:
        pass
    raise Invalid("The regular expression is not valid or uses syntax that AWS WAF does not support.", "REGEX_PATTERN", text)


def check_patterns(patterns: list[dict[str, Any]]) -> None:
    if len(patterns) > _MOST_PATTERNS:
        raise Invalid(f"A set holds at most {_MOST_PATTERNS} patterns.", "REGEX_PATTERN_SET", str(len(patterns)))
    for pattern in patterns:
        check_regex(pattern["RegexString"])


def check_addresses(version: str, addresses: list[str]) -> None:
    """CIDR blocks only, of the set's version, and all but /0."""
    if len(addresses) > _MOST_ADDRESSES:
        raise Invalid(f"A set holds at most {_MOST_ADDRESSES} addresses.", "IP_ADDRESS", str(len(addresses)))
    for address in addresses:
        try:
            network = ipaddress.ip_network(address, strict=False)
        except ValueError:
            network = None
        if network is None or "/" not in address or not network.prefixlen or f"IPV{network.version}" != version:
            raise Invalid(f"The parameter contains an invalid CIDR notation or not one of {version}.", "IP_ADDRESS", address)
