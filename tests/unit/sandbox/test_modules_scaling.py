"""scaling_targets against the emulator: what is made stays as it is, and check mode writes nothing."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.modules import scaling_targets

from tests.unit.sandbox.ecs import Ecs

TARGET = {
    "service": "shop/shop",
    "min": 2,
    "max": 4,
    "suspended": ["scheduled"],
    "policies": [
        {"name": "cpu", "target_tracking": {"metric": "ECSServiceAverageCPUUtilization", "target": 60, "scale_in_cooldown_seconds": 60}},
        {
            "name": "requests",
            "target_tracking": {
                "metric": "ALBRequestCountPerTarget",
                "label": {"load_balancer": "shop", "target_group": "shop"},
                "target": 600,
            },
        },
        {"name": "steps", "step": {"steps": [{"lower": 0, "adjustment": 1}]}},
    ],
    "schedules": [{"name": "morning", "schedule": "cron(0 8 ? * MON-FRI *)", "time_zone": "Europe/Berlin", "min": 3}],
}


@pytest.fixture
def ecs(client):
    made = Ecs(client)
    made.create(loadBalancers=[{"targetGroupArn": made.group(), "containerName": "shop", "containerPort": 3000}])
    return made


def test_check_mode_writes_nothing(run, ecs):
    result = run(scaling_targets.main, check_mode=True, targets=[TARGET])
    assert [change["action"] for change in result["plan"]] == ["create"]
    assert all(name.partition(":")[2].startswith(("Describe", "List", "Get")) for name in result["requests"])
    assert ecs.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []


def test_all_is_made_and_a_second_run_changes_nothing(run, ecs):
    first = run(scaling_targets.main, targets=[TARGET])
    assert first.get("changed"), first
    again = run(scaling_targets.main, targets=[TARGET])
    assert (again.get("failed", False), again["changed"], again["diff"]) == (False, False, [])
    found = ecs.client("application-autoscaling").describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert sorted((one["PolicyName"], len(one["Alarms"])) for one in found) == [("cpu", 2), ("requests", 2), ("steps", 0)]


def test_a_service_that_is_not_there_fails_before_anything_is_touched(run, ecs):
    result = run(scaling_targets.main, targets=[TARGET, {"service": "shop/none", "min": 1, "max": 2}])
    assert result["failed"] and "there is no active service shop/none" in result["msg"]
    assert ecs.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []
