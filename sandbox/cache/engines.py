"""Engines and their versions. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html"""

from __future__ import annotations

from sandbox.cache.faults import combination, value

# The newest patch of each, the newest version last. Redis OSS has no newer ones than 7.1.
VERSIONS = {
    "redis": {"6.0": "6.0.5", "6.2": "6.2.6", "7.0": "7.0.7", "7.1": "7.1.0"},
    "valkey": {"7.2": "7.2.6", "8.0": "8.0.1", "8.1": "8.1.0"},
}


def engine(name: str) -> str:
    if name not in VERSIONS:
        raise value(f"The parameter Engine must be one of {', '.join(VERSIONS)}, and is {name}.")
    return name


def full(name: str, version: str | None) -> str:
    """7.1 is 7.1.0, 6.x the newest of 6, none the newest of all."""
    known = VERSIONS[name]
    if not version:
        return list(known.values())[-1]
    fitting = [patch for minor, patch in known.items() if version in (minor, patch) or version == f"{minor.partition('.')[0]}.x"]
    if not fitting:
        raise combination(f"Cannot find version {version} for {name}; the sandbox knows {', '.join(known)}.")
    return fitting[-1]


def is_older(version: str, other: str) -> bool:
    return tuple(map(int, version.split("."))) < tuple(map(int, other.split(".")))
