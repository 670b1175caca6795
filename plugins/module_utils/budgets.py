# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cost budgets of AWS Budgets in their normal form.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .plan import State
from .tags import as_dict

if TYPE_CHECKING:
    from .aws import Aws

GONE = ("NotFoundException",)
LIMIT = ("amount", "unit", "time_unit", "cost_filters")
# What a new one has where nothing is given.
DEFAULTS = {"unit": "USD", "time_unit": "MONTHLY", "cost_filters": {}, "notifications": []}
THRESHOLDS = {"PERCENTAGE": "threshold_percent", "ABSOLUTE_VALUE": "threshold_amount"}


def arn(aws: Aws, name: str) -> str:
    """Budgets are of an account, not of a region."""
    return f"arn:{aws.partition}:budgets::{aws.account}:budget/{name}"


def ordered(notifications: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return sorted(
        ({**one, "subscribers": sorted(one["subscribers"])} for one in notifications), key=lambda one: json.dumps(one, sort_keys=True)
    )


def read(aws: Aws, names: Iterable[str]) -> dict[str, State]:
    return {name: state for name, state in aws.each(lambda name: (name, _read(aws, name)), names) if state}


def _read(aws: Aws, name: str) -> State | None:
    of = {"AccountId": aws.account, "BudgetName": name}
    found = aws.call("budgets", "describe_budget", missing=GONE, **of)
    if found is None:
        return None
    # A budget has ten notifications at most, and each eleven subscribers, so that one page has all.
    told = (aws.call("budgets", "describe_notifications_for_budget", missing=GONE, **of) or {}).get("Notifications", [])
    notifications = [{key: value for key, value in one.items() if key != "NotificationState"} for one in told]
    subscribers = aws.each(lambda one: _subscribers(aws, of, one), notifications)
    tags = aws.call("budgets", "list_tags_for_resource", ResourceARN=arn(aws, name)).get("ResourceTags", [])
    return {
        **limit_of(found["Budget"]),
        "notifications": ordered(_notification(*both) for both in zip(notifications, subscribers, strict=True)),
        "tags": as_dict(tags),
    }


def limit_of(budget: Mapping[str, Any]) -> dict[str, Any]:
    limit = budget.get("BudgetLimit", {})
    fixed = budget["BudgetType"] == "COST" and not {"AutoAdjustData", "PlannedBudgetLimits"} & budget.keys()
    return {
        "amount": float(limit["Amount"]) if fixed and limit else None,
        "unit": limit.get("Unit"),
        "time_unit": budget["TimeUnit"],
        "cost_filters": {key: sorted(values) for key, values in budget.get("CostFilters", {}).items()},
    }


def _subscribers(aws: Aws, of: Mapping[str, str], notification: Mapping[str, Any]) -> list[str]:
    answer = aws.call("budgets", "describe_subscribers_for_notification", missing=GONE, **of, Notification=notification) or {}
    return [one["Address"].removeprefix(aws.arn("sns", "")) for one in answer.get("Subscribers", [])]


def _notification(told: Mapping[str, Any], subscribers: list[str]) -> dict[str, Any]:
    return {
        "type": told["NotificationType"],
        THRESHOLDS[told.get("ThresholdType", "PERCENTAGE")]: told["Threshold"],
        "comparison_operator": told["ComparisonOperator"],
        "subscribers": subscribers,
    }


def is_mail(subscriber: str) -> bool:
    return "@" in subscriber
