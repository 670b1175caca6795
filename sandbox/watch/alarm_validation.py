"""What PutMetricAlarm and PutCompositeAlarm refuse.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
The rules are AWS's, the wording of the messages only where it is known.
"""

from __future__ import annotations

import re
from typing import Any

from moto.cloudwatch.exceptions import ValidationError

from sandbox.watch.alarm import ACTIONS
from sandbox.watch.evaluation import BAND_OPERATORS
from sandbox.watch.query_validation import check_queries
from sandbox.watch.statistics import is_extended

DAY, WEEK, HOUR = 86_400, 604_800, 3_600
_ACTION = re.compile(r"arn:aws[\w-]*:[\w-]+:[\w-]*:[\w-]*:.+")
_MISSING = ("breaching", "notBreaching", "ignore", "missing")
_SINGLE = ("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")


def check_actions(asked: dict[str, Any], region: str) -> None:
    for name in ACTIONS.values():
        for action in asked.get(name) or ():
            if not _ACTION.fullmatch(action):
                raise ValidationError(f"Invalid arn syntax: {action}")
            service, place = action.split(":")[2:4]
            if service == "sns" and place != region:
                raise ValidationError(f"Invalid region {place} specified. Only {region} is supported.")


def check_metric_alarm(asked: dict[str, Any], region: str) -> None:
    check_actions(asked, region)
    for required in ("EvaluationPeriods", "ComparisonOperator"):
        if asked.get(required) is None:
            raise ValidationError(f"The parameter {required} is required.")
    if (asked.get("DatapointsToAlarm") or 1) > asked["EvaluationPeriods"]:
        raise ValidationError("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    if asked.get("TreatMissingData", "missing") not in _MISSING:
        raise ValidationError(
            f"Option {asked['TreatMissingData']} is not supported. Supported options for parameter TreatMissingData "
            f"are {', '.join(_MISSING)}."
        )
    _check_threshold(asked)
    if asked.get("Metrics"):
        _check_metrics(asked)
    else:
        _check_single(asked)


def _check_threshold(asked: dict[str, Any]) -> None:
    band = asked["ComparisonOperator"] in BAND_OPERATORS
    if band and not asked.get("ThresholdMetricId"):
        raise ValidationError(f"ThresholdMetricId is required for ComparisonOperator {asked['ComparisonOperator']}")
    if not band and asked.get("ThresholdMetricId"):
        raise ValidationError(f"ThresholdMetricId cannot be used with {asked['ComparisonOperator']}")
    if band and asked.get("Threshold") is not None:
        raise ValidationError("Threshold and ThresholdMetricId are mutually exclusive")
    if not band and asked.get("Threshold") is None:
        raise ValidationError("The parameter Threshold is required.")


def _check_single(asked: dict[str, Any]) -> None:
    if not asked.get("MetricName"):
        raise ValidationError("Either MetricName or Metrics must be specified")
    for required in ("Namespace", "Period"):
        if not asked.get(required):
            raise ValidationError(f"The parameter {required} is required.")
    if bool(asked.get("Statistic")) == bool(asked.get("ExtendedStatistic")):
        raise ValidationError("Exactly one of Statistic and ExtendedStatistic must be specified")
    extended = asked.get("ExtendedStatistic")
    if extended and not is_extended(extended):
        raise ValidationError(f"The value {extended} for parameter ExtendedStatistic is not supported.")
    low = asked.get("EvaluateLowSampleCountPercentile")
    if low and low not in ("evaluate", "ignore"):
        raise ValidationError(
            f"Option {low} is not supported. Supported options for parameter EvaluateLowSampleCountPercentile are evaluate and ignore."
        )
    _check_window(asked["Period"], asked["EvaluationPeriods"])


def _check_window(period: int, periods: int) -> None:
    if period not in (10, 20, 30) and (period < 60 or period % 60):
        raise ValidationError("Period must be 10, 20, 30 or a multiple of 60")
    limit, words = (WEEK, "seven days") if period >= HOUR else (DAY, "a day")
    if period * periods > limit:
        raise ValidationError(f"Metrics cannot be checked across more than {words} (EvaluationPeriods * Period must be <= {limit}).")


def _check_metrics(asked: dict[str, Any]) -> None:
    if used := [name for name in _SINGLE if asked.get(name)]:
        raise ValidationError(f"{', '.join(used)} cannot be used together with Metrics")
    queries, band = asked["Metrics"], asked.get("ThresholdMetricId")
    check_queries(queries)
    for query in queries:
        period = (query.get("MetricStat") or query).get("Period")
        if period:
            _check_window(period, asked["EvaluationPeriods"])
    returned = [query["Id"] for query in queries if query.get("ReturnData", True)]
    if band and (len(returned) != 2 or band not in returned):
        raise ValidationError("Exactly two elements of the metrics list should return data, one of them ThresholdMetricId.")
    if not band and len(returned) != 1:
        raise ValidationError("Exactly one element of the metrics list should return data.")
    if not any(query.get("MetricStat") or "SEARCH" in query["Expression"] for query in queries):
        raise ValidationError("Metrics list must contain at least one metric")
    expression = next((query.get("Expression") or "" for query in queries if query["Id"] == band), "")
    if band and "ANOMALY_DETECTION_BAND" not in expression:
        raise ValidationError("ThresholdMetricId must be the id of an ANOMALY_DETECTION_BAND expression")
