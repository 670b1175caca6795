# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: elasticache_checks
short_description: What the claims of the elasticache role go over
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Brings the declared replication groups and parameter groups into flat lists, one entry for each thing to prove.
options:
  _input:
    description: The role's C(groups) and C(parameter_groups).
    type: dict
    required: true
"""

EXAMPLES = r"""
checks: "{{ {'groups': elasticache_replication_groups, 'parameter_groups': []} | prodready.aws.elasticache_checks }}"
"""

RETURN = r"""
_value:
  description:
    - C(groups) with the C(failover) and C(zones) that AWS is to tell and the number of their C(nodes).
    - C(snapshots) with their C(days); C(parameters) with C(group), C(parameter) and C(value).
  type: dict
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils.elasticache_parameters import as_text

WORDS = {True: "enabled", False: "disabled"}


def group(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": one["name"],
        "failover": WORDS[bool(one.get("automatic_failover"))],
        "zones": WORDS[bool(one.get("multi_az"))],
        "nodes": one.get("shards", 1) * (1 + one.get("replicas", 0)),
    }


def elasticache_checks(given: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    there = [one for one in given["groups"] if one.get("state", "present") == "present"]
    return {
        "groups": [group(one) for one in there],
        "snapshots": [{"name": one["name"], "days": one["snapshot_retention_days"]} for one in there if one.get("snapshot_retention_days")],
        "parameters": [
            {"group": one["name"], "parameter": name, "value": as_text(value, {})}
            for one in given["parameter_groups"]
            for name, value in (one.get("parameters") or {}).items()
        ],
    }


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"elasticache_checks": elasticache_checks}
