#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudwatch_dashboards
short_description: Keep a set of CloudWatch dashboards as desired
version_added: 0.1.0
description:
  - Builds dashboards from their widgets, places widgets on the grid, and compares what they mean rather than how their JSON is written.
  - A dashboard is kept whole; what somebody added by hand is drift.
  - A widget's kind follows from the one of O(dashboards[].widgets[].metrics), O(dashboards[].widgets[].markdown),
    O(dashboards[].widgets[].alarms) and O(dashboards[].widgets[].query) that it has.
  - See U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  dashboards:
    description: The dashboards.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The dashboard's name.
        type: str
        required: true
      widgets:
        description: Its widgets, from left to right and from the top down.
        type: list
        elements: dict
        suboptions: &widget
          title:
            description: What stands above it.
            type: str
          metrics:
            description: The metrics and expressions that are drawn.
            type: list
            elements: dict
            suboptions:
              namespace:
                description: The metric's namespace.
                type: str
              metric_name:
                description: The metric.
                type: str
              dimensions:
                description: All of its dimensions.
                type: dict
              expression:
                description: Metric math on the ids of other entries.
                type: str
              id:
                description: The name that expressions use.
                type: str
              label:
                description: What the legend says.
                type: str
              statistic:
                description: Its statistic; the widget's when not given.
                type: str
              period:
                description: Its period in seconds; the widget's when not given.
                type: int
              axis:
                description: The axis that it belongs to.
                type: str
                choices: [left, right]
              color:
                description: Its colour, as C(#d62728).
                type: str
              visible:
                description: Whether it is drawn, or only used in expressions.
                type: bool
          markdown:
            description: Text.
            type: str
          alarms:
            description: Names of the alarms whose states are shown.
            type: list
            elements: str
          query:
            description: A CloudWatch Logs Insights query.
            type: str
          log_groups:
            description: The log groups that are queried.
            type: list
            elements: str
          view:
            description: How it is drawn. V(timeSeries) for metrics and V(table) for logs when not given.
            type: str
            choices: [timeSeries, singleValue, gauge, bar, pie, table]
          statistic:
            description: The statistic of metrics that have none; C(Average) when not given.
            type: str
          period:
            description: The period of metrics that have none, in seconds; 60 when not given.
            type: int
          stacked:
            description: Whether lines are stacked.
            type: bool
          x:
            description: Its column on the grid of 24; placed in the next free row without it.
            type: int
          y:
            description: Its row.
            type: int
          width:
            description: Its width in columns; 8 for metrics, 24 for all else when not given.
            type: int
          height:
            description: Its height in rows; 6 for metrics and logs, 3 for alarms, 2 for text when not given.
            type: int
          properties:
            description: Other properties of CloudWatch's, such as C(annotations) and C(yAxis).
            type: dict
  widgets:
    description: Widgets of others, put after those of the dashboard that they name.
    type: list
    elements: dict
    default: []
    suboptions:
      dashboard:
        description: The name of one of O(dashboards).
        type: str
        required: true
      <<: *widget
  emitted_metrics:
    description:
      - Metrics that are emitted though CloudWatch may not list them yet, as those of an application that has not started.
      - A widget with a metric that is neither listed by CloudWatch nor here is an error. Without this option nothing is looked up.
    type: list
    elements: dict
    suboptions:
      namespace:
        description: Their namespace.
        type: str
        required: true
      metrics:
        description: Their names.
        type: list
        elements: str
        required: true
      dimensions:
        description: All of their dimensions. A value is one, a list of several, or V(*) for any.
        type: dict
        default: {}
  purge:
    description: Whether to delete dashboards of O(app) that carry our ownership tags and are not in O(dashboards). Needs O(app).
    type: bool
    default: false
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop has a dashboard
  prodready.aws.cloudwatch_dashboards:
    dashboards:
      - name: shop
        widgets:
          - markdown: "# Shop"
          - title: Latency in ms
            metrics:
              - {namespace: Shop, metric_name: Latency, dimensions: {Service: shop}, statistic: p50, label: p50}
              - {namespace: Shop, metric_name: Latency, dimensions: {Service: shop}, statistic: p95, label: p95}
"""

RETURN = r"""
plan:
  description: What is changed, or would be in check mode.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

import copy
import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.dashboards import VIEWS, body, joined, metrics_of, problems
from ..module_utils.metrics import EMITTED_SPEC, unknown
from ..module_utils.plan import Call, Calls, Change, State
from ..module_utils.tags import as_list
from ..module_utils.undo import Undo

METRIC_SPEC: dict[str, Any] = {
    **{key: {"type": "str"} for key in ("namespace", "metric_name", "expression", "id", "label", "statistic", "color")},
    "dimensions": {"type": "dict"},
    "period": {"type": "int"},
    "axis": {"type": "str", "choices": ["left", "right"]},
    "visible": {"type": "bool"},
}
WIDGET_SPEC: dict[str, Any] = {
    **{key: {"type": "str"} for key in ("title", "markdown", "query", "statistic")},
    **{key: {"type": "int"} for key in ("period", "x", "y", "width", "height")},
    **{key: {"type": "list", "elements": "str"} for key in ("alarms", "log_groups")},
    "metrics": {"type": "list", "elements": "dict", "options": METRIC_SPEC},
    "view": {"type": "str", "choices": VIEWS},
    "stacked": {"type": "bool"},
    "properties": {"type": "dict"},
}
DASHBOARD_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "widgets": {"type": "list", "elements": "dict", "options": WIDGET_SPEC},
}
MISSING = ("ResourceNotFound", "DashboardNotFoundError")


def read(aws: Aws, known: Mapping[str, State | None]) -> dict[str, State]:
    """The dashboards; one request for each, since ListDashboards has no bodies.

    Tags count when a dashboard is made only, so of one that is there they are not looked at.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
    """
    found = aws.each(lambda name: aws.call("cloudwatch", "get_dashboard", missing=MISSING, DashboardName=name), known)
    return {name: {**(known[name] or {}), "body": json.loads(one["DashboardBody"])} for name, one in zip(known, found, strict=True) if one}


def calls(warn: Callable[[str], None], change: Change) -> Calls:
    """CloudWatch keeps a dashboard with minor faults, and says so."""
    if change.after is None:
        yield Call("delete_dashboards", {"DashboardNames": [change.name]}, missing=MISSING)
        return
    params: dict[str, Any] = {"DashboardName": change.name, "DashboardBody": json.dumps(change.after["body"])}
    answer = yield Call("put_dashboard", params if change.before else {**params, "Tags": as_list(change.after["tags"])})
    for one in (answer or {}).get("DashboardValidationMessages", []):
        warn(f"dashboard {change.name}, {one.get('DataPath')}: {one.get('Message')}")


UNDO = Undo("cloudwatch", read, lambda module, change: calls(module.warn, change))


def main() -> None:
    widget_of = {"dashboard": {"type": "str", "required": True}, **copy.deepcopy(WIDGET_SPEC)}
    module = AwsModule(
        {
            "dashboards": {"type": "list", "elements": "dict", "required": True, "options": DASHBOARD_SPEC},
            "widgets": {"type": "list", "elements": "dict", "default": [], "options": widget_of},
            "emitted_metrics": {"type": "list", "elements": "dict", "options": EMITTED_SPEC},
            "purge": {"type": "bool", "default": False},
        }
    )
    dashboards, widgets, emitted = (module.params[key] for key in ("dashboards", "widgets", "emitted_metrics"))
    found = problems(dashboards, widgets) + (["purge needs app"] if module.params["purge"] and not module.params["app"] else [])
    if found:
        module.fail("; ".join(found))

    whole = joined(dashboards, widgets)
    if emitted is not None:
        uses = [use for name, some in whole.items() for use in metrics_of(name, some)]
        if found := module.ask("metrics", unknown, module.aws, uses, emitted):
            module.fail("; ".join(found))
    desired: dict[str, State | None] = {name: {"body": body(some, module.aws), "tags": module.ownership} for name, some in whole.items()}
    if module.params["purge"]:
        owned = module.ask("dashboards of ours", module.owned, "cloudwatch:dashboard")
        desired |= {name: None for arn in owned if (name := arn.partition(":dashboard/")[2]) not in desired}
    module.ensure("cloudwatch", desired, lambda aws, names: read(aws, desired), functools.partial(calls, module.warn))


if __name__ == "__main__":
    main()
