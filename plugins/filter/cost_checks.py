# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: cost_checks
short_description: What the claims of the cost role go over
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Says of each budget, and of each of its notifications, what AWS must tell of it in its own words.
options:
  _input:
    description: The role's C(budgets), and the C(topic_arn) of a topic without a name.
    type: dict
    required: true
"""

EXAMPLES = r"""
checks: "{{ {'budgets': cost_budgets, 'topic_arn': 'arn:aws:sns:eu-central-1:123456789012:'} | prodready.aws.cost_checks }}"
"""

RETURN = r"""
_value:
  description:
    - C(budgets) with their C(name), a JMESPath C(members) into what describes them, as far as it is declared, and what that gives,
      C(value).
    - C(notifications) with their C(budget), a C(label), how AWS knows the C(notification), when that is in words, C(at), and the
      C(addresses).
    - C(topics) that budgets notify, with C(name) and C(arn).
  type: dict
"""

from typing import Any

MEMBERS = {"name": "BudgetName", "amount": "to_number(BudgetLimit.Amount)", "unit": "BudgetLimit.Unit", "time_unit": "TimeUnit"}
SIDES = {"GREATER_THAN": "more than", "LESS_THAN": "less than", "EQUAL_TO": "exactly"}


def budget(given: dict[str, Any]) -> dict[str, Any]:
    """YAML and templates may have made a text of a number."""
    value = {key: float(given[key]) if key == "amount" else given[key] for key in MEMBERS if given.get(key) is not None}
    return {"name": given["name"], "members": f"{{{', '.join(f'{key}: {MEMBERS[key]}' for key in value)}}}", "value": value}


def notification(of: str, given: dict[str, Any], topic_arn: str) -> dict[str, Any]:
    operator, threshold = given.get("comparison_operator") or "GREATER_THAN", float(given["threshold_percent"])
    side = "" if operator == "GREATER_THAN" else f"{operator.lower()}_"
    return {
        "budget": of,
        "label": f"{given['type'].lower()}_{side}{threshold:g}",
        "at": f"{SIDES[operator]} {threshold:g} % {'is spent' if given['type'] == 'ACTUAL' else 'is forecast'}",
        "notification": {
            "NotificationType": given["type"],
            "ComparisonOperator": operator,
            "Threshold": threshold,
            "ThresholdType": "PERCENTAGE",
        },
        "addresses": sorted(address(one, topic_arn) for one in given["subscribers"]),
    }


def address(subscriber: str, topic_arn: str) -> str:
    return subscriber if "@" in subscriber or subscriber.startswith("arn:") else topic_arn + subscriber


def cost_checks(given: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    notifications = [
        notification(one["name"], each, given["topic_arn"]) for one in given["budgets"] for each in one.get("notifications") or []
    ]
    topics = {each for one in notifications for each in one["addresses"] if each.startswith("arn:")}
    return {
        "budgets": [budget(one) for one in given["budgets"]],
        "notifications": notifications,
        "topics": [{"name": arn.rpartition(":")[2], "arn": arn} for arn in sorted(topics)],
    }


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"cost_checks": cost_checks}
