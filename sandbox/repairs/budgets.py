"""Budgets that change, who is told of them, and their tags.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html

moto makes and deletes budgets and notifications, of any account, takes what AWS refuses, forgets tags, and has neither updates nor pages
nor subscribers of their own.
With AWS a notification lasts as long as it has a subscriber, and of SNS it has one at most. Nothing is spent here, so that nobody is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from moto.budgets.exceptions import DuplicateRecordException, NotFoundException
from moto.budgets.models import Budget, Notification
from moto.budgets.responses import BudgetsResponse
from moto.core.exceptions import JsonRESTError

# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html
MOST_NOTIFICATIONS = 10
MOST_SUBSCRIBERS = {"SNS": 1, "EMAIL": 10}
# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
MOST_TAGS = 50
IDENTITY = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
PAGE = 100

Params = dict[str, Any]
Answer = Params | None


def refused(code: str, text: str) -> JsonRESTError:
    return JsonRESTError(code, text)


class Account:
    """The budgets of the account that asks."""

    def __init__(self, response: BudgetsResponse) -> None:
        self.id = response.current_account
        self.budgets: dict[str, Budget] = response.backend.budgets[self.id]

    def budget(self, name: str) -> Budget:
        if name not in self.budgets:
            raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
        return self.budgets[name]

    def tagged(self, arn: str) -> dict[str, str]:
        return tags_of(self.budget(arn.rpartition(":budget/")[2]))


def tags_of(budget: Budget) -> dict[str, str]:
    return budget.__dict__.setdefault("tags", {})


def identity(details: Params) -> tuple[Any, ...]:
    return tuple({"ThresholdType": "PERCENTAGE", **details}.get(key) for key in IDENTITY)


def found(budget: Budget, details: Params) -> Notification:
    for one in budget.notifications:
        if identity(one.details) == identity(details):
            return one
    raise NotFoundException("Unable to get notification - the notification doesn't exist.")


def check_limit(budget: Params, notifications: list[Notification]) -> None:
    if budget["TimeUnit"] == "DAILY" and any(one.details["NotificationType"] == "FORECASTED" for one in notifications):
        raise refused("InvalidParameterException", "FORECASTED notifications are not supported for DAILY budgets.")
    if {"FilterExpression", "Metrics"} & budget.keys() and {"CostFilters", "CostTypes"} & budget.keys():
        raise refused("InvalidParameterException", "Either FilterExpression and Metrics or CostFilters and CostTypes can be present.")


def check_notifications(budget: Budget) -> None:
    ids = [identity(one.details) for one in budget.notifications]
    if len(ids) > MOST_NOTIFICATIONS:
        raise refused("CreationLimitExceededException", f"one budget can only have {MOST_NOTIFICATIONS} notifications")
    if len(set(ids)) < len(ids):
        raise DuplicateRecordException("notification", "notification")
    check_limit(budget.budget, budget.notifications)
    for one in budget.notifications:
        check_subscribers(one)


def check_subscribers(notification: Notification) -> None:
    subscribers: list[Params] = notification.subscribers  # type: ignore[assignment]
    for kind, most in MOST_SUBSCRIBERS.items():
        if sum(one["SubscriptionType"] == kind for one in subscribers) > most:
            raise refused("CreationLimitExceededException", f"one notification can only have {most} subscribers with type of {kind}")
    if len({json.dumps(one, sort_keys=True) for one in subscribers}) < len(subscribers):
        raise DuplicateRecordException("subscriber", "subscriber")
    for one in subscribers:
        if one["SubscriptionType"] == "SNS" and not one["Address"].startswith("arn:"):
            raise refused("InvalidParameterException", f"The SNS topic ARN {one['Address']} is not valid.")


def settled(budget: Params) -> Params:
    """AWS tells amounts as numbers with a fraction."""
    limit = budget.get("BudgetLimit")
    return {**budget, "BudgetLimit": {**limit, "Amount": str(float(limit["Amount"]))}} if limit else dict(budget)


def create_budget(account: Account, params: Params) -> None:
    name = params["Budget"]["BudgetName"]
    if name in account.budgets:
        raise DuplicateRecordException("budget", name)
    made = Budget(settled(params["Budget"]), params.get("NotificationsWithSubscribers") or [])
    check_notifications(made)
    tags_of(made).update(listed_tags(params))
    account.budgets[name] = made


def describe_budget(account: Account, params: Params) -> Params:
    return {"Budget": account.budget(params["BudgetName"]).to_dict()}


def describe_budgets(account: Account, params: Params) -> Params:
    return page("Budgets", [one.to_dict() for one in account.budgets.values()], params)


def delete_budget(account: Account, params: Params) -> None:
    account.budget(params["BudgetName"])
    del account.budgets[params["BudgetName"]]


def update_budget(account: Account, params: Params) -> None:
    new = settled(params["NewBudget"])
    before = account.budget(new["BudgetName"])
    check_limit(new, before.notifications)
    before.budget = Budget({"TimePeriod": before.budget["TimePeriod"], **new}, []).budget


def changed(budget: Budget, notifications: list[Notification]) -> None:
    """All of the change, or nothing."""
    candidate = Budget(dict(budget.budget), [])
    candidate.notifications = notifications
    check_notifications(candidate)
    budget.notifications = notifications


def create_notification(account: Account, params: Params) -> None:
    budget = account.budget(params["BudgetName"])
    changed(budget, [*budget.notifications, Notification(params["Notification"], params["Subscribers"])])


def update_notification(account: Account, params: Params) -> None:
    budget = account.budget(params["BudgetName"])
    old = found(budget, params["OldNotification"])
    new = Notification(params["NewNotification"], old.subscribers)
    changed(budget, [new if one is old else one for one in budget.notifications])


def delete_notification(account: Account, params: Params) -> None:
    budget = account.budget(params["BudgetName"])
    budget.notifications.remove(found(budget, params["Notification"]))


def describe_notifications_for_budget(account: Account, params: Params) -> Params:
    budget = account.budget(params["BudgetName"])
    told = [{"ThresholdType": "PERCENTAGE", **one.details, "NotificationState": "OK"} for one in budget.notifications]
    return page("Notifications", told, params)


def describe_subscribers_for_notification(account: Account, params: Params) -> Params:
    notification = found(account.budget(params["BudgetName"]), params["Notification"])
    return page("Subscribers", list(notification.subscribers), params)


def with_subscribers(account: Account, params: Params, change: Callable[[list[Params]], list[Params]]) -> None:
    budget = account.budget(params["BudgetName"])
    old = found(budget, params["Notification"])
    subscribers: Any = change(deepcopy(list(old.subscribers)))  # type: ignore[arg-type]
    new = [Notification(old.details, subscribers)] if subscribers else []
    changed(budget, [each for one in budget.notifications for each in (new if one is old else [one])])


def create_subscriber(account: Account, params: Params) -> None:
    with_subscribers(account, params, lambda there: [*there, params["Subscriber"]])


def update_subscriber(account: Account, params: Params) -> None:
    old, new = params["OldSubscriber"], params["NewSubscriber"]
    with_subscribers(account, params, lambda there: [new if one == old else one for one in known(there, old)])


def delete_subscriber(account: Account, params: Params) -> None:
    with_subscribers(account, params, lambda there: [one for one in known(there, params["Subscriber"]) if one != params["Subscriber"]])


def known(subscribers: list[Params], one: Params) -> list[Params]:
    if one not in subscribers:
        raise NotFoundException("Unable to get subscriber - the subscriber doesn't exist.")
    return subscribers


def listed_tags(params: Params) -> Iterator[tuple[str, str]]:
    return ((tag["Key"], tag["Value"]) for tag in params.get("ResourceTags") or [])


def tag_resource(account: Account, params: Params) -> None:
    tags = account.tagged(params["ResourceARN"])
    if len(tags | dict(listed_tags(params))) > MOST_TAGS:
        raise refused("ServiceQuotaExceededException", f"A resource has at most {MOST_TAGS} tags.")
    tags.update(listed_tags(params))


def untag_resource(account: Account, params: Params) -> None:
    tags = account.tagged(params["ResourceARN"])
    for key in params["ResourceTagKeys"]:
        tags.pop(key, None)


def list_tags_for_resource(account: Account, params: Params) -> Params:
    return {"ResourceTags": [{"Key": key, "Value": value} for key, value in account.tagged(params["ResourceARN"]).items()]}


def page(take: str, items: list[Params], params: Params) -> Params:
    start, most = int(params.get("NextToken") or 0), params.get("MaxResults") or PAGE
    more = {"NextToken": str(start + most)} if len(items) > start + most else {}
    return {take: items[start : start + most], **more}


def answering(function: Callable[[Account, Params], Answer]) -> Callable[[BudgetsResponse], str]:
    """Whoever asks sees the budgets of no account but their own."""

    def method(self: BudgetsResponse) -> str:
        account, params = Account(self), json.loads(self.body)
        if params.get("AccountId", account.id) != account.id:
            raise refused("AccessDeniedException", f"Account {account.id} may not see budgets of {params['AccountId']}.")
        return json.dumps(function(account, params) or {})

    return method


def apply() -> None:
    for function in (
        *(create_budget, describe_budget, describe_budgets, update_budget, delete_budget),
        *(create_notification, update_notification, delete_notification, describe_notifications_for_budget),
        *(create_subscriber, update_subscriber, delete_subscriber, describe_subscribers_for_notification),
        *(tag_resource, untag_resource, list_tags_for_resource),
    ):
        setattr(BudgetsResponse, function.__name__, answering(function))
