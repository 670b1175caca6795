# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""AWS's errors in words: which resource, which operation, what AWS said, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

try:
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:  # reported by AwsModule
    BotoCoreError = ClientError = Exception  # type: ignore[assignment, misc]

from .guard import Refused
from .iam_actions import iam_action

AWS_ERRORS = (ClientError, BotoCoreError, Refused)

# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/CommonErrors.html
ELASTICACHE = {
    r"Invalid(ReplicationGroup|CacheCluster|CacheParameterGroup|User|UserGroup)State(Fault)?": (
        "AWS is at work on it, or something else uses it: wait until it is available and unused, then run again"
    ),
    r"InsufficientCacheClusterCapacity": "take another node_type, or a subnet_group with other zones, or run again later",
    r"\w+QuotaFor(Customer|Cluster)Exceeded": "raise the quota in Service Quotas or remove what is not needed",
    r"(ReplicationGroup|CacheParameterGroup|CacheSubnetGroup|User|UserGroup)NotFound(Fault)?": (
        "correct the name in the inventory, or make it first (role elasticache)"
    ),
    r"(ReplicationGroup|CacheParameterGroup|CacheSubnetGroup|User|UserGroup)AlreadyExists": (
        "somebody else has made it meanwhile, or it is still being deleted: run again later, or take another name"
    ),
    r"ServiceLinkedRoleNotFoundFault": (
        "make the role that ElastiCache acts by (aws iam create-service-linked-role --aws-service-name elasticache.amazonaws.com)"
        " and run again"
    ),
    r"SnapshotAlreadyExistsFault": "give final_snapshot another name",
    r"SubnetInUse|CacheSubnetGroupInUse": "keep what caches stand in, or move them to another subnet group first",
    r"DefaultUser(Required|AssociatedToUserGroup)": "keep a user whose user_name is default in the user group",
    r"InvalidKMSKeyFault": "check that kms_key is enabled and that its policy lets the caller and ElastiCache use it",
    r"InvalidVPCNetworkStateFault": "check that the subnets have free addresses and a supported zone",
}
# https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html
AUTOSCALING = {
    r"ScalingActivityInProgress|ResourceContention|ResourceInUse": "AWS is at work on the group, or it is in use: run again later",
    r"InstanceRefreshInProgress": "wait until the instance refresh has ended, or end it (aws autoscaling cancel-instance-refresh)",
    r"ActiveInstanceRefreshNotFound": "there is no instance refresh to end: run again",
    r"ServiceLinkedRoleFailure": (
        "make the role that Auto Scaling acts by (aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com)"
        " and run again"
    ),
    r"InvalidLaunchTemplate\w*\.\w*NotFound\w*": "correct the name in the inventory, or make it first (prodready.aws.launch_templates)",
    r"DeleteConflict": "somebody else has added something to it: take that away, then run again",
}
# Error code -> what to do next. https://docs.aws.amazon.com/awssupport/latest/user/troubleshooting-error-codes.html
REMEDIES = {
    r"AccessDenied.*|Unauthorized.*|AuthorizationError.*|403": "grant {action} to the caller (see the role's README) and run again",
    r"ExpiredToken.*|RequestExpired": "renew the credentials and run again",
    r"InvalidClientTokenId|UnrecognizedClient.*|SignatureDoesNotMatch|InvalidAccessKeyId": "check the credentials or runbook_aws.profile",
    r"ProfileNotFound": "correct runbook_aws.profile, or leave it out to use the environment's credentials, and run again",
    **ELASTICACHE,
    **AUTOSCALING,
    r"Throttl.*|RequestLimitExceeded|TooManyRequests.*|SlowDown": "lower runbook_aws.concurrency or run again later",
    r"LimitExceeded.*|.*QuotaExceeded.*|TooMany.*": "raise the quota in Service Quotas or remove what is not needed",
    r"Validation.*|Invalid.*|Malformed.*": "correct the value in the inventory",
    r"NotImplemented|InternalFailure|InternalError|ServiceUnavailable|5\d\d": "run again; what is done stays done",
}


def answer_of(error: Exception) -> dict[str, Any]:
    """What AWS answered; nothing when it did not."""
    return getattr(error, "response", None) or {}


def code_of(error: Exception) -> str:
    return answer_of(error).get("Error", {}).get("Code") or type(error).__name__


def too_early(error: Exception, again: Iterable[str]) -> bool:
    """Whether an error is one of those: a code, or `code: words of its message`."""
    said = answer_of(error).get("Error", {}).get("Message", "")
    return any(code_of(error) == code and words in said for code, __, words in (one.partition(": ") for one in again))


def explain(name: str, service: str, operation: str, error: Exception) -> str:
    """One line on one error."""
    if isinstance(error, Refused):
        return str(error)
    code = code_of(error)
    said = answer_of(error).get("Error", {}).get("Message") or str(error)
    remedy = next((remedy for pattern, remedy in REMEDIES.items() if re.fullmatch(pattern, code)), None)
    if remedy is None and isinstance(error, BotoCoreError):
        remedy = "check the credentials, the region and the network between here and AWS, then run again"
    if remedy is None:
        remedy = f"look {code} up in the API reference of {operation}, correct what it names, and run again"
    request = answer_of(error).get("ResponseMetadata", {}).get("RequestId")
    return (
        f"{name}: {service}:{operation} failed with {code}: {said.strip().rstrip('.')}."
        f" Next: {remedy.format(action=_missing(service, operation, said))}." + (f" (request {request})" if request else "")
    )


def _missing(service: str, operation: str, said: str) -> str:
    """The action that is not allowed: AWS's message names it, but for requests without a body."""
    own = iam_action(service, operation)
    match = re.search(r"not authorized to perform: ([\w-]+:\w+)", said)
    return match[1] if match and match[1].lower() != own.lower() else own
