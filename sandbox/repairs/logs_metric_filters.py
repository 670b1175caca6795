"""CloudWatch Logs: filter patterns and metric filters.

moto stores metric filters and emits nothing, takes any pattern, and applies JSON patterns nowhere. AWS puts a datum
for every event that matches, at the event's time, and the default value for a minute with events of which none did.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import moto.logs.models as logs_models
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import unix_time_millis, utcnow
from moto.logs.exceptions import InvalidParameterException, LimitExceededException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend, LogStream, logs_backends
from moto.logs.responses import LogsResponse

from sandbox.watch import evaluator
from sandbox.watch.backend import stored
from sandbox.watch.filter_pattern import Pattern, compile
from sandbox.watch.metrics import Metric
from sandbox.watch.paging import page
from sandbox.watch.statistics import Datum
from sandbox.watch.tokens import Malformed

MOST_FILTERS, MOST_DIMENSIONS, PAGE = 100, 3, 50

_put_log_events = LogStream.put_log_events
_send_log_events = LogStream._send_log_events
_filter_log_events = LogGroup.filter_log_events
_delete_log_group = LogsBackend.delete_log_group
_describe_group = LogGroup.to_describe_dict


def _pattern(text: str | None) -> Pattern:
    try:
        return compile(text or "")
    except Malformed as error:
        raise InvalidParameterException(f"Invalid filter pattern: {error}") from error


class EventMessageFilter:
    """In the place of moto's, which knows single terms only."""

    def __init__(self, pattern: str | None) -> None:
        self.matches = _pattern(pattern).matches


def put_metric_filter(self: LogsResponse) -> str:
    name, group = self._get_param("filterName"), self._get_param("logGroupName")
    pattern, transformations = self._get_param("filterPattern"), self._get_param("metricTransformations")
    if group not in self.logs_backend.groups:
        raise ResourceNotFoundException()
    _check(_pattern(pattern), transformations)
    known = self.logs_backend.filters.metric_filters
    others = [one for one in known if (one["logGroupName"], one["filterName"]) != (group, name)]
    if sum(one["logGroupName"] == group for one in others) >= MOST_FILTERS:
        raise LimitExceededException()
    others.append(
        {
            "filterName": name,
            "filterPattern": pattern or "",
            "logGroupName": group,
            "metricTransformations": transformations,
            "creationTime": int(unix_time_millis(utcnow())),
        }
    )
    self.logs_backend.filters.metric_filters = others
    return ""


def _check(pattern: Pattern, transformations: list[dict[str, Any]]) -> None:
    if len(transformations) != 1:
        raise InvalidParameterException(constraint="Fixed number of 1 item.", parameter="metricTransformations", value=transformations)
    [transformation] = transformations
    dimensions = transformation.get("dimensions") or {}
    if len(dimensions) > MOST_DIMENSIONS:
        raise InvalidParameterException(f"A metric filter can have at most {MOST_DIMENSIONS} dimensions.")
    if dimensions and transformation.get("defaultValue") is not None:
        raise InvalidParameterException("Invalid metric transformation: dimensions and defaultValue are mutually exclusive.")
    for value in (transformation["metricValue"], *dimensions.values()):
        if value.startswith("$") and not _selects(pattern, value):
            raise InvalidParameterException(f"Invalid metric transformation: {value} is not in the filter pattern.")
    if dimensions and not pattern.selectors:
        raise InvalidParameterException("Dimensions need a JSON or space-delimited filter pattern.")
    value = transformation["metricValue"]
    if not value.startswith("$") and _float(value) is None:
        raise InvalidParameterException(f"Invalid metric transformation: {value} is neither a number nor a selector.")


def _selects(pattern: Pattern, selector: str) -> bool:
    """Any property of a JSON event can be taken, but only the named fields of a space-delimited one."""
    return bool(pattern.selectors) and (selector.startswith("$.") or selector in pattern.selectors)


def _float(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def describe_metric_filters(self: LogsResponse) -> str:
    group, prefix = self._get_param("logGroupName"), self._get_param("filterNamePrefix") or ""
    metric, namespace = self._get_param("metricName"), self._get_param("metricNamespace")
    if bool(metric) != bool(namespace):
        raise InvalidParameterException("metricName and metricNamespace must be given together.")
    if group and group not in self.logs_backend.groups:
        raise ResourceNotFoundException()
    found = [
        one
        for one in sorted(self.logs_backend.filters.metric_filters, key=lambda one: one["filterName"])
        if group in (None, one["logGroupName"])
        and one["filterName"].startswith(prefix)
        and metric in (None, one["metricTransformations"][0]["metricName"])
        and namespace in (None, one["metricTransformations"][0]["metricNamespace"])
    ]
    size = self._get_param("limit") or PAGE
    shown, token = page(found, size, self._get_param("nextToken"), InvalidParameterException)
    return json.dumps({"metricFilters": shown} | ({"nextToken": token} if token else {}))


def delete_metric_filter(self: LogsResponse) -> str:
    name, group, filters = self._get_param("filterName"), self._get_param("logGroupName"), self.logs_backend.filters
    left = [one for one in filters.metric_filters if (one["logGroupName"], one["filterName"]) != (group, name)]
    if len(left) == len(filters.metric_filters):
        raise ResourceNotFoundException("The specified metric filter does not exist.")
    filters.metric_filters = left
    return ""


def test_metric_filter(self: LogsResponse) -> str:
    pattern = _pattern(self._get_param("filterPattern"))
    matches = []
    for number, message in enumerate(self._get_param("logEventMessages"), 1):
        if pattern.matches(message):
            values = {name: _text(pattern.value(message, name)) for name in pattern.selectors}
            matches.append({"eventNumber": number, "eventMessage": message, "extractedValues": values})
    return json.dumps({"matches": matches})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def put_log_events(self: LogStream, log_events: list[dict[str, Any]]) -> str:
    token = _put_log_events(self, log_events)
    for one in logs_backends[self.account_id][self.region].filters.metric_filters:
        if one["logGroupName"] == self.log_group.name:
            _emit(self, one, log_events)
    return token


def _emit(stream: LogStream, metric_filter: dict[str, Any], events: list[dict[str, Any]]) -> None:
    [transformation] = metric_filter["metricTransformations"]
    pattern, unit = compile(metric_filter["filterPattern"]), transformation.get("unit") or "None"
    backend = cloudwatch_backends[stream.account_id][stream.region]
    metrics = stored(backend)
    namespace, name = transformation["metricNamespace"], transformation["metricName"]
    for event in events:
        at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC).replace(tzinfo=None)
        if pattern.matches(event["message"]):
            value = _taken(pattern, event["message"], transformation["metricValue"])
            dimensions = {
                key: _taken(pattern, event["message"], selector) for key, selector in (transformation.get("dimensions") or {}).items()
            }
            if (number := _float(value)) is None or None in dimensions.values():
                continue
            metric = Metric(namespace, name, frozenset((key, _text(known)) for key, known in dimensions.items()))
            metrics.put(metric, Datum.of(at, unit, number))
            evaluator.changed(backend, metric)
        elif (default := transformation.get("defaultValue")) is not None:
            metric = Metric(namespace, name, frozenset())
            minute = at.replace(second=0, microsecond=0)
            if not metrics.between(metric, minute, minute + timedelta(minutes=1)):
                metrics.put(metric, Datum.of(at, unit, float(default)))
                evaluator.changed(backend, metric)


def _taken(pattern: Pattern, message: str, selector: str) -> Any:
    return pattern.value(message, selector) if selector.startswith("$") else selector


def send_log_events(self: LogStream, service: str, destination_arn: str, filter_name: str, log_events: list[dict[str, Any]]) -> None:
    """moto sends a subscription filter all events, whatever its pattern."""
    pattern = _pattern(self.log_group.subscription_filters[filter_name].filter_pattern)
    if matching := [event for event in log_events if pattern.matches(event["message"])]:
        _send_log_events(self, service, destination_arn, filter_name, matching)


def filter_log_events(self: LogGroup, *given: Any) -> Any:
    """Events of all streams in order of time: AWS ignores `interleaved`, the last parameter, and takes it as true."""
    return _filter_log_events(self, *given[:-1], True)


def delete_log_group(self: LogsBackend, log_group_name: str) -> None:
    _delete_log_group(self, log_group_name)
    self.filters.metric_filters = [one for one in self.filters.metric_filters if one["logGroupName"] != log_group_name]


def to_describe_dict(self: LogGroup) -> dict[str, Any]:
    filters = logs_backends[self.account_id][self.region].filters.metric_filters
    return _describe_group(self) | {"metricFilterCount": sum(one["logGroupName"] == self.name for one in filters)}


def apply() -> None:
    logs_models.EventMessageFilter = EventMessageFilter  # type: ignore[misc]
    LogStream.put_log_events = put_log_events
    LogStream._send_log_events = send_log_events
    LogGroup.filter_log_events = filter_log_events
    LogGroup.to_describe_dict = to_describe_dict
    LogsBackend.delete_log_group = delete_log_group
    for operation in (put_metric_filter, describe_metric_filters, delete_metric_filter, test_metric_filter):
        setattr(LogsResponse, operation.__name__, operation)
