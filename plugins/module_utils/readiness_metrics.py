# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A success metric as a page shows it: gauge, figures, and what its charts are drawn from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .figures import is_share
from .language import number, said, say
from .readiness import RISING
from .readiness_views import COMPARISONS, span_of

# As many points as all charts of a page have together; with few metrics every point is drawn.
POINTS = 6000


def gauge(metric: Mapping[str, Any]) -> dict[str, float] | None:
    """Where the value lies on a scale whose middle is the limit, in percent of its length. A share that must be high ends at 100."""
    value, limit = metric["value"], metric["limit"]
    if value is None or metric["comparison"] not in COMPARISONS:
        return None
    rises = metric["comparison"] in RISING
    reach = (100 - limit if rises and is_share(metric) else abs(limit)) or 1
    return {
        "low": round(limit - reach, 6),
        "high": round(limit + reach, 6),
        "at": round(min(max(50 + 50 * (value - limit) / reach, 0), 100), 1),
    }


def thinned(course: Sequence[Sequence[float]], most: int, rises: bool) -> list[tuple[float, float, float]]:
    """Of several points the worst, with the samples of all, where there are more than can be shown."""
    step = max(-(-len(course) // most), 1)
    groups = [course[first : first + step] for first in range(0, len(course), step)]
    worst = min if rises else max
    return [(group[0][0], worst(point[1] for point in group), sum(point[2] for point in group)) for group in groups]


def moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


def shown_metric(metric: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """In words; `drawn` is for the charts: points of time, value, samples, and what the runs before have seen."""
    most = max(POINTS // len(made["metrics"]), 24)
    points = thinned(metric["course"], most, metric["comparison"] in RISING)
    key = f"{metric['host']}.{metric['name']}"
    comparison = COMPARISONS.get(metric["comparison"], metric["comparison"])
    return {
        **{name: metric[name] for name in ("name", "host", "state", "samples", "minimum_samples", "source")},
        "says": said(metric["says"]),
        "value": say("no data") if metric["value"] is None else number(metric["value"]),
        "number": metric["value"],
        "limit": f"{comparison} {number(metric['limit'])}",
        "budget": metric["budget"] and {name: (value, number(value)) for name, value in metric["budget"].items()},
        "rises": metric["comparison"] in RISING,
        "gauge": (scale := gauge(metric)),
        "ends": scale and [number(scale["low"]), number(scale["high"])],
        "window": span_of(metric["window_seconds"]),
        "from": moment(metric["start"]),
        "to": moment(metric["end"]),
        "period": span_of(metric["period_seconds"]),
        "thinned": -(-len(metric["course"]) // most),
        "drawn": {
            "limit": metric["limit"],
            "course": [list(column) for column in zip(*points, strict=True)] or [[], [], []],
            "trend": [run["metrics"].get(key) for run in made["history"]],
        },
    }
