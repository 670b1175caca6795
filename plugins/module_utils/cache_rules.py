# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an application takes as CACHE_RULES, and refuses to start with (packages/cache-middleware). Pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

YEAR_SECONDS = 365 * 24 * 3600
# https://github.com/pillarjs/path-to-regexp
PATH = re.compile(r"/([^:*?+!()\[\]{}\\]|:[A-Za-z_$][\w$]*|\*)*")
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

Fits = Callable[[Any], bool]


def whole(least: int, most: int) -> Fits:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def each(fits: Fits) -> Fits:
    return lambda value: isinstance(value, list) and all(map(fits, value))


def text(pattern: re.Pattern[str]) -> Fits:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


OPTIONS: dict[str, tuple[str, Fits]] = {
    "path": ("must be a path that begins with /, in which :name stands for one segment and * for the rest", text(PATH)),
    "ttl_seconds": (f"must be a whole number from 1 to {YEAR_SECONDS}", whole(1, YEAR_SECONDS)),
    "stale_seconds": (f"must be a whole number from 0 to {YEAR_SECONDS}", whole(0, YEAR_SECONDS)),
    "vary_headers": ("must be a list of names of request headers", each(text(HEADER))),
    "query": ("must be a list of names of query parameters", each(text(re.compile(".+", re.DOTALL)))),
    "authorized": ("must be true or false", lambda value: isinstance(value, bool)),
    "statuses": ("must be a list of HTTP statuses from 200 to 599", each(whole(200, 599))),
}
REQUIRED = ("path", "ttl_seconds")


def problems(rules: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for number, rule in enumerate(rules):
        yield from (f"elasticache_rules[{number}]{problem}" for problem in of_rule(rule))


def of_rule(rule: Mapping[str, Any]) -> Iterator[str]:
    yield from (f".{name} is unknown, known are {', '.join(OPTIONS)}" for name in rule if name not in OPTIONS)
    yield from (f".{name} is missing: it {OPTIONS[name][0]}" for name in REQUIRED if rule.get(name) is None)
    for name, (allowed, fits) in OPTIONS.items():
        if rule.get(name) is not None and not fits(rule[name]):
            yield f".{name} {allowed}, not {rule[name]!r}"
