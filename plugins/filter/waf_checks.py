# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: waf_checks
short_description: What the claims of the waf role go over
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Brings the declared web ACLs into flat lists, one entry for each thing to prove.
options:
  _input:
    description: The role's C(web_acls), and the C(arns) that M(prodready.aws.waf_web_acls) found.
    type: dict
    required: true
"""

EXAMPLES = r"""
checks: "{{ {'web_acls': waf_web_acls, 'arns': found.arns} | prodready.aws.waf_checks }}"
"""

RETURN = r"""
_value:
  description:
    - C(acls) with their C(acl) and C(arn); C(rules) with the C(action) that they are declared to have, as AWS names it.
    - C(pinned), the managed rule groups with their C(version), and C(unpinned), those without.
    - C(balancers) with their C(arn) and C(acl); C(logging) with the C(destination), C(redacted) with the C(fields), as AWS has them.
  type: dict
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils.waf_form import members, shape, to_aws
from ..module_utils.waf_rules import is_group, want_logging, want_rule

DOES = {"None": "lets its rule group act", "Allow": "allows", "Block": "blocks", "Count": "counts"}
# An ARN of nothing: a claim about it is asked, and cannot hold.
NOWHERE = "arn:aws:wafv2:::not-there/"


def rules(acl: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [want_rule(rule, place) for place, rule in enumerate(acl.get("rules") or [])]


def action(rule: Mapping[str, Any]) -> str:
    """Block, Count, Allow ... or None, of a rule group whose own rules act."""
    kind, key = ("OverrideAction", "override_action") if is_group(rule) else ("RuleAction", "action")
    return next(iter(to_aws(shape(kind), rule[key], key)))


def managed(acl: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = [(rule["name"], rule["statement"].get("managed_rule_group")) for rule in rules(acl) if isinstance(rule["statement"], Mapping)]
    return [
        {"acl": acl["name"], "rule": name, "vendor": group["vendor_name"], "group": group["name"], "version": group.get("version")}
        for name, group in found
        if group
    ]


def logging(acl: Mapping[str, Any]) -> dict[str, Any]:
    state = want_logging(acl)
    of = shape("LoggingConfiguration").members[members("LoggingConfiguration")["redacted_fields"]]
    (destination,) = state["destination"].values()
    return {"acl": acl["name"], "destination": destination, "fields": to_aws(of, state.get("redacted_fields", []), "redacted_fields")}


def waf_checks(declared: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    arns = declared["arns"]
    acls = [{"acl": acl["name"], "arn": arns.get(acl["name"], NOWHERE + acl["name"])} for acl in declared["web_acls"]]
    where = {one["acl"]: one["arn"] for one in acls}
    groups = [{**one, "arn": where[one["acl"]]} for acl in declared["web_acls"] for one in managed(acl)]
    logs = [{**logging(acl), "arn": where[acl["name"]]} for acl in declared["web_acls"] if acl.get("logging")]
    return {
        "acls": acls,
        "rules": [
            {
                "acl": acl["name"],
                "arn": where[acl["name"]],
                "rule": rule["name"],
                "action": action(rule),
                "does": DOES.get(action(rule), action(rule)),
            }
            for acl in declared["web_acls"]
            for rule in rules(acl)
        ],
        "pinned": [one for one in groups if one["version"]],
        "unpinned": [one for one in groups if not one["version"]],
        "balancers": [
            {"acl": acl["name"], "balancer": name, "arn": arns.get(f"load balancer {name}", NOWHERE + name)}
            for acl in declared["web_acls"]
            for name in acl.get("load_balancers") or []
        ],
        "logging": logs,
        "redacted": [one for one in logs if one["fields"]],
    }


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"waf_checks": waf_checks}
