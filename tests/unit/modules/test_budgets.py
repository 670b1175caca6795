"""budgets: normal form, the requests of each change, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.budget_calls import calls
from ansible_collections.prodready.aws.plugins.module_utils.budget_rules import forbidden, problems
from ansible_collections.prodready.aws.plugins.module_utils.budgets import DEFAULTS, read
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, plan
from ansible_collections.prodready.aws.plugins.modules.budgets import BUDGET_SPEC, main, want

OWNED = {"prodready:managed": "true", "prodready:app": "shop"}
TOPICS = "arn:aws:sns:eu-central-1:123456789012:"
ACCOUNT = {"AccountId": "123456789012"}
OF = {**ACCOUNT, "BudgetName": "shop"}
ARN = "arn:aws:budgets::123456789012:budget/shop"
AT_80 = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0, "ThresholdType": "PERCENTAGE"}
AT_90 = {**AT_80, "Threshold": 90.0}
SNS = {"SubscriptionType": "SNS", "Address": f"{TOPICS}shop-alerts"}
MAIL = {"SubscriptionType": "EMAIL", "Address": "ops@example.com"}
TAGS = [{"Key": key, "Value": value} for key, value in sorted(OWNED.items())]
TOLD = {
    "BudgetName": "shop",
    "BudgetType": "COST",
    "TimeUnit": "MONTHLY",
    "BudgetLimit": {"Amount": "200.0", "Unit": "USD"},
    "CostTypes": {"IncludeTax": False},
    "TimePeriod": {"Start": datetime(2026, 1, 1, tzinfo=UTC)},
}
MADE_UP = {"CalculatedSpend": {"ActualSpend": {"Amount": "1.0", "Unit": "USD"}}, "LastUpdatedTime": datetime(2026, 1, 2, tzinfo=UTC)}


def at(threshold=80.0, *subscribers, **given):
    usual = {"type": "ACTUAL", "comparison_operator": "GREATER_THAN", "subscribers": [*(subscribers or ["shop-alerts"])]}
    return {**usual, "threshold_percent": threshold, **given}


def item(**given):
    return {**{key: one.get("default") for key, one in BUDGET_SPEC.items()}, "name": "shop", **given}


def wanted(**given):
    return want(item(**given), OWNED, TOPICS)


def account(fake_aws, *subscribers, notifications=(AT_80,), tags=OWNED, **budget):
    return fake_aws(
        describe_budget={"Budget": {**TOLD, **MADE_UP, **budget}},
        describe_notifications_for_budget={"Notifications": [{**one, "NotificationState": "OK"} for one in notifications]},
        describe_subscribers_for_notification={"Subscribers": list(subscribers or [SNS])},
        list_tags_for_resource={"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]},
    )


def sent(requests_of, fake_aws, aws, **given):
    """The requests that bring what is there to what is given."""
    (change,) = plan({"shop": wanted(**given)}, read(aws, ["shop"]))
    return requests_of("budgets", calls(aws, change), [{"Budget": {**TOLD, **MADE_UP}}])


def test_a_new_one_is_made_in_one_request_with_who_is_told_and_its_tags(requests_of, fake_aws):
    aws = fake_aws(describe_budget=None)
    notifications = [at(80.0, f"{TOPICS}shop-alerts", "ops@example.com")]
    state = {**DEFAULTS, **wanted(amount=200.0, cost_filters={"Service": "Amazon DynamoDB"}, notifications=notifications)}
    (change,) = plan({"shop": state}, read(aws, ["shop"]))
    assert change.after["notifications"] == [at(80.0, "ops@example.com", "shop-alerts")]
    assert requests_of("budgets", calls(aws, change)) == [
        Call(
            "create_budget",
            {
                **ACCOUNT,
                "Budget": {
                    "BudgetName": "shop",
                    "BudgetType": "COST",
                    "BudgetLimit": {"Amount": "200.0", "Unit": "USD"},
                    "TimeUnit": "MONTHLY",
                    "CostFilters": {"Service": ["Amazon DynamoDB"]},
                },
                "NotificationsWithSubscribers": [{"Notification": AT_80, "Subscribers": [MAIL, SNS]}],
                "ResourceTags": TAGS,
            },
        )
    ]


def test_what_is_as_declared_is_not_touched_whatever_the_order(fake_aws):
    aws = account(fake_aws, notifications=[AT_90, AT_80], CostFilters={"Service": ["b", "a"]})
    given = {"amount": 200, "cost_filters": {"Service": ["a", "b"]}, "notifications": [at(80.0), at(90.0)]}
    assert plan({"shop": wanted(**given)}, read(aws, ["shop"])) == []
    assert plan({"shop": wanted()}, read(aws, ["shop"])) == []


def test_another_amount_leaves_the_rest_of_the_budget_as_it_is(requests_of, fake_aws):
    limit = {"Amount": "0.1", "Unit": "USD"}
    assert sent(requests_of, fake_aws, account(fake_aws), amount=0.1) == [
        Call("describe_budget", OF),
        Call("update_budget", {**ACCOUNT, "NewBudget": {**TOLD, "BudgetLimit": limit}}),
    ]


def test_an_update_has_one_pair_of_filters_and_metrics(requests_of, fake_aws):
    (change,) = plan({"shop": wanted(amount=300)}, read(account(fake_aws), ["shop"]))
    newer = {key: value for key, value in TOLD.items() if key != "CostTypes"} | {"Metrics": ["NetUnblendedCost"]}
    for told, kept in (({**TOLD, "Metrics": ["UnblendedCost"]}, TOLD), (newer, newer)):
        (__, update) = requests_of("budgets", calls(fake_aws(), change), [{"Budget": told}])
        assert update.params["NewBudget"] == {**kept, "BudgetLimit": {"Amount": "300", "Unit": "USD"}}


def test_a_notification_at_another_threshold_is_the_same_changed(requests_of, fake_aws):
    assert sent(requests_of, fake_aws, account(fake_aws), notifications=[at(90.0)]) == [
        Call("update_notification", {**OF, "OldNotification": AT_80, "NewNotification": AT_90})
    ]


def test_more_and_fewer_notifications_are_made_and_deleted(requests_of, fake_aws):
    assert sent(requests_of, fake_aws, account(fake_aws), notifications=[at(80.0), at(90.0)]) == [
        Call("create_notification", {**OF, "Notification": AT_90, "Subscribers": [SNS]})
    ]
    assert sent(requests_of, fake_aws, account(fake_aws), notifications=[]) == [
        Call("delete_notification", {**OF, "Notification": AT_80}, missing=("NotFoundException",))
    ]


def test_a_topic_takes_the_place_of_another_and_addresses_come_before_others_go(requests_of, fake_aws):
    other = {**SNS, "Address": f"{TOPICS}other"}
    where = {**OF, "Notification": AT_80}
    notifications = [at(80.0, "shop-alerts", "finance@example.com")]
    assert sent(requests_of, fake_aws, account(fake_aws, other, MAIL), notifications=notifications) == [
        Call("update_subscriber", {**where, "OldSubscriber": other, "NewSubscriber": SNS}),
        Call("create_subscriber", {**where, "Subscriber": {**MAIL, "Address": "finance@example.com"}}),
        Call("delete_subscriber", {**where, "Subscriber": MAIL}, missing=("NotFoundException",)),
    ]


def test_a_threshold_that_is_an_amount_is_seen_and_can_be_brought_back(requests_of, fake_aws):
    absolute = {**AT_80, "ThresholdType": "ABSOLUTE_VALUE"}
    aws = account(fake_aws, notifications=[absolute])
    (change,) = plan({"shop": wanted(notifications=[at(80.0)])}, read(aws, ["shop"]))
    assert change.before["notifications"][0]["threshold_amount"] == 80
    back = Change("shop", change.after, change.before)
    assert requests_of("budgets", calls(aws, back)) == [
        Call("update_notification", {**OF, "OldNotification": AT_80, "NewNotification": absolute})
    ]


def test_tags_are_added_and_undo_takes_them_off(requests_of, fake_aws):
    aws = account(fake_aws)
    (change,) = plan({"shop": wanted(tags={"team": "a"})}, read(aws, ["shop"]))
    assert requests_of("budgets", calls(aws, change)) == [
        Call("tag_resource", {"ResourceARN": ARN, "ResourceTags": [{"Key": "team", "Value": "a"}]})
    ]
    assert requests_of("budgets", calls(aws, Change("shop", change.after, change.before))) == [
        Call("untag_resource", {"ResourceARN": ARN, "ResourceTagKeys": ["team"]})
    ]


def test_undoing_the_creation_deletes_it(requests_of, fake_aws):
    aws = account(fake_aws)
    change = Change("shop", read(aws, ["shop"])["shop"], None)
    assert requests_of("budgets", calls(aws, change)) == [Call("delete_budget", OF, missing=("NotFoundException",))]


@pytest.mark.parametrize(
    ("there", "given", "words"),
    [
        ({"tags": {"prodready:managed": "true"}}, {"amount": 1}, "did not make"),
        ({"tags": {}}, {}, "prodready:managed=true, prodready:app=shop"),
        ({"BudgetType": "USAGE"}, {"amount": 1}, "none of costs with a fixed amount"),
        ({"PlannedBudgetLimits": {"1767225600": {"Amount": "1", "Unit": "USD"}}}, {"amount": 1}, "none of costs with a fixed amount"),
        ({"TimeUnit": "DAILY"}, {"notifications": [at(80.0, type="FORECASTED")]}, "ACTUAL only"),
    ],
)
def test_what_only_the_budget_that_is_there_can_tell_is_an_error(fake_aws, there, given, words):
    found = forbidden(OWNED, plan({"shop": wanted(**given)}, read(account(fake_aws, **there), ["shop"])))
    (problem,) = found
    assert problem.startswith("shop: ") and words in problem


def test_a_new_one_needs_its_amount():
    (problem,) = forbidden(OWNED, plan({"shop": {**DEFAULTS, **wanted()}}, {}))
    assert problem == "shop: there is no budget of this name; a new one needs amount"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "a:b"}, "without : and"),
        ({"name": "shop/action/1"}, "/action/"),
        ({"amount": 0}, "amount is 0, it must be more than 0"),
        ({"unit": "dollars"}, "unit is 'dollars', allowed is a currency such as USD"),
        ({"notifications": [at(n) for n in range(1, 12)]}, "11 notifications, at most 10 are allowed"),
        ({"notifications": [at(80), at(80.0, "ops@example.com")]}, "notification ACTUAL GREATER_THAN 80 % is given twice"),
        ({"notifications": [at(-1)]}, "threshold_percent must be more than 0"),
        ({"notifications": [at(80, subscribers=[])]}, "nobody is told"),
        ({"notifications": [at(80, "a", "b")]}, "2 topics (a, b), at most 1 is allowed"),
        ({"notifications": [at(80, *(f"{n}@example.com" for n in range(11)))]}, "11 addresses, at most 10 are allowed"),
        ({"notifications": [at(80, "a", "a")]}, "subscriber a is given twice"),
        ({"notifications": [at(80, "not a topic")]}, "is neither the name or the ARN of an SNS topic nor an address"),
        ({"notifications": [at(80, "nobody@")]}, "is neither the name or the ARN of an SNS topic nor an address"),
        ({"tags": {"aws:x": "y"}}, "not begin with aws:"),
    ],
)
def test_bad_input_is_an_error_that_says_what_is_allowed(given, words):
    found = list(problems([item(**given)]))
    assert any(words in one for one in found), found
    assert all(one.startswith(f"{given.get('name', 'shop')}: ") for one in found)


def test_a_name_is_declared_once():
    assert list(problems([item(), item()])) == ["shop: the budget is declared twice"]


def test_bad_input_is_said_before_anything_is_asked(run):
    place = {"account": "123456789012", "region": "eu-central-1"}
    result = run(main, budgets=[{"name": "shop", "amount": -1}], **place)
    assert result["failed"] and "amount is -1" in result["msg"] and result["requests"] == {}
