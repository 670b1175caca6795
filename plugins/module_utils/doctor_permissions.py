# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the caller may do what a policy of policies/ grants, as IAM's own simulator says.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

from .aws import Aws
from .claim import listed
from .doctor import Finding, finding
from .doctor_account import said
from .errors import AWS_ERRORS

GRANT = "Attach policies/doctor.json to the caller, and the doctor can tell"
SSO = "/aws-reserved/sso.amazonaws.com/"


def statements(file: Path, values: Mapping[str, str]) -> list[dict[str, Any]]:
    return json.loads(Template(file.read_text(encoding="utf-8")).substitute(values))["Statement"]


def context(statement: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a request has on which the statement's conditions hold."""
    return [
        {"ContextKeyName": key, "ContextKeyValues": [str(one) for one in listed(value)][:1], "ContextKeyType": "string"}
        for keys in statement.get("Condition", {}).values()
        for key, value in keys.items()
    ]


def questions(statement: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A request for each resource, so that its answer is about that one alone."""
    for resource in listed(statement["Resource"]):
        yield {"ActionNames": listed(statement["Action"]), "ResourceArns": [resource], "ContextEntries": context(statement)}


def refused(result: Mapping[str, Any]) -> str | None:
    """The action that is not allowed, and by whom where it is not for want of a policy."""
    if result["EvalDecision"] == "allowed":
        return None
    if not result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True):
        return f"{result['EvalActionName']} (by the organization)"
    if not result.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary", True):
        return f"{result['EvalActionName']} (by the permissions boundary)"
    return result["EvalActionName"] + (" (denied)" if result["EvalDecision"] == "explicitDeny" else "")


def source(aws: Aws, arn: str) -> str:
    """Whose policies count: a session has those of its role, whose path its ARN lacks."""
    role = re.fullmatch(r"arn:[^:]+:sts::\d+:assumed-role/([^/]+)/.+", arn)
    return aws.call("iam", "get_role", RoleName=role[1])["Role"]["Arn"] if role else arn


def attach(arn: str, names: list[str], values: Mapping[str, str]) -> str:
    given = " ".join(f"--{key} {values[key]}" for key in ("account", "region", "app", "environment"))
    made = "; ".join(
        f"tools/policy {name} {given} > {name}.json; aws iam create-policy --policy-name prodready-{name} --policy-document file://{name}.json"
        for name in names
    )
    kind, __, who = arn.partition(":iam::")[2].partition(":")[2].partition("/")
    if SSO in arn:
        return f"{made}; then add it to the permission set in IAM Identity Center"
    policy = f"arn:{values['partition']}:iam::{values['account']}:policy/prodready"
    name = who.rpartition("/")[2]
    return "; ".join([made, *(f"aws iam attach-{kind}-policy --{kind}-name {name} --policy-arn {policy}-{one}" for one in names)])


def permissions(aws: Aws, arn: str, files: Mapping[str, list[Path]], values: Mapping[str, str]) -> Iterator[Finding]:
    """One finding for each policy, whose parts are `files`."""
    for name, parts in files.items():
        says = f"The caller may do what policies/{name}.json grants"
        try:
            who = source(aws, arn)
            asked = [one for part in parts for statement in statements(part, values) for one in questions(statement)]
            found = aws.each(
                lambda one: aws.pages("iam", "simulate_principal_policy", "EvaluationResults", PolicySourceArn=who, **one),  # noqa: B023
                asked,
            )
        except AWS_ERRORS as error:
            yield finding(f"permissions.{name}", says, None, said(name, error), GRANT)
            continue
        lacks = sorted({word for results in found for one in results if (word := refused(one))})
        saw = lacks or f"{sum(len(one['ActionNames']) for one in asked)} actions allowed"
        yield finding(f"permissions.{name}", says, not lacks, saw, attach(who, [part.stem for part in parts], values))
