from __future__ import annotations

import pytest

from tests.unit.sandbox.elasticache import refused

TABLE = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": "table/orders",
    "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
}
SERVICE = {"ServiceNamespace": "ecs", "ResourceId": "service/c/s", "ScalableDimension": "ecs:service:DesiredCount"}
POLICY = {
    "PolicyName": "p",
    "PolicyType": "TargetTrackingScaling",
    "TargetTrackingScalingPolicyConfiguration": {
        "TargetValue": 70.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
    },
}


@pytest.fixture
def api(client):
    made = client("dynamodb").create_table
    made(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    return client("application-autoscaling")


def test_what_exists_is_registered_once_its_bounds_fit(api):
    assert "Maximum capacity cannot be less" in refused(api.register_scalable_target, **TABLE, MinCapacity=5, MaxCapacity=1)
    assert "Both MinCapacity and MaxCapacity" in refused(api.register_scalable_target, **TABLE, MinCapacity=5)
    api.register_scalable_target(**TABLE, MinCapacity=1, MaxCapacity=5)
    assert refused(api.register_scalable_target, **TABLE, MinCapacity=6).startswith("ValidationException")
    api.register_scalable_target(**TABLE, MinCapacity=2)
    [found] = api.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert (found["MinCapacity"], found["MaxCapacity"]) == (2, 5)


@pytest.mark.parametrize(("where", "message"), [(TABLE | {"ResourceId": "table/none"}, "DynamoDB table"), (SERVICE, "ECS service")])
def test_what_does_not_exist_is_refused(api, where, message):
    assert refused(api.register_scalable_target, **where, MinCapacity=1, MaxCapacity=5).startswith(f"ValidationException: {message}")


def test_a_policy_needs_a_target_and_goes_with_it(client, api):
    assert refused(api.put_scaling_policy, **TABLE, **POLICY).startswith("ObjectNotFoundException")
    api.register_scalable_target(**TABLE, MinCapacity=1, MaxCapacity=5)
    api.put_scaling_policy(**TABLE, **POLICY)
    assert api.describe_scaling_activities(ServiceNamespace="dynamodb")["ScalingActivities"] == []
    api.deregister_scalable_target(**TABLE)
    assert api.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"] == []
    assert client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert refused(api.deregister_scalable_target, **TABLE).startswith("ObjectNotFoundException")
