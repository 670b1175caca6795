"""What is refused of a serverless cache's settings, before it is made or changed.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Scaling.html (limits)
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.cache import checks, engines
from sandbox.cache.account import Account
from sandbox.cache.faults import combination, value

# The newest of each major version; https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html
MAJOR = {"redis": {"7": "7.1.0"}, "valkey": {"7": "7.2.6", "8": "8.1.0"}}
LIMITS = {"DataStorage": (1, 5000), "ECPUPerSecond": (1000, 15_000_000)}
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
LONGEST_DESCRIPTION = 255


def name(given: str) -> str:
    found = given.lower()
    if not checks.NAME.fullmatch(found) or len(found) > checks.LONGEST_NAME:
        raise value("The parameter ServerlessCacheName must begin with a letter and have up to 40 letters, digits and single hyphens.")
    return found


def described(text: str) -> str:
    if len(text) > LONGEST_DESCRIPTION:
        raise value("The description has at most 255 characters.")
    return text


def versioned(engine: str, major: str | None) -> tuple[str, str]:
    if engine == "memcached":
        raise NotImplementedError("Memcached")
    known = MAJOR[engines.engine(engine)]
    if major and major not in known:
        raise combination(f"Cannot find version {major} for {engine}; the sandbox knows {', '.join(known)}.")
    return engine, known[major] if major else list(known.values())[-1]


def users(account: Account, uid: str | None, engine: str) -> list[str]:
    given = [uid] if uid else []
    checks.authentication(account, True, None, given, engine)
    return given


def daily(time: str) -> str:
    if time and not TIME.fullmatch(time):
        raise value(f"DailySnapshotTime is a time of the day such as 05:00, not {time}.")
    return time


def limited(given: dict[str, Any], there: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The limits that are to be, of those that are there and those that are given; 0 takes one away."""
    made = {}
    for kind, (least, most) in LIMITS.items():
        wanted = {**there.get(kind, {}), **given.get(kind, {})}
        ends = {end: wanted[end] for end in ("Minimum", "Maximum") if wanted.get(end)}
        if any(not least <= number <= most for number in ends.values()):
            raise value(f"The limits of {kind} are {least} to {most}.")
        if len(ends) == 2 and ends["Minimum"] > ends["Maximum"]:
            raise value(f"The minimum of {kind} is more than its maximum.")
        if ends:
            made[kind] = {**ends, **({"Unit": "GB"} if kind == "DataStorage" else {})}
    return made
