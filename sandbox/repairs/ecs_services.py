"""Services keep their desired count of tasks, by rolling deployments (sandbox/containers/scheduler.py).

* https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
* A new deployment is made by another task definition, network, platform version or load balancer, or when it is forced.
  https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
* A service is deleted when its desired count is zero, or by force; it is DRAINING until its last task has ended, then INACTIVE.
  https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html

moto starts no task, drops the deployment configuration, and never comes to an end of a deployment.
Blue/green and external deployments, daemons and service registries are refused: 501.
"""

from __future__ import annotations

import re
from typing import Any

from moto.core.utils import utcnow
from moto.ecs.exceptions import ECSException, InvalidParameterException, ServiceNotFoundException
from moto.ecs.models import EC2ContainerServiceBackend

from sandbox.containers import creation, describing, targets
from sandbox.containers.account import Deployment, Service, tasks_of
from sandbox.containers.serving import Asked, serve
from sandbox.repairs.ecs_tasks import paged

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
MOST_DESCRIBED, PAGE = 10, 10
DEFAULTS = {"maximumPercent": 200, "minimumHealthyPercent": 100}
BREAKER = {"enable": False, "rollback": False}
# What a deployment is made with.
CONFIG = ("networkConfiguration", "launchType", "capacityProviderStrategy", "platformVersion")
KEPT = (
    *CONFIG, "desiredCount", "taskDefinition", "loadBalancers", "serviceRegistries", "deploymentConfiguration", "propagateTags",
    "healthCheckGracePeriodSeconds", "enableECSManagedTags", "enableExecuteCommand", "availabilityZoneRebalancing",
)  # fmt: skip


def create(backend: EC2ContainerServiceBackend, asked: Asked) -> dict[str, Any]:
    cluster = creation.cluster_of(backend, asked.get("cluster"))
    name = asked["serviceName"]
    if not NAME.fullmatch(name):
        raise InvalidParameterException("Service name must be up to 255 letters, numbers, hyphens and underscores.")
    there = backend.services.get(f"{cluster.name}:{name}")
    if there and there.status != "INACTIVE":
        if there.status == "DRAINING":
            raise InvalidParameterException("Unable to Start a service that is still Draining.")
        raise InvalidParameterException("Creation of service was not idempotent.")
    not_emulated(asked)
    if not asked.get("launchType") and not asked.get("capacityProviderStrategy") and cluster.default_capacity_provider_strategy:
        asked = {**asked, "capacityProviderStrategy": cluster.default_capacity_provider_strategy}
    definition = creation.definition_of(backend, asked["taskDefinition"])
    creation.check(backend, definition, asked)
    check_balancers(backend, definition, asked)
    arn = f"arn:aws:ecs:{backend.region_name}:{backend.account_id}:service/{cluster.name}/{name}"
    spec = {key: asked[key] for key in KEPT if asked.get(key) is not None}
    spec |= {"desiredCount": int(asked.get("desiredCount") or 0), "taskDefinition": definition.arn}
    spec["deploymentConfiguration"] = configuration(asked.get("deploymentConfiguration"), {})
    service = Service(name, arn, cluster.name, cluster.arn, spec, tags=list(asked.get("tags") or []))
    service.deployments = [Deployment(definition.arn, service.desired, {key: spec[key] for key in CONFIG if key in spec})]
    backend.services[service.key] = service
    return {"service": describing.service(service, [], True)}


def not_emulated(asked: Asked) -> None:
    controller = (asked.get("deploymentController") or {}).get("type", "ECS")
    strategy = (asked.get("deploymentConfiguration") or {}).get("strategy", "ROLLING")
    if controller != "ECS" or strategy != "ROLLING":
        raise NotImplementedError(f"deployments by {controller if controller != 'ECS' else strategy}: only rolling ones are done")
    if (asked.get("schedulingStrategy") or "REPLICA") != "REPLICA":
        raise NotImplementedError("the scheduling strategy DAEMON")
    for name in ("serviceRegistries", "volumeConfigurations", "vpcLatticeConfigurations"):
        if asked.get(name):
            raise NotImplementedError(f"{name} of a service")
    if (asked.get("serviceConnectConfiguration") or {}).get("enabled"):
        raise NotImplementedError("Service Connect")
    if ((asked.get("deploymentConfiguration") or {}).get("alarms") or {}).get("enable"):
        raise NotImplementedError("alarms of a deployment")


def check_balancers(backend: EC2ContainerServiceBackend, definition: Any, asked: Asked) -> None:
    for one in asked.get("loadBalancers") or ():
        arn = one.get("targetGroupArn")
        group = targets.find(backend, arn) if arn else None
        if not group:
            raise InvalidParameterException(f"The specified target group does not exist. (Service: ElasticLoadBalancing, {arn})")
        if group.target_type != "ip":
            raise InvalidParameterException(
                f"The provided target group {arn} has target type {group.target_type}, which is incompatible with the awsvpc network mode "
                "specified in the task definition."
            )
        if not group.load_balancer_arns:
            raise InvalidParameterException(f"The target group with targetGroupArn {arn} does not have an associated load balancer.")
        container = next((found for found in definition.container_definitions if found["name"] == one.get("containerName")), None)
        if not container:
            raise InvalidParameterException(f"The container {one.get('containerName')} does not exist in the task definition.")
        if one.get("containerPort") not in [port.get("containerPort") for port in container.get("portMappings") or ()]:
            raise InvalidParameterException(
                f"The container {container['name']} did not have a container port {one.get('containerPort')} defined."
            )
    if asked.get("healthCheckGracePeriodSeconds") and not asked.get("loadBalancers"):
        raise InvalidParameterException("Health check grace period is only valid for services configured to use load balancers")


def configuration(asked: Asked | None, before: Asked) -> dict[str, Any]:
    given = asked or {}
    made = {**DEFAULTS, **before, **{name: given[name] for name in DEFAULTS if given.get(name) is not None}, "strategy": "ROLLING"}
    made["deploymentCircuitBreaker"] = {
        **BREAKER, **before.get("deploymentCircuitBreaker", {}), **(given.get("deploymentCircuitBreaker") or {}),
    }  # fmt: skip
    if made["maximumPercent"] == made["minimumHealthyPercent"] == 100:
        raise InvalidParameterException("maximumPercent and minimumHealthyPercent cannot both be 100 as this will block deployments")
    if made["maximumPercent"] < made["minimumHealthyPercent"]:
        raise InvalidParameterException("maximumPercent must be greater than minimumHealthyPercent")
    return made


def find(backend: EC2ContainerServiceBackend, asked: Asked) -> Service:
    cluster = creation.cluster_of(backend, asked.get("cluster"))
    found = backend.services.get(f"{cluster.name}:{asked['service'].rpartition('/')[2]}")
    if not found:
        raise ServiceNotFoundException
    return found


def update(backend: EC2ContainerServiceBackend, asked: Asked) -> dict[str, Any]:
    service = find(backend, asked)
    if service.status != "ACTIVE":
        raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
    not_emulated(asked)
    spec = {**service.spec, **{key: asked[key] for key in KEPT if asked.get(key) is not None}}
    definition = creation.definition_of(backend, spec["taskDefinition"])
    spec["taskDefinition"] = definition.arn
    if asked.get("capacityProviderStrategy"):
        spec.pop("launchType", None)
    spec["deploymentConfiguration"] = configuration(asked.get("deploymentConfiguration"), service.spec["deploymentConfiguration"])
    creation.check(backend, definition, spec)
    check_balancers(backend, definition, spec)
    before, service.spec, service.steady = service.spec, spec, False
    renewed = any(before.get(key) != spec.get(key) for key in (*CONFIG, "taskDefinition", "loadBalancers"))
    if renewed or asked.get("forceNewDeployment"):
        for one in service.deployments:
            one.status = "ACTIVE"
            if one.rollout == "IN_PROGRESS":
                one.updated = utcnow()
        service.deployments.insert(0, Deployment(definition.arn, service.desired, {key: spec[key] for key in CONFIG if key in spec}))
    elif service.primary:
        service.primary.updated = utcnow()
    return {"service": describing.service(service, tasks_of(backend, service), True)}


def delete(backend: EC2ContainerServiceBackend, asked: Asked) -> dict[str, Any]:
    service = find(backend, asked)
    if service.status == "INACTIVE":
        raise ServiceNotFoundException
    if service.desired and not asked.get("force"):
        raise InvalidParameterException("The service cannot be stopped while it is scaled above 0.")
    service.spec = {**service.spec, "desiredCount": 0}
    service.status, service.steady = "DRAINING", False
    return {"service": describing.service(service, tasks_of(backend, service), True)}


def describe(backend: EC2ContainerServiceBackend, asked: Asked) -> dict[str, Any]:
    cluster = creation.cluster_of(backend, asked.get("cluster"))
    names = asked.get("services") or []
    if not 1 <= len(names) <= MOST_DESCRIBED:
        raise InvalidParameterException("Services cannot be empty." if not names else "Services cannot have more than 10 elements.")
    found = {name: backend.services.get(f"{cluster.name}:{name.rpartition('/')[2]}") for name in names}
    arn = f"arn:aws:ecs:{backend.region_name}:{backend.account_id}:service/{cluster.name}/"
    with_tags = "TAGS" in (asked.get("include") or ())
    return {
        "services": [describing.service(one, tasks_of(backend, one), with_tags) for one in found.values() if one],
        "failures": [
            {"arn": name if name.startswith("arn:") else f"{arn}{name}", "reason": "MISSING"} for name, one in found.items() if not one
        ],
    }


def listed(backend: EC2ContainerServiceBackend, asked: Asked) -> dict[str, Any]:
    cluster = creation.cluster_of(backend, asked.get("cluster"))
    found = [
        one.arn
        for one in list(backend.services.values())
        if one.cluster == cluster.name
        and one.status != "INACTIVE"
        and (asked.get("launchType") or one.spec.get("launchType")) == one.spec.get("launchType")
        and (asked.get("schedulingStrategy") or "REPLICA") == "REPLICA"
    ]
    return paged("serviceArns", sorted(found), asked, PAGE)


def apply() -> None:
    serve(create_service=create, update_service=update, delete_service=delete, describe_services=describe, list_services=listed)

    def describe_services(
        self: EC2ContainerServiceBackend, cluster_str: str, service_names_or_arns: list[str]
    ) -> tuple[list[Service], list]:
        """For moto's own: task sets, and Application Auto Scaling."""
        cluster = self._get_cluster(cluster_str).name
        found = [self.services.get(f"{cluster}:{name.rpartition('/')[2]}") for name in service_names_or_arns]
        return [one for one in found if one and one.status != "INACTIVE"], []

    EC2ContainerServiceBackend.describe_services = describe_services
