"""May a principal do this? Identity policies, permissions boundary and session policies, as AWS evaluates them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.iam import conditions
from sandbox.iam.patterns import Context, arn_like, like, resolved

_VERSIONS = ("2008-10-17", "2012-10-17")
_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


@dataclass(frozen=True)
class Request:
    """One action on one resource; a request of AWS may come to several."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    allows: bool
    actions: tuple[str, ...]
    is_not_action: bool
    resources: tuple[str, ...]
    is_not_resource: bool
    condition: Mapping[str, Mapping[str, Any]]

    def applies(self, request: Request) -> bool:
        return (
            any(_is_action(action, request.action) for action in self.actions) != self.is_not_action
            and any(_is_resource(resource, request) for resource in self.resources) != self.is_not_resource
            and conditions.holds(self.condition, request.context)
        )


@dataclass(frozen=True)
class Decision:
    allowed: bool
    explicit: bool = False
    policy_type: str = ""


Policy = tuple[Statement, ...]


def parse(document: Any) -> Policy:
    """A policy that has no principal; ValueError says where it is malformed."""
    if not isinstance(document, dict) or "Statement" not in document:
        raise ValueError("a policy is an object with Version and Statement")
    if unknown := set(document) - {"Version", "Statement"}:
        raise ValueError(f"{', '.join(sorted(unknown))} is no element of an identity-based policy")
    version = document.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        raise ValueError(f"Version is {version!r}, allowed are {' and '.join(_VERSIONS)}")
    return tuple(_statement(number, item, version) for number, item in enumerate(_list(document["Statement"]), 1))


def evaluate(
    request: Request, identity: Sequence[Policy], boundary: Policy | None = None, session: Sequence[Policy] | None = None
) -> Decision:
    """A deny anywhere wins; otherwise each type of policy that there is must allow."""
    boundaries = None if boundary is None else [boundary]
    policies = {"identity-based policy": identity, "permissions boundary": boundaries, "session policy": session}
    applying = {
        kind: [statement for one in given for statement in one if statement.applies(request)]
        for kind, given in policies.items()
        if given is not None
    }
    for kind, statements in applying.items():
        if not all(statement.allows for statement in statements):
            return Decision(False, True, kind)
    for kind, statements in applying.items():
        if not statements:
            return Decision(False, False, kind)
    return Decision(True)


def _is_action(stated: str, action: str) -> bool:
    return like([(stated.lower(), True)], action.lower())


def _is_resource(stated: str, request: Request) -> bool:
    if stated == "*":
        return True
    pieces = resolved(stated, request.context)
    return pieces is not None and arn_like(pieces, request.resource)


def _statement(number: int, item: Any, version: str) -> Statement:
    try:
        return _parsed(item, version)
    except ValueError as error:
        raise ValueError(f"statement {number}: {error}") from error


def _parsed(item: Any, version: str) -> Statement:
    if not isinstance(item, dict):
        raise ValueError("it is not an object")
    if version == _VERSIONS[0]:
        item = _without_variables(item)
    if unknown := set(item) - _ELEMENTS:
        raise ValueError(f"{', '.join(sorted(unknown))} is no element of an identity-based policy")
    if item.get("Effect") not in ("Allow", "Deny"):
        raise ValueError(f"Effect is {item.get('Effect')!r}, allowed are Allow and Deny")
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        if (one in item) == (other in item):
            raise ValueError(f"one of {one} and {other} is needed")
    actions = _list(item.get("Action", item.get("NotAction")))
    resources = _list(item.get("Resource", item.get("NotResource")))
    if wrong := [action for action in actions if action != "*" and ":" not in action]:
        raise ValueError(f"action {wrong[0]!r} has no service, such as s3:GetObject")
    if wrong := [resource for resource in resources if resource != "*" and not resource.startswith("arn:")]:
        raise ValueError(f"resource {wrong[0]!r} is neither an ARN nor *")
    condition = item.get("Condition", {})
    if wrong := [problem for name in condition if (problem := conditions.problem(name))]:
        raise ValueError(wrong[0])
    return Statement(
        allows=item["Effect"] == "Allow",
        actions=tuple(actions),
        is_not_action="NotAction" in item,
        resources=tuple(resources),
        is_not_resource="NotResource" in item,
        condition=condition,
    )


def _without_variables(value: Any) -> Any:
    """The first version of the language had none: what looks like one is text."""
    if isinstance(value, dict):
        return {key: _without_variables(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_variables(item) for item in value]
    return value.replace("${", "${$}{") if isinstance(value, str) else value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
