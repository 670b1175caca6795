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
  - Brings the declared replication groups, parameter groups and serverless caches into flat lists, one entry for each thing to prove.
options:
  _input:
    description: The role's C(groups), C(parameter_groups) and C(serverless).
    type: dict
    required: true
"""

EXAMPLES = r"""
checks: "{{ {'groups': elasticache_replication_groups, 'parameter_groups': [], 'serverless': []} | prodready.aws.elasticache_checks }}"
"""

RETURN = r"""
_value:
  description:
    - C(groups) with the C(failover) and C(zones) that AWS is to tell and the number of their C(nodes).
    - C(snapshots) with their C(days); C(parameters) with C(group), C(parameter) and C(value).
    - C(serverless) caches, those of C(serverless_snapshots) with their C(days), and their C(limits) with the C(path) in AWS's answer and
      the C(value).
  type: dict
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils.elasticache_groups import cluster_mode
from ..module_utils.elasticache_parameters import as_text
from ..module_utils.elasticache_serverless import LIMITS

WORDS = {True: "enabled", False: "disabled"}


def group(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": one["name"],
        "failover": WORDS[bool(one.get("automatic_failover", cluster_mode(one) == "enabled"))],
        "zones": WORDS[bool(one.get("multi_az"))],
        "nodes": one.get("shards", 1) * (1 + one.get("replicas", 0)),
    }


def limits(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": one["name"], "limit": key, "path": ".".join(path), "value": int(one[key])}
        for key, path in LIMITS.items()
        if one.get(key) is not None
    ]


def present(given: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for one in given if one.get("state", "present") == "present"]


def snapshots(caches: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": one["name"], "days": one["snapshot_retention_days"]} for one in caches if one.get("snapshot_retention_days")]


def elasticache_checks(given: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    there, serverless = present(given["groups"]), present(given["serverless"])
    return {
        "groups": [group(one) for one in there],
        "snapshots": snapshots(there),
        "parameters": [
            {"group": one["name"], "parameter": name, "value": as_text(value, {})}
            for one in given["parameter_groups"]
            for name, value in (one.get("parameters") or {}).items()
        ],
        "serverless": [{"name": one["name"]} for one in serverless],
        "serverless_snapshots": snapshots(serverless),
        "limits": [limit for one in serverless for limit in limits(one)],
    }


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"elasticache_checks": elasticache_checks}
