"""SimulatePrincipalPolicy says what the policies of a user or a role allow, by the evaluation that holds for requests here.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html

moto lacks it. The sandbox has no organization, so nothing is denied by one.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import NoSuchEntity
from moto.iam.responses import IamResponse

from sandbox import iam_principals
from sandbox.iam import context
from sandbox.iam.policy import Request, evaluate, parse


def simulate_principal_policy(self: IamResponse) -> ActionResult:
    given = self._get_params()
    arn = given["PolicySourceArn"]
    policies = iam_principals.of(arn, self.current_account)
    if policies is None:
        raise NoSuchEntity(f"The entity {arn} cannot be found.")
    identity = [parse(one) for one in policies.identity]
    boundary = None if policies.boundary is None else parse(policies.boundary)
    asked = context.principal(arn, arn) | _entries(given.get("ContextEntries", []))
    return ActionResult(
        {
            "IsTruncated": False,
            "EvaluationResults": [
                _result(Request(action, resource, asked), identity, boundary)
                for action in given["ActionNames"]
                for resource in given.get("ResourceArns") or ["*"]
            ],
        }
    )


def _entries(given: list[dict[str, Any]]) -> context.Values:
    return {
        one["ContextKeyName"].lower(): one["ContextKeyValues"] if one["ContextKeyType"].endswith("List") else one["ContextKeyValues"][0]
        for one in given
    }


def _result(request: Request, identity: list[Any], boundary: Any) -> dict[str, Any]:
    decision = evaluate(request, identity, boundary)
    word = "allowed" if decision.allowed else "explicitDeny" if decision.explicit else "implicitDeny"
    result = {"EvalActionName": request.action, "EvalResourceName": request.resource, "EvalDecision": word, "MatchedStatements": []}
    if boundary is not None:
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": evaluate(request, [boundary]).allowed}
    return result


def apply() -> None:
    IamResponse.simulate_principal_policy = simulate_principal_policy
