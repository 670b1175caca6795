"""The actions that a request of AWS needs: most need one, named like the operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from plugins.module_utils.iam_actions import iam_action

Params = dict[str, Any]
# An action, and the parameters that say on which resource.
Need = tuple[str, Params]

# Nobody needs permission for these: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_FREE = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}

# What it takes to tag a resource while it is made.
_TAGGING = {
    "acm": "AddTagsToCertificate",
    "autoscaling": "CreateOrUpdateTags",
    "budgets": "TagResource",
    "cloudwatch": "TagResource",
    "dynamodb": "TagResource",
    "ec2": "CreateTags",
    "elasticache": "AddTagsToResource",
    "elbv2": "AddTags",
    "kms": "TagResource",
    "logs": "TagResource",
    "secretsmanager": "TagResource",
    "sns": "TagResource",
    "sqs": "TagQueue",
    "wafv2": "TagResource",
}
_TRANSACTION = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html
_RESTORED = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
# S3's headers that set something beside the object or the bucket.
_S3_BESIDE: dict[str, dict[str, tuple[str, ...]]] = {
    "CreateBucket": {
        "ACL": ("PutBucketAcl",),
        "ObjectLockEnabledForBucket": ("PutBucketObjectLockConfiguration", "PutBucketVersioning"),
        "ObjectOwnership": ("PutBucketOwnershipControls",),
    },
    "PutObject": {"ACL": ("PutObjectAcl",), "Tagging": ("PutObjectTagging",)},
    "CopyObject": {"ACL": ("PutObjectAcl",), "Tagging": ("PutObjectTagging",)},
}


def needs(service: str, operation: str, params: Params) -> list[Need]:
    if (service, operation) in _FREE:
        return []
    special = _SPECIAL.get((service, operation))
    found = list(special(params)) if special else [(iam_action(service, operation), params)]
    if service == "s3":
        found += [(f"s3:{name}", params) for key, names in _S3_BESIDE.get(operation, {}).items() if params.get(key) for name in names]
    if service in _TAGGING and operation.startswith(("Create", "Put", "Request")) and _tags(params):
        found.append((iam_action(service, _TAGGING[service]), params))
    return found


def _tags(params: Params) -> Any:
    return params.get("Tags") or params.get("tags") or params.get("TagSpecifications") or params.get("ResourceTags")


def _transact_write(params: Params) -> Iterator[Need]:
    for item in params.get("TransactItems", []):
        for kind, request in item.items():
            yield f"dynamodb:{_TRANSACTION[kind]}", request


def _transact_get(params: Params) -> Iterator[Need]:
    for item in params.get("TransactItems", []):
        yield "dynamodb:GetItem", item["Get"]


def _batch(action: str) -> Callable[[Params], Iterator[Need]]:
    return lambda params: ((action, {"TableName": table}) for table in params.get("RequestItems", {}))


def _restore(action: str) -> Callable[[Params], Iterator[Need]]:
    def found(params: Params) -> Iterator[Need]:
        target = {"TableName": params.get("TargetTableName")}
        source = params.get("SourceTableArn") or params.get("SourceTableName")
        yield action, {"BackupArn": params["BackupArn"]} if "BackupArn" in params else {"TableName": source}
        yield action, target
        yield from ((f"dynamodb:{name}", target) for name in _RESTORED)

    return found


def _batch_get_secrets(params: Params) -> Iterator[Need]:
    yield "secretsmanager:BatchGetSecretValue", params
    if params.get("Filters"):
        yield "secretsmanager:ListSecrets", {}
    yield from (("secretsmanager:GetSecretValue", {"SecretId": name}) for name in params.get("SecretIdList", []))


def _object(action: str) -> Callable[[Params], Iterator[Need]]:
    """An older version of an object is another permission."""
    return lambda params: iter([(f"s3:{action}Version" if params.get("VersionId") else f"s3:{action}", params)])


def _copy(params: Params) -> Iterator[Need]:
    bucket, _, key = str(params.get("CopySource", "")).lstrip("/").partition("/")
    yield from _object("GetObject")({"Bucket": bucket, "Key": key.partition("?")[0], "VersionId": key.partition("?versionId=")[2]})
    yield "s3:PutObject", params


def _delete_objects(params: Params) -> Iterator[Need]:
    for one in params.get("Delete", {}).get("Objects", []):
        yield from _object("DeleteObject")({"Bucket": params.get("Bucket"), **one})


def _associate(params: Params) -> Iterator[Need]:
    """https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html"""
    yield "wafv2:AssociateWebACL", params
    yield "elasticloadbalancing:SetWebAcl", {}


def _waf_logging(params: Params) -> Iterator[Need]:
    """WAF lets itself write to the log group: https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html"""
    yield "wafv2:PutLoggingConfiguration", params
    if any(":logs:" in arn for arn in params["LoggingConfiguration"]["LogDestinationConfigs"]):
        yield from ((f"logs:{name}", {}) for name in ("CreateLogDelivery", "DescribeResourcePolicies", "PutResourcePolicy"))
        yield "logs:DescribeLogGroups", {}


def _hands_on(params: Params) -> Iterator[Need]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    yield "iam:AddRoleToInstanceProfile", params
    yield "iam:PassRole", {"RoleName": params.get("RoleName")}


def _tagged(operation: str, tagging: str) -> Callable[[Params], Iterator[Need]]:
    """IAM has an action for the tags of each kind of resource."""
    return lambda params: iter([(f"iam:{name}", params) for name in (operation, *([tagging] if params.get("Tags") else []))])


def _launching(operation: str) -> Callable[[Params], Iterator[Need]]:
    """Who has a group launch from a template could launch from it, with its tags, and hands on the role of its profile.

    Which one that is stands in the template; what a policy allows bears the application's name first, as a group does.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
    """

    def found(params: Params) -> Iterator[Need]:
        yield f"autoscaling:{operation}", params
        wanted = {**params, **params.get("DesiredConfiguration", {})}
        if wanted.get("LaunchTemplate") or wanted.get("MixedInstancesPolicy"):
            yield from (
                ("ec2:RunInstances", {}),
                ("ec2:CreateTags", {}),
                ("iam:PassRole", {"RoleName": f"{params['AutoScalingGroupName']}-"}),
            )

    return found


def _delete_serverless_cache(params: Params) -> Iterator[Need]:
    """https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteServerlessCache.html"""
    yield "elasticache:DeleteServerlessCache", params
    if params.get("FinalSnapshotName"):
        yield "elasticache:CreateServerlessCacheSnapshot", params


_SPECIAL: dict[tuple[str, str], Callable[[Params], Iterator[Need]]] = {
    **{("autoscaling", name): _launching(name) for name in ("CreateAutoScalingGroup", "UpdateAutoScalingGroup", "StartInstanceRefresh")},
    ("dynamodb", "BatchGetItem"): _batch("dynamodb:BatchGetItem"),
    ("dynamodb", "BatchWriteItem"): _batch("dynamodb:BatchWriteItem"),
    ("dynamodb", "RestoreTableFromBackup"): _restore("dynamodb:RestoreTableFromBackup"),
    ("dynamodb", "RestoreTableToPointInTime"): _restore("dynamodb:RestoreTableToPointInTime"),
    ("dynamodb", "TransactGetItems"): _transact_get,
    ("dynamodb", "TransactWriteItems"): _transact_write,
    ("elasticache", "DeleteServerlessCache"): _delete_serverless_cache,
    ("iam", "AddRoleToInstanceProfile"): _hands_on,
    ("iam", "CreateInstanceProfile"): _tagged("CreateInstanceProfile", "TagInstanceProfile"),
    ("iam", "CreateRole"): _tagged("CreateRole", "TagRole"),
    ("kms", "ReEncrypt"): lambda params: iter(
        [("kms:ReEncryptFrom", {"KeyId": params.get("SourceKeyId")}), ("kms:ReEncryptTo", {"KeyId": params.get("DestinationKeyId")})]
    ),
    ("s3", "CopyObject"): _copy,
    ("s3", "DeleteObject"): _object("DeleteObject"),
    ("s3", "DeleteObjects"): _delete_objects,
    ("s3", "GetObject"): _object("GetObject"),
    ("s3", "HeadObject"): _object("GetObject"),
    ("secretsmanager", "BatchGetSecretValue"): _batch_get_secrets,
    ("wafv2", "AssociateWebACL"): _associate,
    ("wafv2", "PutLoggingConfiguration"): _waf_logging,
}
