"""Scalable targets of Application Auto Scaling: what is registered must exist, and its bounds must fit.

* A table, an index or a service that does not exist is refused with ValidationException, as is a minimum above the maximum; a new target
  needs both. https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
* A policy needs a registered target, and goes with it.
  https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html

moto takes any bounds and any table, and keeps policies without targets. What scales targets of ECS is in sandbox/scalable; those of other
services are kept and told.
"""

from __future__ import annotations

from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, _target_params_are_valid
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models import dynamodb_backends
from moto.ecs.exceptions import ClusterNotFoundException
from moto.ecs.models import ecs_backends


def check_bounds(minimum: int | None, maximum: int | None) -> None:
    if minimum is None or maximum is None:
        raise AWSValidationException("Both MinCapacity and MaxCapacity must be specified for a new scalable target")
    if minimum < 0 or maximum < 0:
        raise AWSValidationException("Minimum and maximum capacity must be at least 0")
    if minimum > maximum:
        raise AWSValidationException("Maximum capacity cannot be less than minimum capacity")


def check_exists(backend: ApplicationAutoscalingBackend, namespace: str, resource: str) -> None:
    if namespace == "dynamodb":
        _, name, *rest = resource.split("/")
        table = dynamodb_backends[backend.account_id][backend.region_name].tables.get(name)
        indexes = {index.name for index in table.global_indexes} if table else set()
        if table is None or rest and rest[-1] not in indexes:
            raise AWSValidationException(f"DynamoDB {'index' if rest else 'table'} does not exist: {resource}")
    elif namespace == "ecs":
        _, cluster, service = resource.split("/")
        try:
            found, _ = ecs_backends[backend.account_id][backend.region_name].describe_services(cluster, [service])
        except ClusterNotFoundException as error:
            raise AWSValidationException(f"ECS service doesn't exist: {resource}") from error
        if len(found) != 1:
            raise AWSValidationException(f"ECS service doesn't exist: {resource}")


def target_of(backend: ApplicationAutoscalingBackend, namespace: str, resource: str, dimension: str) -> Any:
    found = backend.targets.get(dimension, {}).get(resource)
    return found if found and found.service_namespace == namespace else None


def missing(namespace: str, resource: str, dimension: str) -> JsonRESTError:
    where = f"service namespace: {namespace}, resource ID: {resource}, scalable dimension: {dimension}"
    return JsonRESTError("ObjectNotFoundException", f"No scalable target registered for {where}")


def apply() -> None:
    register, deregister = ApplicationAutoscalingBackend.register_scalable_target, ApplicationAutoscalingBackend.deregister_scalable_target
    put_policy = ApplicationAutoscalingBackend.put_scaling_policy

    def register_scalable_target(self: Any, namespace: str, r_id: str, dimension: str, **given: Any) -> Any:
        _target_params_are_valid(namespace, r_id, dimension)
        known = target_of(self, namespace, r_id, dimension)
        bounds = [given[name] if given[name] is not None else getattr(known, name, None) for name in ("min_capacity", "max_capacity")]
        check_bounds(*bounds)
        check_exists(self, namespace, r_id)
        return register(self, namespace, r_id, dimension, **given)

    def deregister_scalable_target(self: Any, namespace: str, r_id: str, dimension: str) -> None:
        if not target_of(self, namespace, r_id, dimension):
            raise missing(namespace, r_id, dimension)
        deregister(self, namespace, r_id, dimension)
        self.scheduled_actions = [
            one
            for one in self.scheduled_actions
            if (one.service_namespace, one.resource_id, one.scalable_dimension) != (namespace, r_id, dimension)
        ]
        for policy in list(self.policies.values()):
            if (policy.service_namespace, policy.resource_id, policy.scalable_dimension) == (namespace, r_id, dimension):
                self.delete_scaling_policy(policy.policy_name, namespace, r_id, dimension)

    def put_scaling_policy(self: Any, **given: Any) -> Any:
        where = (given["service_namespace"], given["resource_id"], given["scalable_dimension"])
        _target_params_are_valid(*where)
        if not target_of(self, *where):
            raise missing(*where)
        return put_policy(self, **given)

    ApplicationAutoscalingBackend.register_scalable_target = register_scalable_target
    ApplicationAutoscalingBackend.deregister_scalable_target = deregister_scalable_target
    ApplicationAutoscalingBackend.put_scaling_policy = put_scaling_policy
