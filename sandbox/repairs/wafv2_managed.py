"""AWS's managed rule groups, their versions, and what rules would cost, which moto lacks.

https://docs.aws.amazon.com/waf/latest/APIReference/API_ListAvailableManagedRuleGroups.html
https://docs.aws.amazon.com/waf/latest/APIReference/API_DescribeManagedRuleGroup.html
https://docs.aws.amazon.com/waf/latest/APIReference/API_CheckCapacity.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.wafv2.responses import WAFV2Response

from sandbox.repairs.wafv2_web_acls import exists, units
from sandbox.waf import managed, validation
from sandbox.wafv2_errors import InvalidParameter, refusals
from sandbox.watch.paging import page

# No page tells when a version was made.
UPDATED = 1_754_000_000
PAGE = 100


def answer(content: dict[str, Any]) -> TYPE_RESPONSE:
    return 200, {}, json.dumps({name: value for name, value in content.items() if value is not None})


def paged(response: WAFV2Response, name: str, items: list[dict[str, Any]], **more: Any) -> TYPE_RESPONSE:
    size = response._get_int_param("Limit") or PAGE
    found, marker = page(items, size, response._get_param("NextMarker"), InvalidParameter)
    return answer({name: list(found), "NextMarker": marker, **more})


def asked(response: WAFV2Response) -> dict[str, Any]:
    with refusals():
        return validation.find_managed(response._get_param("VendorName"), response._get_param("Name"), response._get_param("VersionName"))


def list_available_managed_rule_groups(self: WAFV2Response) -> TYPE_RESPONSE:
    groups = [
        {"VendorName": "AWS", "Name": name, "VersioningSupported": bool(known["Versions"]), "Description": known["Description"]}
        for name, known in managed.groups().items()
    ]
    return paged(self, "ManagedRuleGroups", groups)


def list_available_managed_rule_group_versions(self: WAFV2Response) -> TYPE_RESPONSE:
    versions = asked(self)["Versions"]
    newest_first = [{"Name": name, "LastUpdateTimestamp": UPDATED} for name in reversed(versions)]
    return paged(self, "Versions", newest_first, CurrentDefaultVersion=versions[-1] if versions else None)


def describe_managed_rule_group(self: WAFV2Response) -> TYPE_RESPONSE:
    known = asked(self)
    labels = [known["LabelNamespace"] + label["Name"] for rule in known["Rules"] for label in rule["RuleLabels"]]
    default = known["Versions"][-1] if known["Versions"] else None
    return answer(
        {
            "VersionName": self._get_param("VersionName") or default,
            "Capacity": known["Capacity"],
            "LabelNamespace": known["LabelNamespace"],
            "Rules": [{"Name": rule["Name"], "Action": rule["Action"]} for rule in known["Rules"]],
            "AvailableLabels": [{"Name": label} for label in dict.fromkeys(labels)],
        }
    )


def check_capacity(self: WAFV2Response) -> TYPE_RESPONSE:
    rules = self._get_param("Rules", [])
    backend = self.wafv2_backend
    with refusals():
        # The rules may be meant for any web ACL, with any custom bodies.
        validation.check_rules([rule | {"Action": {"Count": {}}} if "Action" in rule else rule for rule in rules], exists(backend), {})
    return answer({"Capacity": units(backend, rules)})


def apply() -> None:
    WAFV2Response.list_available_managed_rule_groups = list_available_managed_rule_groups
    WAFV2Response.list_available_managed_rule_group_versions = list_available_managed_rule_group_versions
    WAFV2Response.describe_managed_rule_group = describe_managed_rule_group
    WAFV2Response.check_capacity = check_capacity
