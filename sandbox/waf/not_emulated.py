"""What of a web ACL has no counterpart here, in words: such a rule does not match, and that is said, never passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.waf import managed
from sandbox.waf.acl import Acl
from sandbox.waf.statements import KINDS, NEED_SCANNER
from sandbox.waf.transformations import TRANSFORMATIONS

_UNSEEN = ("JA3Fingerprint", "JA4Fingerprint", "ASN")


def sentences(acl: Acl, has_scanner: bool) -> list[str]:
    name = acl.web_acl["Name"]
    found = dict.fromkeys(what for rule in acl.web_acl.get("Rules", []) for what in _of_rule(rule, acl, has_scanner))
    return [f"Web ACL {name}: {what}" for what in found]


def _of_rule(rule: dict[str, Any], acl: Acl, has_scanner: bool) -> Iterator[str]:
    place = f"rule {rule['Name']}"
    for action in ("Captcha", "Challenge"):
        if action in rule.get("Action", {}):
            yield f"{place}: nobody gives the tokens of {action} here, so that every request counts as one without."
    ((kind, options),) = rule["Statement"].items()
    scope = [options["ScopeDownStatement"]] if "ScopeDownStatement" in options else []
    if kind == "ManagedRuleGroupStatement":
        group = managed.group(options["Name"])
        if group["NotEmulated"]:
            yield f"{place}: {group['NotEmulated']} cannot be emulated, so that {options['Name']} never matches."
        elif not has_scanner:
            yield f"{place}: without libmodsecurity only those rules of {options['Name']} work that need no patterns of attacks."
    elif kind == "RuleGroupReferenceStatement":
        for inner in acl.rule_groups[options["ARN"]].get("Rules", []):
            yield from (f"{place}: {what}" for what in _of_rule(inner, acl, has_scanner))
    else:
        scope = [rule["Statement"]]
    for what in dict.fromkeys(what for statement in scope for what in _missing(statement, has_scanner)):
        yield f"{place} does not match where it hangs on {what}, which is not emulated."


def _missing(value: Any, has_scanner: bool) -> Iterator[str]:
    """A walk through a statement and all that is nested in it."""
    if isinstance(value, list):
        for member in value:
            yield from _missing(member, has_scanner)
        return
    if not isinstance(value, dict):
        return
    if value.get("Type", "NONE") not in TRANSFORMATIONS:
        yield f"the text transformation {value['Type']}"
    for name, member in value.items():
        if name in _UNSEEN or name.endswith("MatchStatement") and name not in KINDS:
            yield name
        elif name in NEED_SCANNER and not has_scanner:
            yield f"{name} without libmodsecurity"
        yield from _missing(member, has_scanner)
