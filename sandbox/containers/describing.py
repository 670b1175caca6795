"""Tasks and services as DescribeTasks and DescribeServices tell of them."""

from __future__ import annotations

from typing import Any

from sandbox.containers.account import Container, Deployment, Service, Task
from sandbox.containers.creation import PLATFORM_VERSION

_PENDING = ("PROVISIONING", "PENDING", "ACTIVATING")


def task(found: Task, with_tags: bool) -> dict[str, Any]:
    details = {
        "subnetId": found.subnet,
        "networkInterfaceId": found.interface,
        "macAddress": found.mac,
        "privateDnsName": f"ip-{found.address.replace('.', '-')}.{found.task_arn.split(':')[3]}.compute.internal",
        "privateIPv4Address": found.address,
    }
    attachment = {
        "id": found.attachment,
        "type": "ElasticNetworkInterface",
        "status": "DELETED" if found.last_status == "STOPPED" else "ATTACHED",
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }
    made = {
        "taskArn": found.task_arn,
        "clusterArn": found.cluster_arn,
        "taskDefinitionArn": found.definition_arn,
        "group": found.group,
        "lastStatus": found.last_status,
        "desiredStatus": found.desired_status,
        "launchType": found.launch_type,
        "capacityProviderName": found.capacity_provider or None,
        "platformVersion": found.platform_version,
        "platformFamily": "Linux",
        "availabilityZone": found.zone,
        "cpu": str(found.cpu),
        "memory": str(found.memory),
        "ephemeralStorage": {"sizeInGiB": 20},
        "connectivity": "CONNECTED",
        "connectivityAt": found.created,
        "createdAt": found.created,
        "pullStartedAt": found.pull_started,
        "pullStoppedAt": found.pull_stopped,
        "startedAt": found.started,
        "stoppingAt": found.stopping,
        "executionStoppedAt": found.stopped,
        "stoppedAt": found.stopped,
        "stopCode": found.stop_code or None,
        "stoppedReason": found.stopped_reason or None,
        "startedBy": found.started_by or None,
        "healthStatus": found.health,
        "version": found.version,
        "overrides": {"containerOverrides": [{"name": one.name} for one in found.containers], "inferenceAcceleratorOverrides": []}
        | found.overrides,
        "attachments": [attachment],
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "inferenceAccelerators": [],
        "enableExecuteCommand": False,
        "containers": [container(found, one) for one in found.containers],
        "tags": found.tags if with_tags else [],
    }
    return {name: value for name, value in made.items() if value is not None}


def container(of: Task, found: Container) -> dict[str, Any]:
    made = {
        "containerArn": f"{of.task_arn.replace(':task/', ':container/', 1)}/{found.uid}",
        "taskArn": of.task_arn,
        "name": found.name,
        "image": found.image,
        "imageDigest": found.digest or None,
        "runtimeId": f"{of.uid}-{int(found.uid[:8], 16):010}" if found.status != "PENDING" else None,
        "lastStatus": found.status,
        "exitCode": found.exit_code,
        "reason": found.reason or None,
        "healthStatus": found.health,
        "networkInterfaces": [{"attachmentId": of.attachment, "privateIpv4Address": of.address}],
        "networkBindings": [],
        "managedAgents": [],
        "cpu": str(found.definition.get("cpu") or 0),
        "memory": str(found.definition["memory"]) if found.definition.get("memory") else None,
    }
    return {name: value for name, value in made.items() if value is not None}


def service(found: Service, tasks: list[Task], with_tags: bool) -> dict[str, Any]:
    spec = found.spec
    kept = ("loadBalancers", "serviceRegistries", "networkConfiguration", "launchType", "capacityProviderStrategy", "taskDefinition")
    made = {
        **{name: spec.get(name) for name in kept if spec.get(name) is not None},
        "serviceArn": found.arn,
        "serviceName": found.name,
        "clusterArn": found.cluster_arn,
        "status": found.status,
        "desiredCount": found.desired,
        "runningCount": count(tasks, ("RUNNING",)),
        "pendingCount": count(tasks, _PENDING),
        "platformVersion": spec.get("platformVersion") or "LATEST",
        "platformFamily": "Linux",
        "deploymentConfiguration": spec["deploymentConfiguration"],
        "deployments": [deployment(one, found, tasks) for one in found.deployments],
        "roleArn": f"arn:aws:iam::{found.arn.split(':')[4]}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        "events": found.events,
        "createdAt": found.created,
        "placementConstraints": [],
        "placementStrategy": [],
        "healthCheckGracePeriodSeconds": spec.get("healthCheckGracePeriodSeconds") or 0 if spec.get("loadBalancers") else None,
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "enableECSManagedTags": bool(spec.get("enableECSManagedTags")),
        "propagateTags": spec.get("propagateTags") or "NONE",
        "enableExecuteCommand": bool(spec.get("enableExecuteCommand")),
        "availabilityZoneRebalancing": spec.get("availabilityZoneRebalancing") or "DISABLED",
        "tags": found.tags if with_tags else None,
    }
    return {"loadBalancers": [], "serviceRegistries": []} | {name: value for name, value in made.items() if value is not None}


def deployment(found: Deployment, of: Service, tasks: list[Task]) -> dict[str, Any]:
    own = [task for task in tasks if task.deployment == found.uid]
    made = {
        "id": found.uid,
        "status": found.status,
        "taskDefinition": found.definition,
        "desiredCount": of.desired if found.status == "PRIMARY" else 0,
        "runningCount": count(own, ("RUNNING",)),
        "pendingCount": count(own, _PENDING),
        "failedTasks": found.failed,
        "createdAt": found.created,
        "updatedAt": found.updated,
        "launchType": found.config.get("launchType"),
        "capacityProviderStrategy": found.config.get("capacityProviderStrategy"),
        "platformVersion": PLATFORM_VERSION,
        "platformFamily": "Linux",
        "networkConfiguration": found.config.get("networkConfiguration"),
        "rolloutState": found.rollout,
        "rolloutStateReason": found.reason,
    }
    return {name: value for name, value in made.items() if value is not None}


def count(tasks: list[Task], states: tuple[str, ...]) -> int:
    return sum(task.last_status in states and task.is_wanted for task in tasks)
