# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A load test as data: which requests are sent when, and what they showed. Pure functions."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from string import Template
from typing import Any
from urllib.parse import quote, urlsplit

from . import scenarios
from .lists import repeated
from .load import Request, Sample, percentile, summary, times

# What is kept in memory of each, whoever has sent it.
MOST_REQUESTS = 2_000_000
MOST_BINS = 300

Stage = Mapping[str, Any]


def host_of(site: str) -> str:
    """The site's name as an allow-list has it: with its port only where that is not the scheme's own."""
    return urlsplit(site).netloc.rpartition("@")[2].lower()


def problems(site: str, allowed: Sequence[str], requests: Sequence[Mapping[str, Any]], stages: Sequence[Stage]) -> Iterator[str]:
    parts = urlsplit(site)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        yield f"site must be an address without a path, such as https://shop.example.com, not {site!r}"
    elif host_of(site) not in [one.lower() for one in allowed]:
        yield f"{host_of(site)} is not among the hosts that may be tested: {', '.join(allowed) or 'none'}. Add it only if it is yours"
    if not requests:
        yield "requests: name at least one request"
    yield from (f"requests: the name {name!r} is used twice" for name in repeated(one["name"] for one in requests))
    for one in requests:
        yield from (f"request {one['name']}: {problem}" for problem in _of(one))
    if not any(not stage["warm_up"] for stage in stages):
        yield "stages: at least one must be no warm-up, for only those are judged"
    for number, stage in enumerate(stages, 1):
        if stage["rate"] <= 0 or stage["seconds"] <= 0:
            yield f"stage {number}: rate and seconds must be above 0"
    if (number := sum(int(stage["rate"] * stage["seconds"]) for stage in stages)) > MOST_REQUESTS:
        yield f"stages: they send {number} requests, and at most {MOST_REQUESTS} can be kept; take shorter ones"


def _of(one: Mapping[str, Any]) -> Iterator[str]:
    yield from scenarios.request_problems(one)
    if one["weight"] < 1:
        yield "weight must be at least 1"
    asked = set(re.findall(r"\$\{?(\w+)", one["path"]))
    given = one.get("values") or {}
    if unknown := sorted(asked - set(given)):
        yield f"path asks for ${unknown[0]}, of which values has none"
    yield from (f"values.{name} is not in path as ${name}" for name in sorted(set(given) - asked))
    yield from (f"values.{name} must be a list of at least one value" for name, of in given.items() if not isinstance(of, list) or not of)


def arrivals(stages: Sequence[Stage]) -> Iterator[float]:
    """The seconds after the start at which to send."""
    begin = 0.0
    for stage in stages:
        yield from (begin + number / stage["rate"] for number in range(math.ceil(stage["rate"] * stage["seconds"])))
        begin += stage["seconds"]


def asked(site: str, requests: Sequence[Mapping[str, Any]], headers: Mapping[str, str], seed: int) -> Iterator[Request]:
    """Requests by their weights, each with values by chance; the same ones for the same seed."""
    chance = random.Random(seed)
    made = [_made(site, one, headers) for one in requests]
    weights = [one["weight"] for one in requests]
    while True:
        (number,) = chance.choices(range(len(made)), weights)
        request, values = made[number], requests[number].get("values") or {}
        if values:
            chosen = {name: quote(str(chance.choice(of)), safe="") for name, of in values.items()}
            yield replace(request, url=Template(request.url).safe_substitute(chosen))
        else:
            yield request


def _made(site: str, one: Mapping[str, Any], headers: Mapping[str, str]) -> Request:
    body, about = scenarios.body(one)
    sent = {**about, **(one.get("headers") or {}), **headers}
    url = site.rstrip("/") + scenarios.target(one)
    return Request(url, one["method"], sent, body, one["name"], tuple(one.get("statuses") or ()), 400)


def judged(samples: Sequence[Sample], started: float, stages: Sequence[Stage]) -> list[Sample]:
    """Those of the stages that are no warm-up."""
    spans, begin = [], started
    for stage in stages:
        if not stage["warm_up"]:
            spans.append((begin, begin + stage["seconds"]))
        begin += stage["seconds"]
    return [one for one in samples if any(first <= one.at < end for first, end in spans)]


def found(samples: Sequence[Sample], started: float, stages: Sequence[Stage]) -> dict[str, Any]:
    """What the test showed: of all that is judged, by request, and second by second of the whole."""
    counted = judged(samples, started, stages)
    names = dict.fromkeys(one.name for one in counted)
    return {
        **_figures(counted, stages),
        "by_request": {name: _shown([one for one in counted if one.name == name]) for name in names},
        "series": series(samples, started, sum(stage["seconds"] for stage in stages)),
    }


def _figures(counted: Sequence[Sample], stages: Sequence[Stage]) -> dict[str, Any]:
    seconds = sum(stage["seconds"] for stage in stages if not stage["warm_up"])
    wanted = sum(stage["rate"] * stage["seconds"] for stage in stages if not stage["warm_up"])
    late = percentile([one.late_seconds for one in counted], 99)
    # The last ones may be late, and then it took longer to send them all.
    overtime = max((one.late_seconds for one in counted), default=0.0)
    held = sum(one.sent for one in counted) / (seconds + overtime)
    return {
        "seconds": seconds,
        "asked_a_second": round(wanted / seconds, 1),
        "held_a_second": round(held, 1),
        "held_percent": round(100 * held * seconds / wanted, 2),
        "late_p99_ms": None if late is None else round(late * 1000, 1),
        **_shown(counted),
    }


def _shown(samples: Sequence[Sample]) -> dict[str, Any]:
    of = summary(samples)
    wrong, number = of["failed"] + of["not_sent"], of["requests"] + of["not_sent"]
    said = Counter(one.said for one in samples if one.said is not None)
    return {**of, "failed_percent": round(100 * wrong / number, 3) if number else None, "counted": dict(said.most_common(10))}


def series(samples: Sequence[Sample], started: float, seconds: float) -> dict[str, list[Any]]:
    """What was to be sent in each span of time, what failed of it and how long the rest took."""
    width = max(1, math.ceil(seconds / MOST_BINS))
    bins: list[list[Sample]] = [[] for __ in range(max(1, math.ceil(seconds / width)))]
    for one in samples:
        bins[min(len(bins) - 1, max(0, int((one.at - started) / width)))].append(one)
    taken = [times(each) for each in bins]
    return {
        "second": [number * width for number in range(len(bins))],
        "asked": [round(len(each) / width, 1) for each in bins],
        "failed": [round(sum(one.failed or not one.sent for one in each) / width, 1) for each in bins],
        **{name: [of[name] for of in taken] for name in ("p50_ms", "p95_ms", "p99_ms")},
    }


def line(samples: Sequence[Sample], now: float, started: float, stages: Sequence[Stage], under_way: int) -> str:
    """How it stands, for those who wait."""
    whole = sum(stage["seconds"] for stage in stages)
    recent = [one for one in samples[-20_000:] if one.at > now - 5]
    worst = times(recent)["p95_ms"]
    failed = sum(one.failed or not one.sent for one in samples)
    within = "no answer yet" if worst is None else f"95 % within {worst:g} ms"
    passed = f"{min(whole, now - started):.0f} of {whole:g} s"
    return f"{passed}: {len(samples)} requests, {failed} failed, {under_way} under way; just now {within}"
