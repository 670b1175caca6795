"""What CloudWatch refuses in the metric queries of GetMetricData and PutMetricAlarm.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.cloudwatch.exceptions import ValidationError

from sandbox.watch.expression import names, parse
from sandbox.watch.statistics import is_statistic
from sandbox.watch.tokens import Malformed

MOST_QUERIES = 500
_ID = re.compile(r"[a-z][A-Za-z0-9_]*")


def check_period(period: int, error: type[Exception] = ValidationError) -> None:
    if period not in (1, 5, 10, 20, 30) and (period < 1 or period % 60):
        raise error(f"Invalid period {period}: it must be 1, 5, 10, 20, 30 or a multiple of 60.")


def check_queries(queries: list[dict[str, Any]]) -> None:
    ids = [query["Id"] for query in queries]
    if len(ids) > MOST_QUERIES:
        raise ValidationError(f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}.")
    for number, query in enumerate(queries, 1):
        if not _ID.fullmatch(query["Id"]):
            raise ValidationError(f"The value {query['Id']} for parameter MetricDataQueries.member.{number}.Id is invalid.")
        if ids.count(query["Id"]) > 1:
            raise ValidationError(f"The Id {query['Id']} of parameter MetricDataQueries is not unique.")
        if ("MetricStat" in query) == ("Expression" in query):
            if "MetricStat" in query:
                raise ValidationError("The parameters Expression and MetricStat are mutually exclusive.")
            raise ValidationError(f"The parameter MetricDataQueries.member.{number}.MetricStat is required.\n")
        if stat := query.get("MetricStat"):
            _check_stat(stat, number)
        else:
            _check_expression(query, set(ids))


def _check_stat(stat: dict[str, Any], number: int) -> None:
    check_period(int(stat["Period"]))
    if not is_statistic(stat["Stat"]):
        raise ValidationError(f"The value {stat['Stat']} for parameter MetricDataQueries.member.{number}.MetricStat.Stat is not supported.")
    for name in ("Namespace", "MetricName"):
        if not stat["Metric"].get(name):
            raise ValidationError(f"The parameter MetricDataQueries.member.{number}.MetricStat.Metric.{name} is required.")


def _check_expression(query: dict[str, Any], ids: set[str]) -> None:
    text = query["Expression"]
    if re.match(r"\s*SELECT\b", text):
        raise NotImplementedError("Metrics Insights queries are not emulated")
    try:
        unknown = names(parse(text)) - ids
    except Malformed as error:
        raise ValidationError(f"Error in expression '{query['Id']}': {error}") from error
    if unknown:
        raise ValidationError(f"Error in expression '{query['Id']}': unknown id {', '.join(sorted(unknown))}")
