"""The web ACLs that are in force, as the plane writes them to waf.json; all in the shapes of AWS's JSON API.

    {"web_acls": {ARN: the WebACL of GetWebACL},
     "rule_groups": {ARN: the RuleGroup of GetRuleGroup},
     "ip_sets": {ARN: the IPSet of GetIPSet},
     "regex_pattern_sets": {ARN: the RegexPatternSet of GetRegexPatternSet},
     "associations": {ARN of a load balancer: ARN of its web ACL}}

A member that is null is not given; a SearchString is Base64, as on the wire.
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sandbox.waf import managed

Items = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Acl:
    """A web ACL and what its rules may refer to, by ARN."""

    web_acl: dict[str, Any]
    ip_sets: Items = field(default_factory=dict)
    regex_pattern_sets: Items = field(default_factory=dict)
    rule_groups: Items = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return self.web_acl["ARN"]

    @cached_property
    def families(self) -> dict[str, frozenset[str]]:
        """Those of the Core Rule Set that its managed groups look for, by the part of the request."""
        statements = [rule["Statement"].get("ManagedRuleGroupStatement") for rule in self.web_acl.get("Rules", [])]
        found: dict[str, set[str]] = defaultdict(set)
        for statement in filter(None, statements):
            for part, families in managed.families(statement["Name"]):
                found[part] |= families
        return {part: frozenset(families) for part, families in found.items()}


def load(file: Path) -> dict[str, Acl]:
    """The web ACL of each load balancer, by the load balancer's ARN."""
    content = _given(json.loads(file.read_text()))
    known = {name: content.get(name, {}) for name in ("ip_sets", "regex_pattern_sets", "rule_groups")}
    acls = {arn: Acl(web_acl, **known) for arn, web_acl in content["web_acls"].items()}
    return {resource: acls[arn] for resource, arn in content["associations"].items()}


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        given = {name: _given(member) for name, member in value.items() if member is not None}
        return given | {"SearchString": base64.b64decode(given["SearchString"])} if "SearchString" in given else given
    return [_given(member) for member in value] if isinstance(value, list) else value
