"""Contributor insights are switched for a table and for each of its indexes, in two steps.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContributorInsights.html

moto has none.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.dynamodb.exceptions import ResourceNotFoundException
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from sandbox.phases import begin, state_of

DEFAULT_MODE = "ACCESSED_AND_THROTTLED_KEYS"
SWITCHED = {"ENABLE": ("ENABLING", "ENABLED"), "DISABLE": ("DISABLING", "DISABLED")}


def insights(table: Table) -> dict[str | None, SimpleNamespace]:
    return table.__dict__.setdefault("insights", {})


def insight_of(handler: DynamoHandler) -> tuple[Table, dict[str, str], SimpleNamespace]:
    table, index = handler.dynamodb_backend.get_table(handler.body["TableName"]), handler.body.get("IndexName")
    if index and index not in [each.name for each in table.all_indexes()]:
        raise ResourceNotFoundException(f"Requested resource not found: Table: {table.name} Index: {index} not found")
    names = {"TableName": table.name} | ({"IndexName": index} if index else {})
    return table, names, insights(table).setdefault(index, SimpleNamespace(status="DISABLED", mode=DEFAULT_MODE))


def summary(insight: SimpleNamespace) -> dict[str, Any]:
    return {
        "ContributorInsightsStatus": state_of(insight, insight.status),
        "ContributorInsightsMode": insight.mode,
    }


def rules(table: Table, index: str | None, insight: SimpleNamespace) -> list[str]:
    kinds = ["PKT"] if insight.mode == "THROTTLED_KEYS" else ["PKC", "PKT"]
    schema = next((each.schema for each in table.all_indexes() if each.name == index), table.schema)
    if len(schema) > 1:
        kinds += [kind.replace("P", "S", 1) for kind in kinds]
    since = int(insight.updated.timestamp() * 1000)
    return [f"DynamoDBContributorInsights-{kind}-{'-'.join(filter(None, (table.name, index)))}-{since}" for kind in kinds]


def update_contributor_insights(self: DynamoHandler) -> Any:
    _, names, insight = insight_of(self)
    passing, insight.status = SWITCHED[self.body["ContributorInsightsAction"]]
    insight.mode, insight.updated = self.body.get("ContributorInsightsMode", insight.mode), utcnow()
    begin(insight, passing)
    return ActionResult(names | summary(insight))


def describe_contributor_insights(self: DynamoHandler) -> Any:
    table, names, insight = insight_of(self)
    description = names | summary(insight)
    if hasattr(insight, "updated"):
        description["LastUpdateDateTime"] = insight.updated
    if insight.status == "ENABLED":
        description["ContributorInsightsRuleList"] = rules(table, names.get("IndexName"), insight)
    return ActionResult(description)


def list_contributor_insights(self: DynamoHandler) -> Any:
    backend, name = self.dynamodb_backend, self.body.get("TableName")
    tables = [backend.get_table(name)] if name else list(backend.tables.values())
    return ActionResult(
        {
            "ContributorInsightsSummaries": [
                {"TableName": table.name} | ({"IndexName": index} if index else {}) | summary(insight)
                for table in tables
                for index, insight in insights(table).items()
            ]
        }
    )


def apply() -> None:
    for operation in (update_contributor_insights, describe_contributor_insights, list_contributor_insights):
        setattr(DynamoHandler, operation.__name__, operation)
