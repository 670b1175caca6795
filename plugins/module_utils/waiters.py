# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Waits: botocore's own waiters, and data for its engine where it has none.

https://botocore.amazonaws.com/v1/documentation/api/latest/topics/waiters.html
"""

from __future__ import annotations

from typing import Any

try:
    from botocore.waiter import WaiterModel, create_waiter_with_client
except ImportError:  # reported by AwsModule
    WaiterModel = create_waiter_with_client = None  # type: ignore[assignment, misc]

POLL_SECONDS = 1


def described(operation: str, retried: tuple[str, ...] = (), gone: tuple[str, ...] = (), **states: list[tuple[str, Any]]) -> dict[str, Any]:
    """Botocore's waiter description, version 2: for each state the JMESPaths and what they then give."""
    codes = {"retry": retried, "success": gone}
    acceptors: list[dict[str, Any]] = [
        {"matcher": "error", "expected": code, "state": state} for state, some in codes.items() for code in some
    ]
    acceptors += [
        {"matcher": "path", "argument": argument, "expected": expected, "state": state}
        for state, looked_at in states.items()
        for argument, expected in looked_at
    ]
    return {"operation": operation, "delay": POLL_SECONDS, "maxAttempts": 1, "acceptors": acceptors}


# (service, waiter) -> its description. The maximum of attempts is the deadline's.
WAITERS: dict[tuple[str, str], dict[str, Any]] = {
    # botocore's table_exists looks every 20 s, and not at indexes and encryption.
    ("dynamodb", "table_active"): described(
        "DescribeTable",
        # A table that was just created may not be seen yet.
        retried=("ResourceNotFoundException",),
        success=[
            (
                "Table.TableStatus == 'ACTIVE' && !(Table.GlobalSecondaryIndexes[?IndexStatus != 'ACTIVE'])"
                " && !contains(['ENABLING', 'DISABLING', 'UPDATING'], Table.SSEDescription.Status || '')",
                True,
            )
        ],
        failure=[("Table.TableStatus", state) for state in ("DELETING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVED")],
    ),
    ("dynamodb", "continuous_backups_enabled"): described(
        "DescribeContinuousBackups", success=[("ContinuousBackupsDescription.ContinuousBackupsStatus", "ENABLED")]
    ),
    ("dynamodb", "backup_available"): described(
        "DescribeBackup",
        success=[("BackupDescription.BackupDetails.BackupStatus", "AVAILABLE")],
        failure=[("BackupDescription.BackupDetails.BackupStatus", "DELETED")],
    ),
    # Right after a request ACM does not know them yet.
    ("acm", "validation_known"): described(
        "DescribeCertificate",
        success=[("Certificate.DomainValidationOptions && !(Certificate.DomainValidationOptions[?!ResourceRecord])", True)],
        failure=[("Certificate.Status", "FAILED")],
    ),
    # botocore's certificate_validated looks every minute, and at the domains only.
    ("acm", "certificate_issued"): described(
        "DescribeCertificate",
        success=[("Certificate.Status", "ISSUED")],
        failure=[("Certificate.Status", state) for state in ("FAILED", "VALIDATION_TIMED_OUT", "REVOKED", "EXPIRED", "INACTIVE")],
    ),
    # botocore's replication_group_available looks every 15 s, and not at tokens and users.
    ("elasticache", "replication_group_settled"): described(
        "DescribeReplicationGroups",
        # One that was just created may not be seen yet.
        retried=("ReplicationGroupNotFoundFault",),
        success=[
            (
                "ReplicationGroups[0].Status == 'available'"
                " && !(ReplicationGroups[0].PendingModifiedValues.[AuthTokenStatus, UserGroups, Resharding][?@])",
                True,
            )
        ],
        failure=[("ReplicationGroups[0].Status", state) for state in ("create-failed", "deleting")],
    ),
    ("elasticache", "logs_delivered"): described(
        "DescribeReplicationGroups",
        success=[
            (
                "!(ReplicationGroups[0].LogDeliveryConfigurations[?Status != 'active'])"
                " && !(ReplicationGroups[0].PendingModifiedValues.LogDeliveryConfigurations)",
                True,
            )
        ],
        failure=[("ReplicationGroups[0].LogDeliveryConfigurations[?Status == 'error'] && `true`", True)],
    ),
    # botocore's replication_group_deleted takes one that is still available for a failure.
    ("elasticache", "replication_group_gone"): described(
        "DescribeReplicationGroups", gone=("ReplicationGroupNotFoundFault",), failure=[("ReplicationGroups[0].Status", "available")]
    ),
    ("elasticache", "serverless_cache_available"): described(
        "DescribeServerlessCaches",
        retried=("ServerlessCacheNotFoundFault",),
        success=[("ServerlessCaches[0].Status", "available")],
        failure=[("ServerlessCaches[0].Status", state) for state in ("create-failed", "deleting")],
    ),
    ("elasticache", "serverless_cache_gone"): described(
        "DescribeServerlessCaches", gone=("ServerlessCacheNotFoundFault",), failure=[("ServerlessCaches[0].Status", "available")]
    ),
    ("autoscaling", "group_empty"): described(
        "DescribeAutoScalingGroups", success=[("length(AutoScalingGroups[0].Instances || `[]`) == `0`", True)]
    ),
    ("autoscaling", "group_gone"): described("DescribeAutoScalingGroups", success=[("length(AutoScalingGroups) == `0`", True)]),
    ("autoscaling", "warm_pool_gone"): described(
        "DescribeAutoScalingGroups", success=[("!(AutoScalingGroups[0].WarmPoolConfiguration)", True)]
    ),
    # More than half of those that have reported.
    ("route53", "endpoint_healthy"): described(
        "GetHealthCheckStatus",
        success=[
            ("avg(HealthCheckObservations[].[starts_with(StatusReport.Status, 'Success') && `1` || `0`][]) > `0.5`", True),
        ],
    ),
    ("elasticache", "user_active"): described("DescribeUsers", retried=("UserNotFound",), success=[("Users[0].Status", "active")]),
    ("elasticache", "user_gone"): described("DescribeUsers", gone=("UserNotFound",)),
    ("elasticache", "user_group_active"): described(
        "DescribeUserGroups", retried=("UserGroupNotFound",), success=[("UserGroups[0].Status", "active")]
    ),
    ("elasticache", "user_group_gone"): described("DescribeUserGroups", gone=("UserGroupNotFound",)),
}


def waiter(client: Any, service: str, name: str) -> Any:
    """The waiter of that name, ours before botocore's."""
    description = WAITERS.get((service, name))
    if description is None:
        return client.get_waiter(name)
    return create_waiter_with_client(name, WaiterModel({"version": 2, "waiters": {name: description}}), client)


def config(found: Any, deadline_seconds: float) -> dict[str, Any]:
    """Look every second, for most states take a few; botocore's own pauses are up to half a minute."""
    delay = min(found.config.delay, POLL_SECONDS)
    return {"Delay": delay, "MaxAttempts": max(1, int(deadline_seconds // delay))}
