"""What state a metric alarm should be in now.

CloudWatch evaluates once a minute (every 10 seconds below a minute's period), over periods that slide and end with a
full minute: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
Here the running minute counts too, as soon as what it says can no longer change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sandbox.watch import paced
from sandbox.watch.alarm import Alarm, timestamp
from sandbox.watch.evaluation import EXTRA_PERIODS, WORDS, breaches, is_final, state
from sandbox.watch.metrics import Metric, Points, points
from sandbox.watch.queries import Queries, Source
from sandbox.watch.values import Series


class Verdict(NamedTuple):
    state: str
    reason: str
    reason_data: str


class Reading(NamedTuple):
    """One period of the evaluation range."""

    at: datetime
    value: float | None
    lower: float
    upper: float
    breaching: bool | None


def queries(definition: dict[str, Any]) -> list[dict[str, Any]]:
    if definition.get("Metrics"):
        return definition["Metrics"]
    metric = {name: definition[name] for name in ("Namespace", "MetricName", "Dimensions") if name in definition}
    stat = definition.get("Statistic") or definition.get("ExtendedStatistic")
    found = {"Metric": metric, "Period": definition["Period"], "Stat": stat, "Unit": definition.get("Unit")}
    return [{"Id": "m1", "MetricStat": found, "ReturnData": True}]


def watched(definition: dict[str, Any]) -> str:
    """The id of the query that is compared with the threshold or the band."""
    band = definition.get("ThresholdMetricId")
    return next(query["Id"] for query in queries(definition) if query.get("ReturnData", True) and query["Id"] != band)


def metrics(definition: dict[str, Any]) -> set[Metric]:
    return {Metric.of(query["MetricStat"]["Metric"]) for query in queries(definition) if query.get("MetricStat")}


def treat_missing(definition: dict[str, Any]) -> str:
    """Alarms on DynamoDB's metrics ignore missing data unless told otherwise."""
    return definition.get("TreatMissingData") or ("ignore" if definition.get("Namespace") == "AWS/DynamoDB" else "missing")


def assess(alarm: Alarm, source: Source, now: datetime) -> Verdict:
    definition = alarm.definition
    periods, needed = definition["EvaluationPeriods"], definition.get("DatapointsToAlarm")
    short = paced.shortened(alarm)
    readings = _readings(short.definition, paced.source(short, source), now)
    missing = treat_missing(definition)
    becomes = state([r.breaching for r in readings], periods, needed or periods, missing, alarm.state)
    real = [reading for reading in readings if reading.value is not None][-periods:]
    reason = _reason(definition, becomes, real, alarm.state, needed or periods, missing)
    return Verdict(becomes, reason, _reason_data(definition, real, readings[0].at, now))


def _readings(definition: dict[str, Any], source: Source, now: datetime) -> list[Reading]:
    count = definition["EvaluationPeriods"] + EXTRA_PERIODS
    period = Queries(source, queries(definition), now, now).period(watched(definition))
    step, minute = timedelta(seconds=period), timedelta(seconds=min(period, 60))
    full = now - (now - datetime.min) % minute
    readings = list(_range(definition, source, full + minute, step, count))
    newest = readings[-1]
    comparison = definition["ComparisonOperator"]
    if newest.breaching is None or not is_final(newest.breaching, comparison, definition.get("Statistic")):
        readings = list(_range(definition, source, full, step, count))
    return readings


def _range(definition: dict[str, Any], source: Source, end: datetime, step: timedelta, count: int) -> Iterator[Reading]:
    start = end - count * step
    asked = Queries(source, queries(definition), start, end)
    values = _first(asked, watched(definition))
    if definition.get("EvaluateLowSampleCountPercentile") == "ignore":
        values = _significant(values, definition, source, start, end)
    upper = lower = dict.fromkeys((start + index * step for index in range(count)), definition.get("Threshold"))
    if band := definition.get("ThresholdMetricId"):
        upper, lower = (series.points for series in asked.all_series(band))
    for index in range(count):
        at = start + index * step
        value = values.get(at) if at in upper else None
        low, high = lower.get(at) or 0.0, upper.get(at) or 0.0
        breaching = None if value is None else breaches(value, definition["ComparisonOperator"], low, high)
        yield Reading(at, value, low, high, breaching)


def _first(asked: Queries, query_id: str) -> Points:
    found: list[Series] = asked.all_series(query_id)
    return found[0].points if found else {}


def _significant(values: Points, definition: dict[str, Any], source: Source, start: datetime, end: datetime) -> Points:
    """Without the periods that have too few samples for the percentile: 10 / (1 - p), below the median 10 / p."""
    percentile = re.fullmatch(r"p([\d.]+)", definition.get("ExtendedStatistic") or "")
    if not percentile or not 0 < float(percentile[1]) < 100:
        return values
    share = float(percentile[1]) / 100
    least = 10 / min(share, 1 - share)
    data = source.between(Metric.of(definition), start, end)
    counts = points(data, start, definition["Period"], "SampleCount", definition.get("Unit"))
    return {at: value for at, value in values.items() if counts.get(at, 0) >= least - 1e-6}


def _reason(definition: dict[str, Any], becomes: str, real: list[Reading], before: str, needed: int, missing: str) -> str:
    periods = definition["EvaluationPeriods"]
    if becomes == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {_counted(periods, 'datapoint')} {'was' if periods == 1 else 'were'} unknown."
    if not real:
        treated = "Breaching" if missing == "breaching" else "NonBreaching"
        return (
            f"Threshold Crossed: no datapoints were received for {_counted(periods, 'period')} and "
            f"{_counted(periods, 'missing datapoint')} {'was' if periods == 1 else 'were'} treated as [{treated}]."
        )
    telling = [reading for reading in real if reading.breaching == (becomes == "ALARM")] or real
    values = ", ".join(f"{reading.value} ({reading.at:%d/%m/%y %H:%M:%S})" for reading in telling)
    words = WORDS[definition["ComparisonOperator"]]
    verb = ("was" if len(telling) == 1 else "were") + ("" if becomes == "ALARM" else " not")
    last = telling[-1]
    limits = f"{last.upper}" if last.lower == last.upper else f"lower={last.lower}, upper={last.upper}"
    return (
        f"Threshold Crossed: {len(telling)} out of the last {periods} datapoints [{values}] {verb} {words} "
        f"({limits}) (minimum {_counted(needed, 'datapoint')} for {before} -> {becomes} transition)."
    )[:1023]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _reason_data(definition: dict[str, Any], real: list[Reading], start: datetime, now: datetime) -> str:
    data = {
        "version": "1.0",
        "queryDate": timestamp(now),
        "startDate": timestamp(real[0].at if real else start),
        "statistic": definition.get("Statistic") or definition.get("ExtendedStatistic"),
        "period": definition.get("Period"),
        "recentDatapoints": [reading.value for reading in real],
        "threshold": definition.get("Threshold"),
        "evaluatedDatapoints": [{"timestamp": timestamp(r.at), "value": r.value} for r in reversed(real)],
    }
    text = json.dumps({name: value for name, value in data.items() if value is not None})
    return text if len(text) <= 4000 else json.dumps({"version": "1.0", "queryDate": timestamp(now)})
