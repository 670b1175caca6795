"""The web ACLs that are in force, as the plane writes them to waf.json; all in the shapes of AWS's API.

    {"web_acls": [{
        "resource_arns": ["arn:aws:elasticloadbalancing:..."],
        "web_acl": WebACL,                         as GetWebACL answers; of it Name, Id, ARN, Rules, DefaultAction, VisibilityConfig,
                                                   CustomResponseBodies, AssociationConfig, LabelNamespace
        "ip_sets": {ARN: IPSet},                   as GetIPSet answers, each that a rule refers to
        "regex_pattern_sets": {ARN: RegexPatternSet},
        "rule_groups": {ARN: RuleGroup},
        "logging": LoggingConfiguration or null
    }]}

A member that is null is not given; a SearchString is Base64, as on the wire.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Acl:
    """A web ACL and what its rules refer to."""

    web_acl: dict[str, Any]
    ip_sets: dict[str, dict[str, Any]] = field(default_factory=dict)
    regex_pattern_sets: dict[str, dict[str, Any]] = field(default_factory=dict)
    rule_groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    logging: dict[str, Any] | None = None

    @property
    def arn(self) -> str:
        return self.web_acl["ARN"]


def load(file: Path) -> dict[str, Acl]:
    """The web ACL of each resource, by the resource's ARN."""
    return dict(_associations(_given(json.loads(file.read_text()))))


def _associations(content: dict[str, Any]) -> Iterator[tuple[str, Acl]]:
    for entry in content["web_acls"]:
        known = {name: entry.get(name, {}) for name in ("ip_sets", "regex_pattern_sets", "rule_groups")}
        acl = Acl(entry["web_acl"], logging=entry.get("logging"), **known)
        yield from ((arn, acl) for arn in entry["resource_arns"])


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        given = {name: _given(member) for name, member in value.items() if member is not None}
        return given | {"SearchString": base64.b64decode(given["SearchString"])} if "SearchString" in given else given
    return [_given(member) for member in value] if isinstance(value, list) else value
