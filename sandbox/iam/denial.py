"""How AWS says no.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.iam.policy import Decision

_ARTICLES = {"identity-based policy": "an", "permissions boundary": "a", "session policy": "a"}
_CODES = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError"}
_PROTOCOL_CODES = {"query": "AccessDenied", "rest-xml": "AccessDenied"}


@dataclass(frozen=True)
class Denial:
    code: str
    message: str
    status: int


def denial(principal: str, action: str, resource: str, decision: Decision, protocol: str, query_compatible: bool) -> Denial:
    service = action.partition(":")[0]
    named = _named(action)
    why = (
        f"with an explicit deny in {_ARTICLES[decision.policy_type]} {decision.policy_type}"
        if decision.explicit
        else f"because no {decision.policy_type} allows the {named} action"
    )
    message = f"User: {principal} is not authorized to perform: {named}{_on(service, resource)} {why}"
    if service == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    code = _CODES.get(service) or _PROTOCOL_CODES.get(protocol) or ("AccessDenied" if query_compatible else "AccessDeniedException")
    return Denial(code, message, 400 if code == "AccessDeniedException" and protocol == "json" else 403)


def _named(action: str) -> str:
    """Two services spell their actions in their own way."""
    if action.startswith("sqs:"):
        return action.lower()
    return action.replace("sns:", "SNS:") if action.startswith("sns:") else action


def _on(service: str, resource: str) -> str:
    if resource == "*":
        return ""
    return f' on resource: "{resource}"' if service == "s3" else f" on resource: {resource}"
