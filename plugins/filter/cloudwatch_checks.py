# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: cloudwatch_checks
short_description: What the claims of the cloudwatch role go over
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Brings the role's variables into flat lists, one entry for each thing to prove.
options:
  _input:
    description: The role's C(alarms), C(log_groups), C(dashboards) and C(widgets), and the C(topic_arn) of a topic without a name.
    type: dict
    required: true
"""

EXAMPLES = r"""
checks: "{{ {'alarms': cloudwatch_alarms, 'log_groups': [], 'dashboards': [], 'widgets': [], 'topic_arn': arn}
            | prodready.aws.cloudwatch_checks }}"
"""

RETURN = r"""
_value:
  description:
    - C(alarms) with the C(name), the C(actions) as ARNs and the C(page) of names that DescribeAlarms is asked for at once.
    - C(filters) with their C(group), C(name) and C(metric); C(emitted), the metrics that they emit.
    - C(dashboards) with their C(name) and the C(texts) that their bodies must have.
  type: dict
"""

import json
from typing import Any

PAGE = 100


def alarms(items: list[dict[str, Any]], topic_arn: str) -> list[dict[str, Any]]:
    names = [item["name"] for item in items]
    return [
        {
            "name": item["name"],
            "page": names[number // PAGE * PAGE :][:PAGE],
            "actions": sorted(one if one.startswith("arn:") else topic_arn + one for one in item.get("alarm_actions") or []),
        }
        for number, item in enumerate(items)
    ]


def filters(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "group": group["name"]} for group in groups for one in group.get("metric_filters") or []]


def texts(widgets: list[dict[str, Any]]) -> list[str]:
    return [json.dumps(widget.get("title") or widget["markdown"]) for widget in widgets if widget.get("title") or widget.get("markdown")]


def cloudwatch_checks(declared: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found = filters(declared["log_groups"])
    return {
        "alarms": alarms(declared["alarms"], declared["topic_arn"]),
        "filters": [{"group": one["group"], "name": one["name"], "metric": [one["namespace"], one["metric_name"]]} for one in found],
        "emitted": [
            {"namespace": one["namespace"], "metrics": [one["metric_name"]], "dimensions": dict.fromkeys(one.get("dimensions") or {}, "*")}
            for one in found
        ],
        "dashboards": [
            {
                "name": one["name"],
                "texts": texts([*(one.get("widgets") or []), *(w for w in declared["widgets"] if w["dashboard"] == one["name"])]),
            }
            for one in declared["dashboards"]
        ],
    }


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"cloudwatch_checks": cloudwatch_checks}
