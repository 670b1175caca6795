"""Policies of ECS services: their alarms are of what they track, and run them (sandbox/scalable).

* https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
* https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingPolicies.html: by whole names
* https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingActivities.html

moto makes alarms with a threshold of its own, which nothing follows, finds a policy by a part of its resource, and has no activities.
"""

from __future__ import annotations

import json
from typing import Any

from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    applicationautoscaling_backends,
)
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.cloudwatch.models import cloudwatch_backends

from sandbox.autoscaling import scaling
from sandbox.autoscaling import tracking as alarms_of
from sandbox.containers import thread
from sandbox.scalable import activities, capacity, tracking
from sandbox.scalable.errors import invalid
from sandbox.watch import evaluator
from sandbox.watch.backend import alarms

ADJUSTMENTS = ("ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity")


def check(backend: Any, given: dict[str, Any]) -> None:
    kind, body = given["policy_type"], given["policy_body"]
    if kind == "PredictiveScaling":
        raise NotImplementedError("predictive scaling")
    if not body:
        raise invalid(f"A configuration must be specified for policy type {kind}")
    target = backend.targets[given["scalable_dimension"]][given["resource_id"]]
    service = capacity.service(target)
    if not service:
        raise invalid(f"ECS service doesn't exist: {given['resource_id']}")
    if kind == "TargetTrackingScaling":
        tracking.check(backend, service, body)
        return
    if body.get("AdjustmentType") not in ADJUSTMENTS:
        raise invalid(f"AdjustmentType must be one of {', '.join(ADJUSTMENTS)}")
    if not body.get("StepAdjustments"):
        raise invalid("StepAdjustments must be specified for policy type StepScaling")
    if wrong := scaling.gap(body["StepAdjustments"]):
        raise invalid(wrong)
    if body.get("MinAdjustmentMagnitude") is not None and body["AdjustmentType"] != "PercentChangeInCapacity":
        raise invalid("MinAdjustmentMagnitude is only supported with the adjustment type PercentChangeInCapacity")


def invoked(number: str, region: str, arn: str) -> str:
    """What is wrong with the policy of an alarm's action; one that there is runs as soon as it can."""
    thread.woken.set()
    there = any(policy.policy_arn == arn for policy in list(applicationautoscaling_backends[number][region].policies.values()))
    return "" if there else "The scaling policy does not exist"


def create_alarms(self: FakeApplicationAutoscalingPolicy) -> None:
    if self.service_namespace != "ecs":
        if self.policy_type == "TargetTrackingScaling" and self.service_namespace == "dynamodb":
            self.alarms.extend(self._generate_dynamodb_alarms())
        return
    config: Any = self.target_tracking_scaling_policy_configuration
    if config:
        backend = applicationautoscaling_backends[self.account_id][self.region_name]
        service = capacity.service(backend.targets[self.scalable_dimension][self.resource_id])
        watch = cloudwatch_backends[self.account_id][self.region_name]
        self.alarms = alarms_of.make(watch, self.resource_id, self.policy_arn, config, tracking.queries(service, config))


def delete_alarms(self: FakeApplicationAutoscalingPolicy, account_id: str, region_name: str) -> None:
    watch = cloudwatch_backends[account_id][region_name]
    watch.delete_alarms([one.name for one in self.alarms if one.name in alarms(watch)])


def describe_activities(self: ApplicationAutoScalingResponse) -> str:
    backend = self.applicationautoscaling_backend
    namespace, resource, dimension = (self._get_param(name) for name in ("ServiceNamespace", "ResourceId", "ScalableDimension"))
    found = [
        one.described()
        for one in activities.of(backend)
        if one.dimension.startswith(f"{namespace}:") and resource in (None, one.resource) and dimension in (None, one.dimension)
    ]
    return json.dumps(_page("ScalingActivities", found, self))


def _page(name: str, found: list[dict[str, Any]], response: ApplicationAutoScalingResponse) -> dict[str, Any]:
    first, size = int(response._get_param("NextToken") or 0), response._get_int_param("MaxResults") or 50
    more = {"NextToken": str(first + size)} if first + size < len(found) else {}
    return {name: found[first : first + size], **more}


def apply() -> None:
    put, describe = ApplicationAutoscalingBackend.put_scaling_policy, ApplicationAutoScalingResponse.describe_scaling_policies

    def put_scaling_policy(self: Any, **given: Any) -> Any:
        if given["service_namespace"] != "ecs":
            return put(self, **given)
        key = FakeApplicationAutoscalingPolicy.formulate_key(
            given["service_namespace"], given["resource_id"], given["scalable_dimension"], given["policy_name"]
        )
        known = self.policies.get(key)
        given["policy_type"] = given["policy_type"] or (known.policy_type if known else "StepScaling")
        if self.targets.get(given["scalable_dimension"], {}).get(given["resource_id"]):
            check(self, given)
        made = put(self, **given)
        if known:
            for one in (known, made):
                one.delete_alarms(self.account_id, self.region_name)
            # An alarm that names the policy goes on to do so.
            made.policy_arn = known.policy_arn
            made.alarms = []
            made.create_alarms()
        return made

    def describe_scaling_policies(self: ApplicationAutoScalingResponse) -> str:
        answer = json.loads(describe(self))
        resource, names = self._get_param("ResourceId"), self._get_param("PolicyNames") or []
        answer["ScalingPolicies"] = [
            one for one in answer["ScalingPolicies"] if resource in (None, one["ResourceId"]) and (not names or one["PolicyName"] in names)
        ]
        return json.dumps({name: value for name, value in answer.items() if value is not None})

    ApplicationAutoscalingBackend.put_scaling_policy = put_scaling_policy
    ApplicationAutoScalingResponse.describe_scaling_policies = describe_scaling_policies
    ApplicationAutoScalingResponse.describe_scaling_activities = describe_activities
    FakeApplicationAutoscalingPolicy.create_alarms = create_alarms
    FakeApplicationAutoscalingPolicy.delete_alarms = delete_alarms
    evaluator.scalers[":resource/"] = invoked
