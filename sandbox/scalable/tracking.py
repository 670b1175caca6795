"""What a target tracking policy of an ECS service may watch.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html
"""

from __future__ import annotations

from typing import Any

from moto.elbv2.models import elbv2_backends

from sandbox.autoscaling import tracking
from sandbox.containers.account import Service
from sandbox.scalable.errors import invalid

PREDEFINED = {"ECSServiceAverageCPUUtilization": "CPUUtilization", "ECSServiceAverageMemoryUtilization": "MemoryUtilization"}


def check(backend: Any, service: Service, asked: dict[str, Any]) -> None:
    predefined, customized = asked.get("PredefinedMetricSpecification"), asked.get("CustomizedMetricSpecification")
    if bool(predefined) == bool(customized):
        raise invalid("Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified")
    if asked["TargetValue"] <= 0:
        raise invalid("TargetValue must be greater than 0")
    for name in ("ScaleInCooldown", "ScaleOutCooldown"):
        if (asked.get(name) or 0) < 0:
            raise invalid(f"{name} must not be negative")
    if customized:
        if not customized.get("Metrics") and not all(customized.get(name) for name in tracking.NAMES):
            raise invalid("A customized metric needs MetricName, Namespace and Statistic, or Metrics")
        return
    assert predefined
    kind, label = predefined["PredefinedMetricType"], predefined.get("ResourceLabel")
    if kind not in (*PREDEFINED, tracking.REQUESTS):
        raise invalid(f"Predefined metric type {kind} is not supported for the service namespace ecs")
    if bool(label) != (kind == tracking.REQUESTS):
        raise invalid(f"ResourceLabel must be specified for {tracking.REQUESTS}, and for no other predefined metric")
    if label:
        _check_label(backend, service, label)


def _check_label(backend: Any, service: Service, label: str) -> None:
    """app/<load balancer>/<id>/targetgroup/<target group>/<id>"""
    balancer, _, rest = label.partition("/targetgroup/")
    groups = elbv2_backends[backend.account_id][backend.region_name].target_groups
    arns = [one["targetGroupArn"] for one in service.spec.get("loadBalancers", ())]
    found = next((groups[arn] for arn in arns if arn in groups and rest and arn.endswith(f":targetgroup/{rest}")), None)
    if not found:
        raise invalid(f"The resource label {label} is not valid: it must name a target group of the service {service.name}")
    if not any(one.endswith(f":loadbalancer/{balancer}") for one in found.load_balancer_arns):
        raise invalid(f"The load balancer of {label} does not route traffic to the target group")


def queries(service: Service, asked: dict[str, Any]) -> dict[str, Any]:
    """What its alarms watch, in the form of PutMetricAlarm."""
    if customized := asked.get("CustomizedMetricSpecification"):
        return tracking.customized_queries(customized)
    given = asked["PredefinedMetricSpecification"]
    if given["PredefinedMetricType"] == tracking.REQUESTS:
        return tracking.request_queries(given["ResourceLabel"])
    where = {"ClusterName": service.cluster, "ServiceName": service.name}
    return tracking.query("AWS/ECS", PREDEFINED[given["PredefinedMetricType"]], "Average", where)
