"""A web ACL and a request in; what AWS WAF does with it, and why, out.

* Rules run in the order of their priorities. The first match with a terminating action ends the evaluation; Count goes on; if none
  ends it, the default action holds.
  https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-processing.html
* A rule group's rules run at its place. Each one's action can be overridden, the excluded ones count, and the group's result as a
  whole can be made to count.
  https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-group-override-options.html
* CAPTCHA and Challenge end the evaluation of a request without a valid token. Nobody gives tokens here: every request is one.
  https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-how-it-works.html
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.waf import managed
from sandbox.waf.acl import Acl
from sandbox.waf.rates import Rates
from sandbox.waf.request import Request
from sandbox.waf.statements import Inspection, Scanner, Statement, matches

GROUPS = ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement")
MOST_LABELS = 100

Rule = dict[str, Any]


@dataclass
class Match:
    """A rule that matched, and what it did."""

    rule: str
    action: str
    settings: dict[str, Any] = field(default_factory=dict)
    overridden: str = ""
    details: list[dict[str, Any]] = field(default_factory=list)
    is_excluded: bool = False


@dataclass
class Group:
    """What a rule group did."""

    id: str
    terminating: Match | None = None
    counted: list[Match] = field(default_factory=list)


@dataclass
class Limited:
    """A rate-based rule that limited the request."""

    rule: str
    statement: Statement
    values: tuple[tuple[str, str, str], ...]


@dataclass
class Verdict:
    action: str
    rule: str = "Default_Action"
    rule_type: str = "REGULAR"
    settings: dict[str, Any] = field(default_factory=dict)
    # Where the custom response's bodies are: the web ACL or a rule group.
    bodies: dict[str, Any] = field(default_factory=dict)
    details: list[dict[str, Any]] = field(default_factory=list)
    counted: list[Match] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    limited: list[Limited] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    oversize: set[str] = field(default_factory=set)
    not_emulated: set[str] = field(default_factory=set)
    inserted: list[tuple[str, str]] = field(default_factory=list)


def evaluate(acl: Acl, request: Request, rates: Rates, now: float, scanner: Scanner | None = None) -> Verdict:
    seen = Inspection(acl, request, rates, now, scanner, labels=[])
    verdict = Verdict("", labels=seen.labels, oversize=seen.oversize, not_emulated=seen.not_emulated)
    for rule in sorted(acl.web_acl.get("Rules", []), key=lambda rule: rule["Priority"]):
        kind = next(iter(rule["Statement"]))
        ended = _group(rule, kind, seen, verdict) if kind in GROUPS else _rule(rule, seen, verdict)
        if ended:
            break
    else:
        ((action, verdict.settings),) = acl.web_acl["DefaultAction"].items()
        verdict.action = action.upper()
        verdict.bodies = acl.web_acl.get("CustomResponseBodies", {})
    if verdict.action == "ALLOW":
        verdict.inserted += _headers(verdict.settings)
    else:
        verdict.inserted = []
    return verdict


def response(verdict: Verdict) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body for a request that does not get through."""
    if verdict.action in ("CAPTCHA", "CHALLENGE"):
        return 405 if verdict.action == "CAPTCHA" else 202, [("x-amzn-waf-action", verdict.action.lower())], b""
    custom = verdict.settings.get("CustomResponse")
    if not custom:
        return 403, [("Content-Type", "text/html")], _FORBIDDEN
    headers = [(header["Name"], header["Value"]) for header in custom.get("ResponseHeaders", [])]
    body = verdict.bodies.get(custom.get("CustomResponseBodyKey"))
    if not body:
        return custom["ResponseCode"], headers, b""
    content_type = {"TEXT_PLAIN": "text/plain", "TEXT_HTML": "text/html", "APPLICATION_JSON": "application/json"}[body["ContentType"]]
    return custom["ResponseCode"], [("Content-Type", content_type), *headers], body["Content"].encode()


_FORBIDDEN = (
    b"<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n"
)


def _rule(rule: Rule, seen: Inspection, verdict: Verdict) -> bool:
    """Whether the rule ends the evaluation."""
    match = _match(rule, seen, seen.acl.web_acl.get("LabelNamespace", ""), rule["Name"], verdict)
    if not match:
        return False
    if match.action == "COUNT":
        verdict.counted.append(match)
        verdict.inserted += _headers(match.settings)
        return False
    is_rate = "RateBasedStatement" in rule["Statement"]
    _end(verdict, match, rule["Name"], "RATE_BASED" if is_rate else "REGULAR", seen.acl.web_acl.get("CustomResponseBodies", {}))
    return True


def _group(rule: Rule, kind: str, seen: Inspection, verdict: Verdict) -> bool:
    statement = rule["Statement"][kind]
    if "ScopeDownStatement" in statement and not matches(statement["ScopeDownStatement"], seen):
        return False
    if kind == "ManagedRuleGroupStatement":
        known = managed.group(statement["Name"])
        group_id = f"AWS#{statement['Name']}" + (f"#{statement['Version']}" if "Version" in statement else "")
    else:
        known = seen.acl.rule_groups[statement["ARN"]]
        group_id = statement["ARN"]
    group = Group(group_id)
    verdict.groups.append(group)
    for inner in _overridden(known.get("Rules", []), statement):
        match = _match(inner, seen, known["LabelNamespace"], (rule["Name"], inner["Name"]), verdict)
        if not match:
            continue
        verdict.inserted += _headers(match.settings) if match.action == "COUNT" else []
        if match.action == "COUNT":
            group.counted.append(match)
            continue
        group.terminating = match
        if "Count" in rule.get("OverrideAction", {}):
            verdict.counted.append(Match(rule["Name"], "COUNT"))
            return False
        bodies = seen.acl.web_acl.get("CustomResponseBodies", {}) if match.overridden else known.get("CustomResponseBodies", {})
        _end(verdict, match, rule["Name"], "MANAGED_RULE_GROUP" if kind == "ManagedRuleGroupStatement" else "GROUP", bodies)
        return True
    return False


def _overridden(rules: list[Rule], statement: Statement) -> Iterator[Rule]:
    actions = {override["Name"]: override["ActionToUse"] for override in statement.get("RuleActionOverrides", [])}
    excluded = {entry["Name"] for entry in statement.get("ExcludedRules", [])}
    for rule in sorted(rules, key=lambda rule: rule["Priority"]):
        if rule["Name"] in actions:
            yield rule | {"Action": actions[rule["Name"]], "Overridden": next(iter(rule["Action"])).upper()}
        elif rule["Name"] in excluded:
            yield rule | {"Action": {"Count": {}}, "IsExcluded": True}
        else:
            yield rule


def _match(rule: Rule, seen: Inspection, namespace: str, place: Hashable, verdict: Verdict) -> Match | None:
    seen.namespace, seen.rule, seen.details, seen.limited = namespace, (seen.acl.arn, place), [], []
    if not matches(rule["Statement"], seen):
        return None
    added = [namespace + label["Name"] for label in rule.get("RuleLabels", [])]
    seen.labels += [label for label in added if label not in seen.labels][: MOST_LABELS - len(seen.labels)]
    verdict.limited += [Limited(rule["Name"], statement, key.values) for statement, key in seen.limited]
    ((action, settings),) = rule["Action"].items()
    if action in ("Captcha", "Challenge"):
        seen.lacks(f"the tokens of the action {action}: every request counts as one without")
    return Match(rule["Name"], action.upper(), settings, rule.get("Overridden", ""), seen.details, rule.get("IsExcluded", False))


def _end(verdict: Verdict, match: Match, rule: str, rule_type: str, bodies: dict[str, Any]) -> None:
    verdict.action, verdict.rule, verdict.rule_type = match.action, rule, rule_type
    verdict.settings, verdict.bodies = match.settings, bodies
    verdict.details = match.details if rule_type != "MANAGED_RULE_GROUP" else []


def _headers(settings: dict[str, Any]) -> list[tuple[str, str]]:
    """AWS WAF prefixes the names, so that nobody takes them for the client's."""
    inserted = settings.get("CustomRequestHandling", {}).get("InsertHeaders", [])
    return [(f"x-amzn-waf-{header['Name']}", header["Value"]) for header in inserted]
