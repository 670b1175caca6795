# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What CloudWatch would refuse in a set of alarms, or accept and never evaluate.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .alarms import ACTIONS, OF_ALARM, children, type_of
from .lists import repeated, used_twice
from .metrics import STATISTICS_ALLOWED, UNITS, query_problems, statistic_allowed

BAND_OPERATORS = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,256}|arn:.+")
MAX_MATH_METRICS = 10
DAY, WEEK = 86400, 604800

Item = Mapping[str, Any]


def problems(items: list[Item]) -> list[str]:
    found = used_twice("alarm", (item["name"] for item in items))
    for item in items:
        found += [f"alarm {item['name']}: {problem}" for problem in _of(item)]
    return found + [f"alarm {name}: its rule leads back to itself" for name in _circles(items)]


def _of(item: Item) -> Iterator[str]:
    if not 1 <= len(item["name"]) <= 255 or re.search(r"[\x00-\x1f]", item["name"]):
        yield "name must have 1 to 255 characters and no control characters"
    if len(item.get("description") or "") > 1024:
        yield "description must have at most 1024 characters"
    for key in ACTIONS:
        actions = item.get(key) or []
        if len(actions) > 5:
            yield f"{key} must have at most 5 actions, not {len(actions)}"
        yield from (f"{key} has {one} twice" for one in repeated(actions))
        yield from (f"{key}: {one} is neither a topic's name nor an ARN" for one in actions if not TOPIC.fullmatch(one))
    given = [key for key in ("metric_name", "metrics", "rule") if item.get(key)]
    if len(given) != 1:
        yield f"give exactly one of metric_name, metrics and rule, not {' and '.join(given) or 'none'}"
    elif given == ["rule"]:
        yield from _composite(item)
    else:
        yield from _watching(item)


def _composite(item: Item) -> Iterator[str]:
    for key in ("namespace", "statistic", "threshold", "comparison_operator", "evaluation_periods", "anomaly_deviations", "period"):
        if item.get(key) is not None:
            yield f"{key} has no meaning for a composite alarm"
    if len(item["rule"]) > 10240:
        yield f"rule must have at most 10240 characters, not {len(item['rule'])}"
    if len(named := children(item["rule"])) > 100:
        yield f"rule must name at most 100 alarms, not {len(named)}"
    bare = OF_ALARM.sub(" TRUE ", item["rule"])
    if not re.fullmatch(r"(\b(TRUE|FALSE|AND|OR|NOT)\b|[\s()])+", bare):
        yield 'rule must be written of ALARM("name"), OK("name"), INSUFFICIENT_DATA("name"), TRUE, FALSE, AND, OR, NOT and parentheses'
    elif bare.count("(") != bare.count(")"):
        yield "rule has parentheses that do not match"
    periods = [item.get(f"actions_suppressor_{kind}_period") for kind in ("wait", "extension")]
    if item.get("actions_suppressor") and None in periods:
        yield "actions_suppressor needs actions_suppressor_wait_period and actions_suppressor_extension_period"


def _watching(item: Item) -> Iterator[str]:
    band = type_of(item) == "anomaly"
    for key in ("comparison_operator", "evaluation_periods"):
        if not item.get(key):
            yield f"{key} is missing"
    if band == (item.get("threshold") is not None):
        yield "give a threshold, or for an anomaly alarm anomaly_deviations or threshold_metric_id, and not both"
    if item.get("comparison_operator") and band != (item["comparison_operator"] in BAND_OPERATORS):
        which = "not" if band else "only"
        yield f"comparison_operator {item['comparison_operator']} is {which} for anomaly alarms; those take {', '.join(BAND_OPERATORS)}"
    if (item.get("anomaly_deviations") or 1) <= 0:
        yield "anomaly_deviations must be above 0"
    for key in ("actions_suppressor", "actions_suppressor_wait_period", "actions_suppressor_extension_period"):
        if item.get(key):
            yield f"{key} is only for composite alarms"
    evaluated = item.get("evaluation_periods") or 1
    if evaluated < 1 or not 1 <= (item.get("datapoints_to_alarm") or evaluated) <= evaluated:
        yield f"datapoints_to_alarm must be 1 to evaluation_periods ({evaluated}), not {item.get('datapoints_to_alarm')}"
    yield from _math(item, band) if item.get("metrics") else _single(item)
    yield from _window(item, evaluated)


def _single(item: Item) -> Iterator[str]:
    for key in ("namespace", "statistic"):
        if not item.get(key):
            yield f"{key} is missing"
    if item.get("statistic") and not statistic_allowed(item["statistic"]):
        yield f"statistic {item['statistic']} is not {STATISTICS_ALLOWED}"
    if item.get("unit") and item["unit"] not in UNITS:
        yield f"unit {item['unit']} is not one of {', '.join(UNITS)}"
    if item.get("evaluate_low_sample_count_percentile") and not re.match(r"p\d", item.get("statistic") or ""):
        yield "evaluate_low_sample_count_percentile is only for percentile statistics such as p95"


def _math(item: Item, band: bool) -> Iterator[str]:
    queries = item["metrics"]
    for key in ("namespace", "statistic", "dimensions", "unit", "anomaly_deviations"):
        if item.get(key):
            yield f"{key} belongs to the single metric of an alarm; with metrics, give it there"
    yield from query_problems("metrics", queries, ids_required=True)
    for query in queries:
        if query.get("metric_name") and not query.get("statistic"):
            yield f"metrics, metric {query.get('id')}: statistic is missing"
    if (count := sum(bool(query.get("metric_name")) for query in queries)) > MAX_MATH_METRICS:
        yield f"metrics may name at most {MAX_MATH_METRICS} metrics, not {count}"
    given = [query.get("return_data") for query in queries]
    if any(one is not None for one in given) and sum(map(bool, given)) != (2 if band else 1):
        yield f"exactly {'the band and its metric have' if band else 'one entry of metrics has'} return_data true"
    bands = {query.get("id") for query in queries if "ANOMALY_DETECTION_BAND" in (query.get("expression") or "")}
    if band and item.get("threshold_metric_id") not in bands:
        yield "threshold_metric_id must be the id of an ANOMALY_DETECTION_BAND expression in metrics"


def _window(item: Item, evaluated: int) -> Iterator[str]:
    periods = {item.get("period") or 60} | {query["period"] for query in item.get("metrics") or [] if query.get("period")}
    for period in sorted(periods):
        if period not in (10, 20, 30) and (period < 60 or period % 60):
            yield f"period must be 10, 20, 30 or a multiple of 60 seconds, not {period}"
        limit = WEEK if period >= 3600 else DAY
        if period * evaluated > limit:
            yield f"period times evaluation_periods must be at most {limit} s with a period of {period} s, not {period * evaluated}"


def _circles(items: list[Item]) -> list[str]:
    rules = {item["name"]: children(item["rule"]) for item in items if item.get("rule")}

    def reaches(start: str, name: str, seen: set[str]) -> bool:
        return any(child == start or (child not in seen and reaches(start, child, seen | {child})) for child in rules.get(name, []))

    return sorted(name for name in rules if reaches(name, name, set()))
