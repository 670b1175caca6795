# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The IAM action that allows an operation; most are named alike.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

# botocore's name of a service -> the prefix of its actions.
PREFIXES = {
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
}
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
S3_SETTINGS = {
    "BucketAccelerateConfiguration": "AccelerateConfiguration",
    "BucketAnalyticsConfiguration": "AnalyticsConfiguration",
    "BucketCors": "BucketCORS",
    "BucketEncryption": "EncryptionConfiguration",
    "BucketIntelligentTieringConfiguration": "IntelligentTieringConfiguration",
    "BucketInventoryConfiguration": "InventoryConfiguration",
    "BucketLifecycle": "LifecycleConfiguration",
    "BucketLifecycleConfiguration": "LifecycleConfiguration",
    "BucketMetricsConfiguration": "MetricsConfiguration",
    "BucketNotificationConfiguration": "BucketNotification",
    "BucketOwnershipControls": "BucketOwnershipControls",
    "BucketReplication": "ReplicationConfiguration",
    "BucketTagging": "BucketTagging",
    "ObjectLockConfiguration": "BucketObjectLockConfiguration",
    "PublicAccessBlock": "BucketPublicAccessBlock",
}
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
BUDGET_PARTS = ("Budget", "Notification", "Subscriber")
ACTIONS = {
    "budgets": {
        **{f"Describe{name}": "ViewBudget" for name in ("Budget", "Budgets", "NotificationsForBudget", "SubscribersForNotification")},
        **{f"{verb}{name}": "ModifyBudget" for name in BUDGET_PARTS for verb in ("Create", "Update", "Delete")},
    },
    "dynamodb": {"TransactGetItems": "GetItem"},
    "s3": {
        **{f"{verb}{name}": f"Get{action}" for name, action in S3_SETTINGS.items() for verb in ("Get", "List")},
        **{f"List{name}s": f"Get{action}" for name, action in S3_SETTINGS.items()},
        **{f"{verb}{name}": f"Put{action}" for name, action in S3_SETTINGS.items() for verb in ("Put", "Delete")},
        "CompleteMultipartUpload": "PutObject",
        "CopyObject": "PutObject",
        "CreateMultipartUpload": "PutObject",
        "DeleteObjects": "DeleteObject",
        "HeadBucket": "ListBucket",
        "HeadObject": "GetObject",
        "ListBuckets": "ListAllMyBuckets",
        "ListMultipartUploads": "ListBucketMultipartUploads",
        "ListObjects": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "ListObjectVersions": "ListBucketVersions",
        "ListParts": "ListMultipartUploadParts",
        "SelectObjectContent": "GetObject",
        "UploadPart": "PutObject",
        "UploadPartCopy": "PutObject",
    },
    "sns": {"PublishBatch": "Publish"},
    "sqs": {
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
        "DeleteMessageBatch": "DeleteMessage",
        "SendMessageBatch": "SendMessage",
    },
}


def iam_action(service: str, operation: str) -> str:
    """The action, such as s3:ListBucket, of an operation by its AWS or its Python name, such as HeadBucket."""
    if operation.islower():
        operation = operation.replace("_", " ").title().replace(" ", "")
    return f"{PREFIXES.get(service, service)}:{ACTIONS.get(service, {}).get(operation, operation)}"
