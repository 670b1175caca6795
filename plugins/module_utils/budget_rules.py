# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWS Budgets takes. Pure functions.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import tag_rules
from .budgets import is_mail
from .lists import declared_twice, repeated
from .plan import Change
from .tags import lacks

NAME = r"(?!.*/action/)[^:\\]{1,100}"
MAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
TOPIC = r"[A-Za-z0-9_-]{1,256}|arn:[\w-]+:sns:[\w-]+:\d{12}:[A-Za-z0-9_-]{1,256}"
MOST_NOTIFICATIONS, MOST_TOPICS, MOST_ADDRESSES = 10, 1, 10


def problems(budgets: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("budget", (budget["name"] for budget in budgets))
    for budget in budgets:
        yield from (f"{budget['name']}: {problem}" for problem in budget_problems(budget))


def budget_problems(budget: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch(NAME, budget["name"]):
        yield "name must have 1 to 100 characters, without : and \\ and /action/"
    if budget["amount"] is not None and budget["amount"] <= 0:
        yield f"amount is {budget['amount']:g}, it must be more than 0"
    if budget["unit"] is not None and not re.fullmatch(r"[A-Z]{3}", budget["unit"]):
        yield f"unit is {budget['unit']!r}, allowed is a currency such as USD"
    notifications = budget["notifications"] or []
    if len(notifications) > MOST_NOTIFICATIONS:
        yield f"{len(notifications)} notifications, at most {MOST_NOTIFICATIONS} are allowed"
    for one in repeated(map(label, notifications)):
        yield f"notification {one} is given twice"
    for one in notifications:
        yield from (f"notification {label(one)}: {problem}" for problem in notification_problems(one))
    yield from tag_rules.problems(tag_rules.as_text(budget["tags"]))


def label(notification: Mapping[str, Any]) -> str:
    return f"{notification['type']} {notification['comparison_operator']} {notification['threshold_percent']:g} %"


def notification_problems(notification: Mapping[str, Any]) -> Iterator[str]:
    subscribers = notification["subscribers"]
    topics = [one for one in subscribers if not is_mail(one)]
    if notification["threshold_percent"] <= 0:
        yield "threshold_percent must be more than 0"
    if not subscribers:
        yield "subscribers are none, so that nobody is told: give a topic or an address"
    yield from (f"subscriber {one} is given twice" for one in repeated(subscribers))
    if len(topics) > MOST_TOPICS:
        yield f"subscribers have {len(topics)} topics ({', '.join(topics)}), at most {MOST_TOPICS} is allowed"
    if len(subscribers) - len(topics) > MOST_ADDRESSES:
        yield f"subscribers have {len(subscribers) - len(topics)} addresses, at most {MOST_ADDRESSES} are allowed"
    for one in subscribers:
        if not re.fullmatch(MAIL if is_mail(one) else TOPIC, one):
            yield f"subscriber {one!r} is neither the name or the ARN of an SNS topic nor an address of e-mail"


def forbidden(ownership: Mapping[str, str], changes: list[Change]) -> Iterator[str]:
    """What only the budget that is there can tell is wrong."""
    for change in changes:
        yield from (f"{change.name}: {problem}" for problem in change_problems(ownership, change))


def change_problems(ownership: Mapping[str, str], change: Change) -> Iterator[str]:
    before, after = change.before, change.after or {}
    if before is not None and lacks(before["tags"], ownership):
        tags = ", ".join(f"{key}={value}" for key, value in ownership.items())
        yield f"there is a budget of this name that this collection did not make. Take another name, or hand it over by the tags {tags}"
    elif before is not None and before["amount"] is None:
        yield "the budget is none of costs with a fixed amount. Give it one in the console, or delete it, then run again"
    elif "amount" not in after:
        yield "there is no budget of this name; a new one needs amount"
    # https://docs.aws.amazon.com/cost-management/latest/userguide/create-cost-budget.html
    elif after["time_unit"] == "DAILY" and any(one["type"] == "FORECASTED" for one in after["notifications"]):
        yield "AWS forecasts no single day: a DAILY budget takes notifications of type ACTUAL only"
