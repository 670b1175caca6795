# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Alarms in their normal form, and as CloudWatch's requests.

What an alarm watches is one key, `watch`: a dictionary for a single metric, a list of queries for metric math. So a
desired alarm replaces it whole, as PutMetricAlarm does.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .metrics import PLAIN_STATISTICS
from .plan import State

if TYPE_CHECKING:
    from .aws import Aws

COMMON = {"description": "AlarmDescription", "actions_enabled": "ActionsEnabled"}
ACTIONS = {"alarm_actions": "AlarmActions", "ok_actions": "OKActions", "insufficient_data_actions": "InsufficientDataActions"}
METRIC = {
    "comparison_operator": "ComparisonOperator",
    "evaluation_periods": "EvaluationPeriods",
    "datapoints_to_alarm": "DatapointsToAlarm",
    "threshold": "Threshold",
    "threshold_metric_id": "ThresholdMetricId",
    "treat_missing_data": "TreatMissingData",
    "evaluate_low_sample_count_percentile": "EvaluateLowSampleCountPercentile",
}
COMPOSITE = {
    "rule": "AlarmRule",
    "actions_suppressor": "ActionsSuppressor",
    "actions_suppressor_wait_period": "ActionsSuppressorWaitPeriod",
    "actions_suppressor_extension_period": "ActionsSuppressorExtensionPeriod",
}
# What we do not manage and a put would otherwise reset.
KEPT = ("EvaluationWindow", "WarmUpConfiguration", "ActionConfiguration")

# A function of a rule, and the alarm that it is about.
OF_ALARM = re.compile(r'\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"?([^")]+?)"?\s*\)')


def type_of(item: Mapping[str, Any]) -> str:
    if item.get("rule"):
        return "composite"
    return "anomaly" if item.get("anomaly_deviations") or item.get("threshold_metric_id") else "metric"


def normal_rule(rule: str, prefix: str = "") -> str:
    """White space and our own ARNs mean nothing in a rule."""
    return " ".join((rule.replace(prefix, "") if prefix else rule).split())


def children(rule: str) -> list[str]:
    """The alarms that a composite alarm's rule names."""
    return sorted(set(OF_ALARM.findall(rule)))


def _filled(pairs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in pairs.items() if value not in (None, "", {})}


def _metric(item: Mapping[str, Any], period: int | None) -> dict[str, Any]:
    return {
        "namespace": item["namespace"],
        "metric_name": item["metric_name"],
        "dimensions": {key: str(value) for key, value in (item.get("dimensions") or {}).items()},
        "statistic": item["statistic"],
        "period": item.get("period") or period,
        "unit": item.get("unit"),
    }


def _query(item: Mapping[str, Any], period: int, returned: bool) -> dict[str, Any]:
    what = {"metric": _filled(_metric(item, period))} if item.get("metric_name") else {"expression": item["expression"]}
    rest = _filled({"label": item.get("label"), "account_id": item.get("account_id")})
    return {"id": item["id"], **what, **rest, "return_data": returned}


def _watch(item: Mapping[str, Any]) -> dict[str, Any] | list[dict[str, Any]]:
    period = item.get("period") or 60
    if item.get("anomaly_deviations"):
        band = {"id": "band", "expression": f"ANOMALY_DETECTION_BAND(m1, {item['anomaly_deviations']:g})", "label": "expected"}
        return sorted((_query({**item, "id": "m1"}, period, True), _query(band, period, True)), key=lambda query: query["id"])
    if not item.get("metrics"):
        return _metric(item, period)
    queries = item["metrics"]
    given = any(query.get("return_data") is not None for query in queries)
    returned = [bool(query.get("return_data")) if given else query is queries[-1] for query in queries]
    return sorted((_query(query, period, shown) for query, shown in zip(queries, returned, strict=True)), key=lambda query: query["id"])


def by_name(aws: Aws, item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The alarm as it is given, where what is of this place is named as it is read: without its ARN."""
    topics, alarms = aws.arn("sns", ""), aws.arn("cloudwatch", "alarm:")
    actions = {key: [one.removeprefix(topics) for one in item[key]] for key in ACTIONS if item.get(key) is not None}
    suppressor = {"actions_suppressor": item["actions_suppressor"].removeprefix(alarms)} if item.get("actions_suppressor") else {}
    return {**item, **actions, **suppressor}


def want(item: Mapping[str, Any], ownership: Mapping[str, str]) -> dict[str, Any]:
    """One alarm as it is to be; what was not given is left out, or AWS's default where it belongs to the evaluation."""
    kind = type_of(item)
    state: dict[str, Any] = {"type": kind, "tags": {**(item.get("tags") or {}), **ownership}}
    state |= {key: item[key] for key in COMMON if item.get(key) is not None}
    state |= {key: sorted(item[key]) for key in ACTIONS if item.get(key) is not None}
    if kind == "composite":
        state |= {key: item[key] for key in COMPOSITE if item.get(key) is not None}
        return {**state, "rule": normal_rule(item["rule"])}
    return {
        **state,
        "watch": _watch(item),
        "comparison_operator": item["comparison_operator"],
        "evaluation_periods": item["evaluation_periods"],
        "datapoints_to_alarm": item.get("datapoints_to_alarm") or item["evaluation_periods"],
        "threshold": item.get("threshold"),
        "threshold_metric_id": item.get("threshold_metric_id") or ("band" if item.get("anomaly_deviations") else None),
        "treat_missing_data": item.get("treat_missing_data") or "missing",
        "evaluate_low_sample_count_percentile": item.get("evaluate_low_sample_count_percentile") or "evaluate",
    }


def _read_metric(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "namespace": one["Namespace"],
        "metric_name": one["MetricName"],
        "dimensions": {dimension["Name"]: dimension["Value"] for dimension in one.get("Dimensions", [])},
    }


def _read_query(query: Mapping[str, Any]) -> dict[str, Any]:
    what: dict[str, Any] = {"expression": query.get("Expression")}
    if stat := query.get("MetricStat"):
        metric = {**_read_metric(stat["Metric"]), "statistic": stat["Stat"], "period": stat["Period"], "unit": stat.get("Unit")}
        what = {"metric": _filled(metric)}
    rest = _filled({"label": query.get("Label"), "account_id": query.get("AccountId")})
    return {"id": query["Id"], **what, **rest, "return_data": query.get("ReturnData", True)}


def state_of(alarm: Mapping[str, Any], aws: Aws) -> dict[str, Any]:
    """One alarm of DescribeAlarms' answer, in normal form, without its tags."""
    topics, alarms = aws.arn("sns", ""), aws.arn("cloudwatch", "alarm:")
    state: dict[str, Any] = {"description": alarm.get("AlarmDescription") or "", "actions_enabled": alarm.get("ActionsEnabled", True)}
    state |= {key: sorted(arn.removeprefix(topics) for arn in alarm.get(field) or []) for key, field in ACTIONS.items()}
    state |= {"other": other} if (other := _filled({field: alarm.get(field) for field in KEPT})) else {}
    if "AlarmRule" in alarm:
        state |= {key: alarm[field] for key, field in COMPOSITE.items() if alarm.get(field) is not None}
        if "actions_suppressor" in state:
            state["actions_suppressor"] = state["actions_suppressor"].removeprefix(alarms)
        return {**state, "type": "composite", "rule": normal_rule(alarm["AlarmRule"], alarms)}
    if alarm.get("Metrics"):
        watch: Any = sorted(map(_read_query, alarm["Metrics"]), key=lambda query: query["id"])
    elif alarm.get("MetricName"):
        statistic = alarm.get("Statistic") or alarm.get("ExtendedStatistic")
        watch = {**_read_metric(alarm), "statistic": statistic, "period": alarm["Period"], "unit": alarm.get("Unit")}
    else:
        watch = None
    state |= {key: alarm.get(field) for key, field in METRIC.items()}
    return {
        **state,
        "type": "anomaly" if alarm.get("ThresholdMetricId") else "metric",
        "watch": watch,
        "datapoints_to_alarm": alarm.get("DatapointsToAlarm") or alarm.get("EvaluationPeriods"),
        "treat_missing_data": alarm.get("TreatMissingData") or "missing",
        "evaluate_low_sample_count_percentile": alarm.get("EvaluateLowSampleCountPercentile") or "evaluate",
    }


def _dimensions(dimensions: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in sorted(dimensions.items())]


def _written_metric(metric: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Namespace": metric["namespace"],
        "MetricName": metric["metric_name"],
        "Dimensions": _dimensions(metric.get("dimensions", {})),
    }


def _written_query(query: Mapping[str, Any]) -> dict[str, Any]:
    what: dict[str, Any] = {"Expression": query.get("expression")}
    if metric := query.get("metric"):
        stat = {"Metric": _written_metric(metric), "Period": metric["period"], "Stat": metric["statistic"], "Unit": metric.get("unit")}
        what = {"MetricStat": _filled(stat)}
    rest = _filled({"Label": query.get("label"), "AccountId": query.get("account_id")})
    return {"Id": query["id"], **what, **rest, "ReturnData": query["return_data"]}


def request(name: str, state: State, aws: Aws) -> dict[str, Any]:
    """The parameters of PutMetricAlarm or PutCompositeAlarm that make the alarm exactly so."""
    topics = aws.arn("sns", "")
    params = {"AlarmName": name, **{field: state[key] for key, field in COMMON.items() if key in state}, **state.get("other", {})}
    for key, field in ACTIONS.items():
        params[field] = [action if action.startswith("arn:") else topics + action for action in state.get(key, [])]
    fields = COMPOSITE if state["type"] == "composite" else METRIC
    params |= _filled({field: state.get(key) for key, field in fields.items()})
    if state["type"] == "composite":
        if not state.get("actions_suppressor"):
            params = {field: value for field, value in params.items() if not field.startswith("ActionsSuppressor")}
        return params
    if state["evaluate_low_sample_count_percentile"] == "evaluate":
        del params["EvaluateLowSampleCountPercentile"]
    watch = state["watch"]
    if isinstance(watch, list):
        return {**params, "Metrics": [_written_query(query) for query in watch]}
    statistic = "Statistic" if watch["statistic"] in PLAIN_STATISTICS else "ExtendedStatistic"
    rest = _filled({statistic: watch["statistic"], "Period": watch["period"], "Unit": watch["unit"]})
    return {**params, **_written_metric(watch), **rest}


def metrics_of(state: State) -> Iterator[Mapping[str, Any]]:
    """The metrics that an alarm reads."""
    watch = state.get("watch")
    if isinstance(watch, dict):
        yield watch
    for query in watch if isinstance(watch, list) else []:
        # Another account's metrics are for that account to list.
        if "metric" in query and "account_id" not in query:
            yield query["metric"]


def detector_of(state: State | None) -> dict[str, Any] | None:
    """The anomaly detector that an alarm on one metric's expected band needs."""
    watch = (state or {}).get("watch")
    queries = {query["id"]: query for query in watch} if isinstance(watch, list) else {}
    band = queries.get((state or {}).get("threshold_metric_id"), {})
    source = re.match(r"\s*ANOMALY_DETECTION_BAND\(\s*(\w+)", band.get("expression", ""))
    metric = queries.get(source[1], {}).get("metric") if source else None
    return {**_written_metric(metric), "Stat": metric["statistic"]} if metric else None
