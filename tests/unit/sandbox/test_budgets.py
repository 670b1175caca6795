"""Budgets as the API has them, and the module that keeps them against it."""

from __future__ import annotations

import json

import pytest
from ansible_collections.prodready.aws.plugins.modules import budgets as module
from ansible_collections.prodready.aws.plugins.modules import sns_topics

from tests.unit.sandbox.elb import ONCE, refused

ACCOUNT = "123456789012"
ARN = f"arn:aws:budgets::{ACCOUNT}:budget/shop"
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:shop-alerts"
OF = {"AccountId": ACCOUNT, "BudgetName": "shop"}
BUDGET = {"BudgetName": "shop", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "200", "Unit": "USD"}}
AT_80 = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0, "ThresholdType": "PERCENTAGE"}
SNS = {"SubscriptionType": "SNS", "Address": TOPIC}
MAIL = {"SubscriptionType": "EMAIL", "Address": "ops@example.com"}
OWNED = [{"Key": "prodready:managed", "Value": "true"}, {"Key": "prodready:app", "Value": "shop"}]
NOTIFICATION = {"type": "ACTUAL", "threshold_percent": 80, "subscribers": ["shop-alerts"]}
DECLARED = {"name": "shop", "amount": 200, "notifications": [NOTIFICATION]}


@pytest.fixture
def budgets(client):
    return client("budgets", config=ONCE)


def make(budgets, subscribers=(SNS,), tags=(), **budget):
    told = [{"Notification": AT_80, "Subscribers": list(subscribers)}] if subscribers else []
    budgets.create_budget(AccountId=ACCOUNT, Budget={**BUDGET, **budget}, NotificationsWithSubscribers=told, ResourceTags=list(tags))


def told(budgets, notification=AT_80):
    return budgets.describe_subscribers_for_notification(**OF, Notification=notification)["Subscribers"]


def notifications(budgets):
    return [one["Threshold"] for one in budgets.describe_notifications_for_budget(**OF)["Notifications"]]


def tags(budgets):
    return budgets.list_tags_for_resource(ResourceARN=ARN)["ResourceTags"]


def test_a_budget_is_made_with_who_is_told_and_its_tags(budgets):
    make(budgets, [SNS, MAIL], OWNED)
    assert budgets.describe_budget(**OF)["Budget"]["BudgetLimit"] == {"Amount": "200.0", "Unit": "USD"}
    assert budgets.describe_notifications_for_budget(**OF)["Notifications"] == [{**AT_80, "NotificationState": "OK"}]
    assert told(budgets) == [SNS, MAIL]
    assert tags(budgets) == OWNED
    with refused("DuplicateRecordException", "the budget already exists"):
        make(budgets)


def test_an_update_replaces_the_budget_and_leaves_who_is_told(budgets):
    make(budgets, CostFilters={"Service": ["Amazon DynamoDB"]})
    before = budgets.describe_budget(**OF)["Budget"]
    budgets.update_budget(AccountId=ACCOUNT, NewBudget={**BUDGET, "BudgetLimit": {"Amount": "300.5", "Unit": "USD"}})
    after = budgets.describe_budget(**OF)["Budget"]
    assert (after["BudgetLimit"]["Amount"], "CostFilters" in after, after["TimePeriod"]) == ("300.5", False, before["TimePeriod"])
    assert told(budgets) == [SNS]


def test_a_notification_is_changed_with_its_subscribers_and_is_gone_with_the_last(budgets):
    make(budgets, [SNS, MAIL])
    budgets.update_notification(**OF, OldNotification=AT_80, NewNotification={**AT_80, "Threshold": 90.0})
    at_90 = {**AT_80, "Threshold": 90.0}
    assert (notifications(budgets), told(budgets, at_90)) == ([90.0], [SNS, MAIL])
    other = {**SNS, "Address": f"{TOPIC}-2"}
    budgets.update_subscriber(**OF, Notification=at_90, OldSubscriber=SNS, NewSubscriber=other)
    budgets.delete_subscriber(**OF, Notification=at_90, Subscriber=MAIL)
    assert told(budgets, at_90) == [other]
    budgets.delete_subscriber(**OF, Notification=at_90, Subscriber=other)
    assert notifications(budgets) == []


def test_pages_have_all_of_them_once(budgets):
    make(budgets, [SNS, MAIL, {**MAIL, "Address": "finance@example.com"}])
    pages = budgets.get_paginator("describe_subscribers_for_notification").paginate(
        **OF, Notification=AT_80, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Subscribers"]) for page in pages] == [2, 1]


def test_what_aws_refuses(budgets):
    make(budgets)
    where = {**OF, "Notification": AT_80}
    with refused("CreationLimitExceededException", "can only have 1 subscribers with type of SNS"):
        budgets.create_subscriber(**where, Subscriber={**SNS, "Address": f"{TOPIC}-2"})
    with refused("DuplicateRecordException"):
        budgets.create_notification(**where, Subscribers=[MAIL])
    with refused("InvalidParameterException", "DAILY"):
        budgets.create_budget(
            AccountId=ACCOUNT,
            Budget={**BUDGET, "BudgetName": "day", "TimeUnit": "DAILY"},
            NotificationsWithSubscribers=[{"Notification": {**AT_80, "NotificationType": "FORECASTED"}, "Subscribers": [SNS]}],
        )
    with refused("AccessDeniedException"):
        budgets.describe_budget(AccountId="999999999999", BudgetName="shop")
    with refused("NotFoundException"):
        budgets.describe_budget(AccountId=ACCOUNT, BudgetName="day")


def test_what_is_not_there(budgets):
    make(budgets)
    at_90 = {**AT_80, "Threshold": 90.0}
    for operation, params in (
        ("delete_notification", {"Notification": at_90}),
        ("describe_subscribers_for_notification", {"Notification": at_90}),
        ("delete_subscriber", {"Notification": AT_80, "Subscriber": MAIL}),
        ("update_notification", {"OldNotification": at_90, "NewNotification": AT_80}),
    ):
        with refused("NotFoundException"):
            getattr(budgets, operation)(**OF, **params)
    with refused("NotFoundException"):
        budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName="absent")
    with refused("NotFoundException"):
        budgets.list_tags_for_resource(ResourceARN=f"{ARN}-2")


def test_what_the_module_makes_stays_as_it_is(run, budgets):
    first, again = (run(module.main, budgets=[DECLARED]) for _ in range(2))
    assert (first["plan"], again["changed"]) == ([{"action": "create", "name": "shop"}], False)
    assert again["requests"] == {
        "sts:GetCallerIdentity": 1,
        "budgets:DescribeBudget": 1,
        "budgets:DescribeNotificationsForBudget": 1,
        "budgets:DescribeSubscribersForNotification": 1,
        "budgets:ListTagsForResource": 1,
    }
    assert (told(budgets), sorted(tags(budgets), key=str)) == ([SNS], sorted(OWNED, key=str))


def test_check_mode_tells_and_does_nothing(run, budgets):
    planned = run(module.main, check_mode=True, budgets=[DECLARED])
    assert planned["plan"] == [{"action": "create", "name": "shop"}]
    with refused("NotFoundException"):
        budgets.describe_budget(**OF)


def test_what_was_changed_by_hand_is_planned_and_mended_and_the_rest_is_kept(run, budgets):
    run(module.main, budgets=[DECLARED])
    filters = {"Service": ["Amazon DynamoDB"]}
    budgets.update_budget(AccountId=ACCOUNT, NewBudget={**BUDGET, "BudgetLimit": {"Amount": "9000", "Unit": "USD"}, "CostFilters": filters})
    budgets.update_notification(**OF, OldNotification=AT_80, NewNotification={**AT_80, "Threshold": 500.0})
    budgets.update_subscriber(**OF, Notification={**AT_80, "Threshold": 500.0}, OldSubscriber=SNS, NewSubscriber=MAIL)
    planned = run(module.main, check_mode=True, budgets=[DECLARED])
    assert planned["diff"][0]["before"]["amount"] == 9000
    assert planned["diff"][0]["before"]["notifications"][0]["subscribers"] == ["ops@example.com"]
    assert planned["diff"][0]["after"]["notifications"][0]["threshold_percent"] == 80
    assert run(module.main, budgets=[DECLARED])["plan"] == planned["plan"] == [{"action": "update", "name": "shop"}]
    assert (notifications(budgets), told(budgets)) == ([80.0], [SNS])
    found = budgets.describe_budget(**OF)["Budget"]
    assert (found["BudgetLimit"]["Amount"], found["CostFilters"]) == ("200.0", filters)


def test_a_budget_of_somebody_else_is_an_error_and_stays(run, budgets):
    make(budgets, tags=[{"Key": "prodready:app", "Value": "other"}, {"Key": "prodready:managed", "Value": "true"}])
    result = run(module.main, budgets=[{**DECLARED, "amount": 300}])
    assert "shop: there is a budget of this name that this collection did not make" in result["msg"]
    assert "prodready:app=shop" in result["msg"]
    assert budgets.describe_budget(**OF)["Budget"]["BudgetLimit"]["Amount"] == "200.0"


def test_one_that_adjusts_itself_is_an_error(run, budgets):
    make(budgets, tags=OWNED, AutoAdjustData={"AutoAdjustType": "FORECAST"})
    assert "none of costs with a fixed amount" in run(module.main, budgets=[DECLARED])["msg"]


def test_a_topic_lets_the_publishers_that_are_listed_publish_beside_the_account(run, client):
    topic = {"name": "shop-alerts", "publishers": ["budgets.amazonaws.com"]}

    def publishing() -> list[str]:
        policy = json.loads(client("sns").get_topic_attributes(TopicArn=TOPIC)["Attributes"]["Policy"])
        return [next(iter(one["Principal"].values())) for one in policy["Statement"]]

    assert run(sns_topics.main, topics=[topic])["changed"]
    assert not run(sns_topics.main, topics=[topic])["changed"]
    assert publishing() == ["*", "budgets.amazonaws.com"]
    assert not run(sns_topics.main, topics=[{"name": "shop-alerts"}])["changed"]
    assert run(sns_topics.main, topics=[{**topic, "publishers": []}])["changed"]
    assert publishing() == ["*"]
    # One that is there already.
    assert run(sns_topics.main, topics=[topic])["changed"]
    assert publishing() == ["*", "budgets.amazonaws.com"]
