# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Statements of IAM policies in their normal form, and managed policies by name.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .bucket_policy import listed

if TYPE_CHECKING:
    from .aws import Aws

Statement = Mapping[str, Any]

ELEMENTS = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
LISTS = ("Action", "NotAction", "Resource", "NotResource")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_CHARACTERS = 10240
MISSING = ("NoSuchEntity",)
EC2_ASSUMES = {"Effect": "Allow", "Principal": {"Service": ["ec2.amazonaws.com"]}, "Action": ["sts:AssumeRole"]}


def text(value: Any) -> str:
    """A value as JSON's policies have it; YAML may have read a number or a yes there."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def texts(values: Any) -> list[str]:
    return sorted(map(text, listed(values)))


def normal(statement: Statement) -> dict[str, Any]:
    """Whichever way its lists are written."""
    found = dict(statement)
    found |= {key: texts(statement[key]) for key in LISTS if key in statement}
    if isinstance(principal := statement.get("Principal"), Mapping):
        found["Principal"] = {kind: texts(names) for kind, names in principal.items()}
    if "Condition" in statement:
        condition = statement["Condition"].items()
        found["Condition"] = {test: {key: texts(values) for key, values in keys.items()} for test, keys in condition}
    return found


def normal_all(statements: Any) -> list[dict[str, Any]]:
    """Statements in an order of their own, for theirs means nothing."""
    return sorted(map(normal, listed(statements)), key=lambda one: json.dumps(one, sort_keys=True))


def document(statements: Iterable[Statement]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def problems(statements: Iterable[Any]) -> Iterator[str]:
    statements = list(statements)
    for number, one in enumerate(statements):
        yield from (f"statements[{number}] {problem}" for problem in statement_problems(one))
    if len(document(statements)) > MOST_CHARACTERS:
        yield f"statements have {len(document(statements))} characters, at most {MOST_CHARACTERS} are allowed: use managed_policies"


def statement_problems(one: Statement) -> Iterator[str]:
    if unknown := sorted(map(str, set(one) - set(ELEMENTS))):
        yield f"has {', '.join(unknown)}, allowed are {', '.join(ELEMENTS)}"
    if one.get("Effect") not in ("Allow", "Deny"):
        yield f"has Effect {one.get('Effect')!r}, allowed are Allow and Deny"
    for key in ("Action", "Resource"):
        if (key in one) == (f"Not{key}" in one):
            yield f"must have {key} or Not{key}"
    for key in LISTS:
        if key in one and not (listed(one[key]) and all(isinstance(value, str) and value for value in listed(one[key]))):
            yield f"has {key} {one[key]!r}, which must be a text or a list of texts"
    condition = one.get("Condition", {})
    if not isinstance(condition, Mapping) or not all(isinstance(keys, Mapping) for keys in condition.values()):
        yield "has a Condition that is no dictionary of tests, each with its keys"


class Managed:
    """Managed policies: the account's own and AWS's, by path and name; the own one where both have one of that name."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws

    @functools.cached_property
    def own(self) -> dict[str, str]:
        found = [one["Arn"] for one in self.aws.pages("iam", "list_policies", "Policies", Scope="Local")]
        return {name_of(arn): arn for arn in found}

    def arn(self, text: str) -> str:
        if text.startswith("arn:"):
            return text
        return self.own.get(text) or f"arn:{self.aws.partition}:iam::aws:policy/{text}"

    def label(self, arn: str) -> str:
        """What an ARN is called in a plan."""
        return name_of(arn) if self.arn(name_of(arn)) == arn else arn

    def unknown(self, texts: Iterable[str]) -> list[str]:
        there = self.aws.each(lambda text: self.aws.call("iam", "get_policy", missing=MISSING, PolicyArn=self.arn(text)), texts)
        return [f"there is no managed policy {text}" for text, one in zip(texts, there, strict=True) if one is None]


def name_of(arn: str) -> str:
    return arn.partition(":policy/")[2]
