# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cost budgets of AWS Budgets in their normal form, and the requests of a change.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .plan import Call, Calls, Change, State
from .tags import as_dict, as_list, tag_changes

if TYPE_CHECKING:
    from .aws import Aws

GONE = ("NotFoundException",)
LIMIT = ("amount", "unit", "time_unit", "cost_filters")
# What a new one has where nothing is given.
DEFAULTS = {"unit": "USD", "time_unit": "MONTHLY", "cost_filters": {}, "notifications": []}
THRESHOLDS = {"PERCENTAGE": "threshold_percent", "ABSOLUTE_VALUE": "threshold_amount"}
# What AWS tells of a budget and takes from nobody.
TOLD = ("CalculatedSpend", "LastUpdatedTime", "HealthStatus")


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


def in_words_of_aws(notification: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, key),) = ((kind, key) for kind, key in THRESHOLDS.items() if key in notification)
    return {
        "NotificationType": notification["type"],
        "ComparisonOperator": notification["comparison_operator"],
        "Threshold": notification[key],
        "ThresholdType": kind,
    }


def is_mail(subscriber: str) -> bool:
    return "@" in subscriber


def subscription(aws: Aws, subscriber: str) -> dict[str, str]:
    if is_mail(subscriber):
        return {"SubscriptionType": "EMAIL", "Address": subscriber}
    return {"SubscriptionType": "SNS", "Address": subscriber if subscriber.startswith("arn:") else aws.arn("sns", subscriber)}


def _limit(state: State) -> dict[str, Any]:
    amount = format(Decimal(str(state["amount"])), "f")
    filters = {"CostFilters": state["cost_filters"]} if state["cost_filters"] else {}
    return {"BudgetLimit": {"Amount": amount, "Unit": state["unit"]}, "TimeUnit": state["time_unit"], **filters}


def calls(aws: Aws, change: Change) -> Calls:
    account, state = {"AccountId": aws.account}, change.after
    of = {**account, "BudgetName": change.name}
    if state is None:
        yield Call("delete_budget", of, missing=GONE)
        return
    if change.before is None:
        told = [
            {"Notification": in_words_of_aws(one), "Subscribers": [subscription(aws, each) for each in one["subscribers"]]}
            for one in state["notifications"]
        ]
        budget = {"BudgetName": change.name, "BudgetType": "COST", **_limit(state)}
        yield Call(
            "create_budget", {**account, "Budget": budget, "NotificationsWithSubscribers": told, "ResourceTags": as_list(state["tags"])}
        )
        return
    if change.differs(*LIMIT):
        # An update replaces the whole budget, also what nothing is said of here.
        found = (yield Call("describe_budget", of))["Budget"]
        kept = {key: value for key, value in found.items() if key not in (*TOLD, "CostFilters")}
        yield Call("update_budget", {**account, "NewBudget": {**kept, **_limit(state)}})
    yield from _notification_calls(aws, of, change.before["notifications"], state["notifications"])
    gone, new = tag_changes(change)
    if gone:
        yield Call("untag_resource", {"ResourceARN": arn(aws, change.name), "ResourceTagKeys": sorted(gone)})
    if new:
        yield Call("tag_resource", {"ResourceARN": arn(aws, change.name), "ResourceTags": as_list(new)})


def _notification_calls(aws: Aws, of: Mapping[str, Any], before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Calls:
    """One that is to be another is changed into it, so that at no time nobody is told."""
    old, new = ({json.dumps(in_words_of_aws(one)): one for one in some} for some in (before, after))
    gone = [one for key, one in old.items() if key not in new]
    made = [one for key, one in new.items() if key not in old]
    changed = list(zip(gone, made, strict=False))
    for one, other in changed:
        params = {"OldNotification": in_words_of_aws(one), "NewNotification": in_words_of_aws(other)}
        yield Call("update_notification", {**of, **params})
    same = [(old[key], one) for key, one in new.items() if key in old]
    for one, other in (*same, *changed):
        yield from _subscriber_calls(aws, {**of, "Notification": in_words_of_aws(other)}, one["subscribers"], other["subscribers"])
    for one in made[len(gone) :]:
        subscribers = [subscription(aws, each) for each in one["subscribers"]]
        yield Call("create_notification", {**of, "Notification": in_words_of_aws(one), "Subscribers": subscribers})
    for one in gone[len(made) :]:
        yield Call("delete_notification", {**of, "Notification": in_words_of_aws(one)}, missing=GONE)


def _subscriber_calls(aws: Aws, of: Mapping[str, Any], before: list[str], after: list[str]) -> Calls:
    """A notification has one topic at most, and is gone with its last subscriber: they are changed, then added, then removed."""
    gone, made = ([one for one in some if one not in others] for some, others in ((before, after), (after, before)))
    pairs = list(zip((one for one in gone if not is_mail(one)), (one for one in made if not is_mail(one)), strict=False))
    for one, other in pairs:
        yield Call("update_subscriber", {**of, "OldSubscriber": subscription(aws, one), "NewSubscriber": subscription(aws, other)})
    changed = {*itertools.chain.from_iterable(pairs)}
    for one in made:
        if one not in changed:
            yield Call("create_subscriber", {**of, "Subscriber": subscription(aws, one)})
    for one in gone:
        if one not in changed:
            yield Call("delete_subscriber", {**of, "Subscriber": subscription(aws, one)}, missing=GONE)
