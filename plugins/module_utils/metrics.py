# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Metrics that alarms and dashboards name: how they are written, which math is sound, and whether anybody emits them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .lists import repeated

if TYPE_CHECKING:
    from .aws import Aws

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
PLAIN_STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_NUMBER = r"\d+(\.\d{1,10})?"
EXTENDED_STATISTIC = re.compile(
    rf"(p|tm|tc|ts|wm)(100|\d{{1,2}}(\.\d{{1,10}})?)|IQM|PR\(({_NUMBER})?:({_NUMBER})?\)"
    rf"|(TM|TC|TS|WM)\((({_NUMBER})?:({_NUMBER})?|({_NUMBER}%)?:({_NUMBER}%)?)\)"
)
_SIZES = ("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Kilobits", "Megabits", "Gigabits", "Terabits")
UNITS = (
    *("Seconds", "Microseconds", "Milliseconds", *_SIZES, "Percent", "Count"),
    *(f"{size}/Second" for size in _SIZES),
    *("Count/Second", "None"),
)
METRIC_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
STATISTICS_ALLOWED = f"one of {', '.join(PLAIN_STATISTICS)}, or a percentile such as p95, or an extended one such as tm99"

# What a module is told about metrics that exist though CloudWatch may not have seen them yet.
EMITTED_SPEC = {
    "namespace": {"type": "str", "required": True},
    "metrics": {"type": "list", "elements": "str", "required": True},
    "dimensions": {"type": "dict", "default": {}},
}


@dataclass(frozen=True)
class Metric:
    """One metric: its namespace, name and all of its dimensions."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Metric:
        dimensions = {key: str(value) for key, value in (item.get("dimensions") or {}).items()}
        return cls(item["namespace"], item["metric_name"], tuple(sorted(dimensions.items())))

    @classmethod
    def answered(cls, metric: Mapping[str, Any]) -> Metric:
        """One metric as CloudWatch writes it."""
        return cls(
            metric["Namespace"], metric["MetricName"], tuple(sorted((one["Name"], one["Value"]) for one in metric.get("Dimensions", [])))
        )

    def __str__(self) -> str:
        return f"{self.namespace} {self.name} {{{', '.join(f'{key}={value}' for key, value in self.dimensions)}}}"


def statistic_allowed(statistic: str) -> bool:
    return statistic in PLAIN_STATISTICS or EXTENDED_STATISTIC.fullmatch(statistic) is not None


def strangers(expression: str, ids: Iterable[str]) -> list[str]:
    """The ids that an expression uses and nobody defines.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """
    if expression.lstrip().upper().startswith("SELECT"):
        return []
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", expression)
    return sorted(set(re.findall(r"(?<![\w.])[a-z]\w*", bare)) - set(ids))


def query_problems(where: str, queries: list[Mapping[str, Any]], ids_required: bool) -> list[str]:
    """What is wrong with a set of metrics and expressions that refer to each other by id."""
    found = []
    ids = [query["id"] for query in queries if query.get("id")]
    found += [f"{where}: the id {one} is used twice" for one in repeated(ids)]
    for number, query in enumerate(queries):
        at = f"{where}, metric {query.get('id') or number + 1}"
        if ids_required and not query.get("id"):
            found.append(f"{at}: id is missing")
        if query.get("id") and not METRIC_ID.fullmatch(query["id"]):
            found.append(f"{at}: id must begin with a lower-case letter, then letters, digits and underscores")
        if bool(query.get("expression")) == bool(query.get("metric_name")):
            found.append(f"{at}: give exactly one of metric_name and expression")
        if query.get("metric_name") and not query.get("namespace"):
            found.append(f"{at}: namespace is missing")
        if query.get("statistic") and not statistic_allowed(query["statistic"]):
            found.append(f"{at}: statistic {query['statistic']} is not {STATISTICS_ALLOWED}")
        found += [
            f"{at}: the expression uses {one}, which is no id of this set ({', '.join(ids)})"
            for one in strangers(query.get("expression") or "", ids)
        ]
    return found


def declared(metric: Metric, emitted: Iterable[Mapping[str, Any]]) -> bool:
    """Whether somebody says that the metric is emitted; a dimension has one value, a list of several, or * for any."""
    have = dict(metric.dimensions)

    def fits(key: str, values: Any) -> bool:
        return not {"*", have[key]}.isdisjoint(map(str, values if isinstance(values, list) else [values]))

    return any(
        one["namespace"] == metric.namespace
        and metric.name in one["metrics"]
        and set(one["dimensions"]) == set(have)
        and all(fits(*dimension) for dimension in one["dimensions"].items())
        for one in emitted
    )


def unknown(aws: Aws, uses: Iterable[tuple[str, Metric]], emitted: list[Mapping[str, Any]]) -> list[str]:
    """The uses of metrics that are neither emitted now nor declared, each with what exists closest.

    One ListMetrics for each metric that is not declared.
    """
    asked: dict[Metric, list[str]] = {}
    for where, metric in uses:
        if not declared(metric, emitted):
            asked.setdefault(metric, []).append(where)
    missing = [metric for metric, exists in zip(asked, aws.each(lambda metric: _exists(aws, metric), asked), strict=True) if not exists]
    return [f"{', '.join(asked[metric])}: nobody emits the metric {metric}; {_hint(aws, metric, emitted)}" for metric in missing]


def _exists(aws: Aws, metric: Metric) -> bool:
    found = aws.pages(
        "cloudwatch",
        "list_metrics",
        "Metrics",
        Namespace=metric.namespace,
        MetricName=metric.name,
        Dimensions=[{"Name": name, "Value": value} for name, value in metric.dimensions[:10]],
    )
    return any(Metric.answered(one) == metric for one in found)


def _hint(aws: Aws, metric: Metric, emitted: list[Mapping[str, Any]]) -> str:
    known = {str(Metric.answered(one)) for one in aws.pages("cloudwatch", "list_metrics", "Metrics", Namespace=metric.namespace)}
    known |= {
        str(Metric(one["namespace"], name, tuple(sorted((key, str(value)) for key, value in one["dimensions"].items()))))
        for one in emitted
        for name in one["metrics"]
    }
    close = difflib.get_close_matches(str(metric), sorted(known), n=1, cutoff=0)
    return (f"closest is {close[0]}; " if close else "") + "correct it, or declare it as emitted (cloudwatch_emitted_metrics)"
