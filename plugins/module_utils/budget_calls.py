# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The requests of a change of a budget, of its notifications and of who is told.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateBudget.html
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .budgets import GONE, LIMIT, THRESHOLDS, arn, is_mail
from .plan import Call, Calls, Change, State
from .tags import as_list, tag_changes

if TYPE_CHECKING:
    from .aws import Aws

# What AWS tells of a budget and takes from nobody.
TOLD = ("CalculatedSpend", "LastUpdatedTime", "HealthStatus")
# What is taken in the place of CostFilters and CostTypes.
NEWER = ("FilterExpression", "Metrics")


def in_words_of_aws(notification: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, key),) = ((kind, key) for kind, key in THRESHOLDS.items() if key in notification)
    return {
        "NotificationType": notification["type"],
        "ComparisonOperator": notification["comparison_operator"],
        "Threshold": notification[key],
        "ThresholdType": kind,
    }


def subscription(aws: Aws, subscriber: str) -> dict[str, str]:
    if is_mail(subscriber):
        return {"SubscriptionType": "EMAIL", "Address": subscriber}
    return {"SubscriptionType": "SNS", "Address": subscriber if subscriber.startswith("arn:") else aws.arn("sns", subscriber)}


def _limit(state: State) -> dict[str, Any]:
    amount = format(Decimal(str(state["amount"])), "f")
    filters = {"CostFilters": state["cost_filters"]} if state["cost_filters"] else {}
    return {"BudgetLimit": {"Amount": amount, "Unit": state["unit"]}, "TimeUnit": state["time_unit"], **filters}


def _kept(found: Mapping[str, Any], state: State) -> dict[str, Any]:
    """An update replaces the whole budget, also what nothing is said of here; it takes one pair of filters and metrics."""
    other = NEWER if "CostTypes" in found or state["cost_filters"] else ()
    return {key: value for key, value in found.items() if key not in (*TOLD, "CostFilters", *other)}


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
        found = (yield Call("describe_budget", of))["Budget"]
        yield Call("update_budget", {**account, "NewBudget": {**_kept(found, state), **_limit(state)}})
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
