# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Dashboards from data: what a widget is, what is wrong with it, and where it lies on the grid.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .lists import used_twice
from .metrics import STATISTICS_ALLOWED, Metric, query_problems, statistic_allowed

if TYPE_CHECKING:
    from .aws import Aws

COLUMNS = 24
# What a widget is by the option that it has, and its width and height when they are not given.
KINDS = {"metrics": "metric", "markdown": "text", "alarms": "alarm", "query": "log"}
SIZES = {"metric": (8, 6), "text": (24, 2), "alarm": (24, 3), "log": (24, 6)}
VIEWS = ["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]
MOST_WIDGETS, MOST_METRICS_OF_WIDGET, MOST_METRICS = 500, 500, 2500

Widget = Mapping[str, Any]


def name_of(widget: Widget, number: int) -> str:
    return f"widget {widget.get('title') or number + 1}"


def joined(dashboards: list[Mapping[str, Any]], widgets: list[Widget]) -> dict[str, list[Widget]]:
    """Each dashboard's own widgets, then those that name it."""
    return {one["name"]: [*(one.get("widgets") or []), *(w for w in widgets if w["dashboard"] == one["name"])] for one in dashboards}


def problems(dashboards: list[Mapping[str, Any]], widgets: list[Widget]) -> list[str]:
    names = [one["name"] for one in dashboards]
    found = used_twice("dashboard", names)
    found += [
        f"dashboard {one}: name must be 1 to 255 of letters, digits, - and _"
        for one in names
        if not re.fullmatch(r"[\w-]{1,255}", one, re.A)
    ]
    for widget in widgets:
        if widget["dashboard"] not in names:
            found.append(f"{name_of(widget, 0)}: there is no dashboard {widget['dashboard']}, only {', '.join(names) or 'none'}")
    for name, all_widgets in joined(dashboards, widgets).items():
        if not 1 <= len(all_widgets) <= MOST_WIDGETS:
            found.append(f"dashboard {name}: it must have 1 to {MOST_WIDGETS} widgets, not {len(all_widgets)}")
        if sum(len(widget.get("metrics") or []) for widget in all_widgets) > MOST_METRICS:
            found.append(f"dashboard {name}: it may show at most {MOST_METRICS} metrics")
        for number, widget in enumerate(all_widgets):
            found += [f"dashboard {name}, {name_of(widget, number)}: {problem}" for problem in _of(widget)]
    return found


def _of(widget: Widget) -> Iterator[str]:
    given = [key for key in KINDS if widget.get(key)]
    if len(given) != 1:
        yield f"give exactly one of {', '.join(KINDS)}, not {' and '.join(given) or 'none'}"
        return
    kind = KINDS[given[0]]
    yield from _place(widget, kind)
    for key in ("view", "stacked", "statistic", "period"):
        if widget.get(key) is not None and kind != "metric" and not (kind == "log" and key in ("view", "stacked")):
            yield f"{key} is only for metrics"
    if clash := sorted(set(widget.get("properties") or {}) & {"metrics", "markdown", "alarms", "query", "region"}):
        yield f"properties may not have {', '.join(clash)}; use the options"
    if kind == "log" and not (widget.get("log_groups") or re.search(r"\bSOURCE\b", widget["query"])):
        yield "query needs log_groups"
    if kind == "metric":
        yield from _metrics(widget)


def _place(widget: Widget, kind: str) -> Iterator[str]:
    width, height = _size(widget, kind)
    if not 1 <= width <= COLUMNS or not 1 <= height <= 1000:
        yield f"width must be 1 to {COLUMNS} and height 1 to 1000, not {width} and {height}"
    if (widget.get("x") is None) != (widget.get("y") is None):
        yield "give both x and y, or neither to have it placed"
    elif widget.get("x") is not None and not (widget["x"] >= 0 and widget["x"] + width <= COLUMNS and widget["y"] >= 0):
        yield f"x plus width must be 0 to {COLUMNS} and y at least 0, not {widget['x']} plus {width} and {widget['y']}"


def _metrics(widget: Widget) -> Iterator[str]:
    if len(widget["metrics"]) > MOST_METRICS_OF_WIDGET:
        yield f"it may show at most {MOST_METRICS_OF_WIDGET} metrics"
    yield from query_problems("metrics", widget["metrics"], ids_required=False)
    if widget.get("statistic") and not statistic_allowed(widget["statistic"]):
        yield f"statistic {widget['statistic']} is not {STATISTICS_ALLOWED}"
    for period in {widget.get("period"), *(one.get("period") for one in widget["metrics"])} - {None}:
        if period not in (1, 5, 10, 20, 30) and (period < 60 or period % 60):
            yield f"period must be 1, 5, 10, 20, 30 or a multiple of 60 seconds, not {period}"
    if widget.get("view") == "gauge":
        axis = ((widget.get("properties") or {}).get("yAxis") or {}).get("left") or {}
        if not {"min", "max"} <= set(axis):
            yield "a gauge needs properties.yAxis.left with min and max"


def _size(widget: Widget, kind: str) -> tuple[int, int]:
    width, height = SIZES[kind]
    return (
        widget["width"] if widget.get("width") is not None else width,
        widget["height"] if widget.get("height") is not None else height,
    )


def body(widgets: list[Widget], aws: Aws) -> dict[str, Any]:
    """The dashboard as CloudWatch keeps it. Widgets without a place are put in rows, below those that have one."""
    placed = []
    x = top = row = 0
    for widget in widgets:
        if widget.get("x") is not None:
            top = max(top, widget["y"] + _size(widget, _kind(widget))[1])
    for widget in widgets:
        kind = _kind(widget)
        width, height = _size(widget, kind)
        at = (widget.get("x"), widget.get("y"))
        if at[0] is None:
            if x + width > COLUMNS:
                x, top, row = 0, top + row, 0
            at = (x, top)
            x, row = x + width, max(row, height)
        placed.append(
            {"type": kind, "x": at[0], "y": at[1], "width": width, "height": height, "properties": _properties(widget, kind, aws)}
        )
    return {"widgets": placed}


def _kind(widget: Widget) -> str:
    return next(kind for key, kind in KINDS.items() if widget.get(key))


def _properties(widget: Widget, kind: str, aws: Aws) -> dict[str, Any]:
    more = widget.get("properties") or {}
    if kind == "text":
        return {"markdown": widget["markdown"], **more}
    title = {"title": widget["title"]} if widget.get("title") else {}
    if kind == "alarm":
        return {**title, "alarms": [aws.arn("cloudwatch", f"alarm:{name}") for name in widget["alarms"]], **more}
    view = {"view": widget["view"]} if widget.get("view") else {}
    stacked = {"stacked": widget["stacked"]} if widget.get("stacked") is not None else {}
    if kind == "log":
        sources = "".join(f"SOURCE '{name}' | " for name in widget.get("log_groups") or [])
        return {**title, "query": sources + widget["query"], "region": aws.region, **{"view": "table", **view}, **stacked, **more}
    return {
        **title,
        "metrics": [_metric(one) for one in widget["metrics"]],
        "region": aws.region,
        "stat": widget.get("statistic") or "Average",
        "period": widget.get("period") or 60,
        **{"view": "timeSeries", **view},
        **stacked,
        **more,
    }


def _metric(one: Mapping[str, Any]) -> list[Any]:
    names: list[Any] = []
    if one.get("metric_name"):
        dimensions = [str(text) for pair in sorted((one.get("dimensions") or {}).items()) for text in pair]
        names = [one["namespace"], one["metric_name"], *dimensions]
    fields = {"expression": "expression", "id": "id", "label": "label", "statistic": "stat", "period": "period"}
    fields |= {"axis": "yAxis", "color": "color", "visible": "visible"}
    options = {field: one[key] for key, field in fields.items() if one.get(key) is not None}
    return [*names, options] if options else names


def metrics_of(dashboard: str, widgets: list[Widget]) -> Iterator[tuple[str, Metric]]:
    """Where which metric is shown."""
    for number, widget in enumerate(widgets):
        for one in widget.get("metrics") or []:
            if one.get("metric_name"):
                yield f"dashboard {dashboard}, {name_of(widget, number)}", Metric.of(one)
