"""What the claims of the role cost go over."""

from __future__ import annotations

from ansible_collections.prodready.aws.plugins.filter.cost_checks import cost_checks

TOPICS = "arn:aws:sns:eu-central-1:123456789012:"
ACTUAL = {"type": "ACTUAL", "threshold_percent": "80", "subscribers": ["shop-alerts", "ops@example.com"]}


def checks(**budget):
    return cost_checks({"budgets": [{"name": "shop", **budget}], "topic_arn": TOPICS})


def test_of_a_budget_what_is_declared_is_compared():
    assert checks(amount="400", time_unit="MONTHLY")["budgets"] == [
        {
            "name": "shop",
            "members": "{name: BudgetName, amount: to_number(BudgetLimit.Amount), time_unit: TimeUnit}",
            "value": {"name": "shop", "amount": 400.0, "time_unit": "MONTHLY"},
        }
    ]
    assert checks()["budgets"][0]["value"] == {"name": "shop"}


def test_a_notification_is_asked_for_as_aws_knows_it_and_told_to_addresses():
    (found,) = checks(notifications=[ACTUAL])["notifications"]
    assert found == {
        "budget": "shop",
        "label": "actual_80",
        "at": "more than 80 % is spent",
        "notification": {
            "NotificationType": "ACTUAL",
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": 80.0,
            "ThresholdType": "PERCENTAGE",
        },
        "addresses": [f"{TOPICS}shop-alerts", "ops@example.com"],
    }


def test_notifications_of_one_budget_are_told_apart():
    sides = [{**ACTUAL, "comparison_operator": one} for one in ("GREATER_THAN", "LESS_THAN", "EQUAL_TO")]
    found = checks(notifications=[*sides, {**ACTUAL, "type": "FORECASTED"}, {**ACTUAL, "threshold_percent": 80.5}])["notifications"]
    assert len({one["label"] for one in found}) == len(found) == 5


def test_each_topic_is_looked_at_once_and_addresses_are_none():
    more = {**ACTUAL, "threshold_percent": 90, "subscribers": [f"{TOPICS}other", "ops@example.com"]}
    topics = checks(notifications=[ACTUAL, more, {**more, "threshold_percent": 95}])["topics"]
    assert topics == [{"name": "other", "arn": f"{TOPICS}other"}, {"name": "shop-alerts", "arn": f"{TOPICS}shop-alerts"}]
