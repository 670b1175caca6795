# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A figure over a window of time, from what CloudWatch keeps of it: what is asked, and what the answer says.

Pure functions; a metric is what the module `success_metrics` takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .lists import repeated
from .metrics import Metric, statistic_allowed

DAY = 86400
SHARE = "100 * "
# How far back CloudWatch keeps which step. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
KEPT = ((15 * DAY, 60), (63 * DAY, 300), (455 * DAY, 3600))


def metric_problems(metrics: Sequence[Mapping[str, Any]]) -> list[str]:
    found = [f"metrics: {name} is there twice" for name in repeated(metric["name"] for metric in metrics)]
    for metric in metrics:
        name, window, period = metric["name"], metric["window_seconds"], metric["period_seconds"]
        step = next((step for seconds, step in KEPT if window <= seconds), None)
        if bool(metric["part"]) == bool(metric["percentile"]):
            found.append(f"metrics, {name}: give exactly one of part (with whole) and percentile")
        if step is None:
            found.append(f"metrics, {name}: window_seconds is {window}, CloudWatch keeps data for {KEPT[-1][0]}")
        elif period % step or not 0 < period <= window:
            found.append(
                f"metrics, {name}: period_seconds is {period}, must be a multiple of {step} and at most window_seconds, which is {window}"
            )
        if metric["percentile"] and not 60 <= window <= DAY:
            found.append(f"metrics, {name}: window_seconds is {window}, a percentile's is 60 to {DAY}")
        found += [
            f"metrics, {name}: {one['statistic']} is no statistic of CloudWatch"
            for one in metrics_of(metric)
            if not statistic_allowed(one["statistic"])
        ]
    return found


def metrics_of(metric: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from metric["part"] or ()
    yield from metric["whole"] or ()
    if metric["percentile"]:
        yield metric["percentile"]


def span(metric: Mapping[str, Any], now: int) -> tuple[int, int]:
    """The window's start and end, in seconds since 1970, in whole periods."""
    period = metric["period_seconds"]
    return (now - metric["window_seconds"]) // period * period, -(-now // period) * period


def queries(metric: Mapping[str, Any]) -> list[dict[str, Any]]:
    period = metric["period_seconds"]
    if metric["percentile"]:
        whole = -(-metric["window_seconds"] // 60) * 60
        counted = {**metric["percentile"], "statistic": "SampleCount"}
        return [
            _query("window", metric["percentile"], whole),
            _query("course", metric["percentile"], period),
            _query("samples", counted, period),
        ]
    return [_query(f"{kind}{number}", one, period) for kind in ("part", "whole") for number, one in enumerate(metric[kind])]


def _query(name: str, metric: Mapping[str, Any], period: int) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": str(value)} for key, value in metric["dimensions"].items()]
    stat = {"Namespace": metric["namespace"], "MetricName": metric["metric_name"], "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": stat, "Period": period, "Stat": metric["statistic"]}}


def figure(metric: Mapping[str, Any], answers: Iterable[Mapping[str, Any]], start: int, end: int) -> dict[str, Any]:
    """What the window's data say; an answer may come in several pages."""
    data: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for one in answers:
        for at, value in zip(one["Timestamps"], one["Values"], strict=True):
            data[one["Id"]][int(at.timestamp())] += value
    value, samples, course = (_percentile if metric["percentile"] else _share)(metric, data)
    percentile = metric["percentile"]
    return {
        "value": value,
        "samples": samples,
        "course": course,
        "source": _named([percentile]) if percentile else f"{SHARE}({_named(metric['part'])}) / ({_named(metric['whole'])})",
        "window_seconds": metric["window_seconds"],
        "period_seconds": metric["period_seconds"],
        "start": start,
        "end": end,
    }


def is_share(figure: Mapping[str, Any]) -> bool:
    """In percent, of a whole; else a percentile, in the metric's own unit."""
    return figure["source"].startswith(SHARE)


def _named(metrics: Iterable[Mapping[str, Any]]) -> str:
    return " + ".join(f"{Metric.of(one)} {one['statistic']}" for one in metrics)


def _percentile(metric: Mapping[str, Any], data: Mapping[str, Mapping[int, float]]) -> tuple[float | None, int, list[list[Any]]]:
    scale, counts = metric["scale"], data["samples"]
    course = [[at, round(value * scale, 3), round(counts.get(at, 0))] for at, value in sorted(data["course"].items())]
    return (round(max(data["window"].values()) * scale, 3) if data["window"] else None), round(sum(counts.values())), course


def _share(metric: Mapping[str, Any], data: Mapping[str, Mapping[int, float]]) -> tuple[float | None, int, list[list[Any]]]:
    sums: dict[str, dict[int, float]] = {"part": defaultdict(float), "whole": defaultdict(float)}
    for name, points in data.items():
        for at, value in points.items():
            sums[name.rstrip("0123456789")][at] += value
    course = [[at, _percent(sums["part"].get(at, 0), whole), round(whole)] for at, whole in sorted(sums["whole"].items()) if whole]
    whole = sum(sums["whole"].values())
    return _percent(sum(sums["part"].values()), whole), round(whole), course


def _percent(part: float, whole: float) -> float | None:
    return round(100 * part / whole, 4) if whole else None
