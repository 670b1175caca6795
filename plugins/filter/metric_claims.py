# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: metric_claims
short_description: The claims about success metrics
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - One claim for each metric, about the figure that was measured.
options:
  _input:
    description:
      - The metrics, each with its C(name), what it C(says), what to C(expect) and on how many samples at least (C(minimum_samples)).
    type: list
    elements: dict
    required: true
  figures:
    description: What prodready.aws.success_metrics has measured, by name. What is not there was not measured, and does not hold.
    type: dict
    required: true
"""

EXAMPLES = r"""
claims: "{{ [{'name': 'errors', 'says': 'Fewer than 1 % of the requests fail', 'expect': {'below': 1}, 'minimum_samples': 1000}]
            | prodready.aws.metric_claims(measured.figures) }}"
"""

RETURN = r"""
_value:
  description: Claims, as prodready.aws.prove takes them.
  type: list
  elements: dict
"""

from typing import Any


def metric_claims(metrics: list[dict[str, Any]], figures: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"readiness.{metric['name']}",
            "item": f"metrics.{metric['name']}",
            "says": metric["says"],
            "observed": figures.get(metric["name"], {}).get("value"),
            "expect": metric["expect"],
            "samples": {"seen": figures.get(metric["name"], {}).get("samples", 0), "at_least": metric["minimum_samples"]},
        }
        for metric in metrics
    ]


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"metric_claims": metric_claims}
