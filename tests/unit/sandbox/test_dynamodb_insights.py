from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.dynamodb_table import create


def test_contributor_insights_are_switched_in_two_steps(client, clock):
    dynamodb = client("dynamodb")
    create(dynamodb, clock)
    table = {"TableName": "orders"}
    assert dynamodb.describe_contributor_insights(**table)["ContributorInsightsStatus"] == "DISABLED"
    answer = dynamodb.update_contributor_insights(**table, ContributorInsightsAction="ENABLE")
    assert answer["ContributorInsightsStatus"] == "ENABLING"
    clock.shift(1)
    description = dynamodb.describe_contributor_insights(**table)
    assert description["ContributorInsightsStatus"] == "ENABLED"
    assert len(description["ContributorInsightsRuleList"]) == 2
    (listed,) = dynamodb.list_contributor_insights()["ContributorInsightsSummaries"]
    assert (listed["TableName"], listed["ContributorInsightsStatus"]) == ("orders", "ENABLED")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        dynamodb.describe_contributor_insights(**table, IndexName="missing")
