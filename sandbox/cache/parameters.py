"""What a parameter group may set, and what its nodes run with."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import yaml

from sandbox.cache.account import Account, ParameterGroup

# Families, and the version of Redis whose parameters they have. redis6.x has no listpacks.
FAMILIES = {"redis6.x": "6.2.6", "redis7": "7.1.0", "valkey7": "7.2.6", "valkey8": "8.0.1"}
_RANGE = re.compile(r"(-?\d+)-(\d*)")


@functools.cache
def _all() -> dict[str, dict[str, Any]]:
    return yaml.safe_load(Path(__file__).with_suffix(".yml").read_text())


@functools.cache
def of_family(family: str) -> dict[str, dict[str, Any]]:
    newest = _numbers(FAMILIES[family])
    return {name: one for name, one in _all().items() if _numbers(since(one)) <= newest}


def since(parameter: dict[str, Any]) -> str:
    return str(parameter.get("since", "2.8.6"))


def family_of(engine: str, version: str) -> str:
    major = int(version.partition(".")[0])
    return f"{engine}{min(major, 8)}" if engine == "valkey" else "redis6.x" if major < 7 else "redis7"


def default_group(family: str) -> ParameterGroup:
    return ParameterGroup(f"default.{family}", family, f"Default parameter group for {family}")


def cluster_group(family: str) -> ParameterGroup:
    name = f"Customized default parameter group for {family} with cluster mode on"
    return ParameterGroup(f"default.{family}.cluster.on", family, name, {"cluster-enabled": "yes"})


def groups(account: Account) -> dict[str, ParameterGroup]:
    """AWS's own, and the account's."""
    own = [made(family) for family in FAMILIES for made in (default_group, cluster_group)]
    return {group.name: group for group in own} | account.parameter_groups


def in_force(account: Account, name: str) -> dict[str, str]:
    group = groups(account)[name]
    return {known: one["default"] for known, one in of_family(group.family).items()} | group.values


def of_redis(values: dict[str, str]) -> dict[str, str]:
    """Those that are settings of Redis."""
    return {name: value for name, value in values.items() if not _all()[name].get("here")}


def is_allowed(allowed: str, value: str) -> bool:
    if allowed == "any":
        return True
    if allowed.startswith("letters:"):
        return set(value) <= set(allowed.partition(":")[2])
    for part in allowed.split(","):
        if match := _RANGE.fullmatch(part):
            if re.fullmatch(r"-?\d{1,18}", value) and int(match[1]) <= int(value) and (not match[2] or int(value) <= int(match[2])):
                return True
        elif part == value:
            return True
    return False


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
