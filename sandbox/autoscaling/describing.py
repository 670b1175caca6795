"""Groups, instances and activities as the API tells of them."""

from __future__ import annotations

import json
from typing import Any

from sandbox.autoscaling.account import Account, Group, WarmPool
from sandbox.autoscaling.instance import Activity, Instance


def group(account: Account, one: Group) -> dict[str, Any]:
    role = f"arn:aws:iam::{account.number}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    return {
        "AutoScalingGroupName": one.name,
        "AutoScalingGroupARN": one.arn,
        **({"MixedInstancesPolicy": one.mixed} if one.mixed else {"LaunchTemplate": one.template}),
        "MinSize": one.minimum,
        "MaxSize": one.maximum,
        "DesiredCapacity": one.desired,
        "DefaultCooldown": one.cooldown,
        "AvailabilityZones": one.zones,
        "LoadBalancerNames": [],
        "TargetGroupARNs": one.targets,
        "TrafficSources": [{"Identifier": arn, "Type": "elbv2"} for arn in one.targets],
        "HealthCheckType": one.health_check,
        "HealthCheckGracePeriod": one.grace,
        "Instances": [instance(found) for found in one.instances if not found.is_warm],
        "CreatedTime": one.created,
        "SuspendedProcesses": [{"ProcessName": name, "SuspensionReason": why} for name, why in one.suspended.items()],
        "VPCZoneIdentifier": ",".join(one.subnets),
        "EnabledMetrics": [{"Metric": name, "Granularity": "1Minute"} for name in one.metrics],
        "Status": one.status or None,
        "Tags": [tag(one, found) for found in one.tags],
        "TerminationPolicies": one.termination,
        "NewInstancesProtectedFromScaleIn": one.protects,
        "ServiceLinkedRoleARN": role,
        "CapacityRebalance": False,
        "DefaultInstanceWarmup": one.warmup,
        "InstanceMaintenancePolicy": one.maintenance,
        "DeletionProtection": one.deletion_protection,
        "WarmPoolConfiguration": pool(one.warm_pool) if one.warm_pool else None,
        "WarmPoolSize": sum(found.is_warm for found in one.instances) if one.warm_pool else None,
        **one.kept,
    }


def tag(one: Group, given: dict[str, Any]) -> dict[str, Any]:
    return {"ResourceId": one.name, "ResourceType": "auto-scaling-group", **given}


def instance(one: Instance) -> dict[str, Any]:
    return {
        "InstanceId": one.uid,
        "InstanceType": one.type,
        "AvailabilityZone": one.zone,
        "LifecycleState": one.state,
        "HealthStatus": one.health,
        "LaunchTemplate": one.template,
        "ProtectedFromScaleIn": one.protected,
        **({"WeightedCapacity": str(one.weight)} if one.weight > 1 else {}),
    }


def pool(one: WarmPool) -> dict[str, Any]:
    return {
        "MinSize": one.minimum,
        "MaxGroupPreparedCapacity": one.most,
        "PoolState": one.state,
        "Status": "PendingDelete" if one.deleting else None,
        "InstanceReusePolicy": {"ReuseOnScaleIn": one.reuse},
    }


def warm_instances(one: Group) -> list[dict[str, Any]]:
    return [instance(found) for found in one.instances if found.is_warm]


def activity(account: Account, one: Activity) -> dict[str, Any]:
    known = account.groups.get(one.group)
    return {
        "ActivityId": one.uid,
        "AutoScalingGroupName": one.group,
        "AutoScalingGroupARN": known.arn if known else None,
        "AutoScalingGroupState": None if known else "Deleted",
        "Description": one.description,
        "Cause": one.cause,
        "StartTime": one.start,
        "EndTime": one.end,
        "StatusCode": one.status,
        "StatusMessage": one.message or None,
        "Progress": one.progress,
        "Details": json.dumps(one.details),
    }
