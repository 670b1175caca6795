"""PutDashboard: moto takes any JSON.

AWS refuses a body that is no dashboard (InvalidParameterInput, with the path of each fault), and keeps one with minor
faults, which it lists in DashboardValidationMessages. The widget's `properties` are checked here for what they must
have, not in full.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from moto.cloudwatch.exceptions import DashboardInvalidInputError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

MOST_WIDGETS, LARGEST = 500, 1_000_000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_REQUIRED = {"metric": (), "text": ("markdown",), "log": ("query",), "alarm": ("alarms",), "explorer": ("metrics",)}
_REQUIRED |= {"custom": ("endpoint",), "trace": ("query",)}
_RANGES = {"x": (0, 23), "y": (0, None), "width": (1, 24), "height": (1, 1000)}
_VIEWS = ("timeSeries", "singleValue", "gauge", "bar", "pie", "table")
_TOP = {"widgets", "start", "end", "periodOverride", "variables"}

Fault = tuple[str, str]


def put_dashboard(self: CloudWatchResponse) -> ActionResult:
    name, text = self._get_param("DashboardName"), self._get_param("DashboardBody")
    if not _NAME.fullmatch(name):
        raise DashboardInvalidInputError(f"The value {name} for field DashboardName contains invalid characters.")
    try:
        body = json.loads(text)
    except ValueError as error:
        raise DashboardInvalidInputError("The field DashboardBody must be a valid JSON object") from error
    if not isinstance(body, dict):
        raise DashboardInvalidInputError("The field DashboardBody must be a valid JSON object")
    if len(text) > LARGEST:
        raise DashboardInvalidInputError(f"The field DashboardBody must not be longer than {LARGEST} characters")
    if faults := [{"dataPath": path, "message": message} for path, message in errors(body)]:
        raise DashboardInvalidInputError(f"The dashboard body is invalid, there are {len(faults)} validation errors: {json.dumps(faults)}")
    self.cloudwatch_backend.put_dashboard(name, text)
    messages = [{"DataPath": path, "Message": message} for path, message in warnings(body)]
    return ActionResult({"DashboardValidationMessages": messages})


def errors(body: dict[str, Any]) -> Iterator[Fault]:
    widgets = body.get("widgets", [])
    if not isinstance(widgets, list):
        yield "/widgets", "Should be an array"
        return
    if len(widgets) > MOST_WIDGETS:
        yield "/widgets", f"Should NOT have more than {MOST_WIDGETS} items"
    for index, widget in enumerate(widgets):
        yield from _of_widget(f"/widgets/{index}", widget)


def _of_widget(path: str, widget: Any) -> Iterator[Fault]:
    if not isinstance(widget, dict):
        yield path, "Should be an object"
        return
    for name in ("type", "properties"):
        if name not in widget:
            yield path, f"Should have required property '{name}'"
    for name, (low, high) in _RANGES.items():
        value = widget.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{path}/{name}", "Should be integer"
        elif value < low or high is not None and value > high:
            yield f"{path}/{name}", f"Should be >= {low}" if value < low else f"Should be <= {high}"
    kind, properties = widget.get("type"), widget.get("properties")
    if kind is not None and kind not in _REQUIRED:
        yield f"{path}/type", f"Should be one of: {', '.join(sorted(_REQUIRED))}"
    elif kind and isinstance(properties, dict):
        yield from _of_properties(f"{path}/properties", kind, properties)
    elif properties is not None and not isinstance(properties, dict):
        yield f"{path}/properties", "Should be an object"


def _of_properties(path: str, kind: str, properties: dict[str, Any]) -> Iterator[Fault]:
    for name in _REQUIRED[kind]:
        if name not in properties:
            yield path, f"Should have required property '{name}'"
    if kind != "metric":
        return
    if not properties.get("metrics") and not (properties.get("annotations") or {}).get("alarms"):
        yield path, "Should have required property 'metrics'"
    if properties.get("view", "timeSeries") not in _VIEWS:
        yield f"{path}/view", f"Should be one of: {', '.join(_VIEWS)}"
    period = properties.get("period", 300)
    if not isinstance(period, int) or period not in (1, 5, 10, 20, 30) and (period < 60 or period % 60):
        yield f"{path}/period", "Should be 1, 5, 10, 20, 30 or a multiple of 60"
    metrics = properties.get("metrics") or []
    if not isinstance(metrics, list):
        yield f"{path}/metrics", "Should be an array"
        return
    for index, metric in enumerate(metrics):
        yield from _of_metric(f"{path}/metrics/{index}", metric)


def _of_metric(path: str, metric: Any) -> Iterator[Fault]:
    """[Namespace, MetricName, Dimension1Name, Dimension1Value, ..., {options}] or [{"expression": ...}]."""
    if not isinstance(metric, list) or not metric:
        yield path, "Should be a non-empty array"
        return
    options = metric[-1] if isinstance(metric[-1], dict) else {}
    names = metric[:-1] if isinstance(metric[-1], dict) else metric
    if not all(isinstance(name, str) for name in names):
        yield path, "Should contain strings, then at most one object"
    elif not names and "expression" not in options:
        yield path, "Should name a metric or have an expression"
    elif names and (len(names) < 2 or len(names) % 2):
        yield path, "Should have a namespace, a metric name, and pairs of dimension name and value"


def warnings(body: dict[str, Any]) -> Iterator[Fault]:
    for name in sorted(body.keys() - _TOP):
        yield f"/{name}", "Should NOT have additional properties"
    for index, widget in enumerate(body.get("widgets", [])):
        if widget["type"] in ("metric", "log") and "region" not in widget["properties"]:
            yield f"/widgets/{index}/properties", "Should have required property 'region'"


def apply() -> None:
    CloudWatchResponse.put_dashboard = put_dashboard
