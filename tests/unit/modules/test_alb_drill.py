"""alb_drill: the moments of a drill, and which failures the load balancer could not have spared."""

from __future__ import annotations

import os

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.load import Sample
from ansible_collections.prodready.aws.plugins.modules import alb_drill
from ansible_collections.prodready.aws.plugins.modules.alb_drill import Watch, counted, limits, noticing

ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/01"
BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/02"
TARGET = {"target_group": "shop", "id": "172.31.1.11", "port": 3000}
CHECK = {
    **{"HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 5},
    **{"HealthyThresholdCount": 3, "UnhealthyThresholdCount": 2},
}


@pytest.fixture
def watch(fake_aws, tmp_path):
    health = {"state": "healthy"}

    def described(**_):
        return {"TargetHealthDescriptions": [{"Target": {"Id": "172.31.1.11", "Port": 3000}, "TargetHealth": {"State": health["state"]}}]}

    aws = fake_aws(
        describe_target_groups={"TargetGroups": [{"TargetGroupName": "shop", "TargetGroupArn": ARN}]},
        describe_target_health=described,
    )
    made = Watch(aws, tmp_path, TARGET)
    made.health = health
    return made


def write(watch, name, moment):
    (watch.folder / name).touch()
    os.utime(watch.folder / name, (moment, moment))


def test_the_time_that_a_target_may_take_follows_from_its_health_check():
    assert limits(CHECK) == (25, 45)


def test_a_target_is_looked_at_only_once_it_was_made_to_fail(watch):
    watch.look()
    assert watch.aws.asked == []
    write(watch, "failing", 100)
    watch.look()
    assert (watch.left, (watch.folder / "left").exists()) == (None, False)
    watch.health["state"] = "unhealthy"
    watch.look()
    assert watch.left
    assert (watch.folder / "left").exists()


def test_it_is_back_when_it_is_healthy_after_its_repair(watch):
    write(watch, "failing", 100)
    watch.left = 104.0
    watch.look()
    assert watch.back is None
    write(watch, "repaired", 110)
    watch.health["state"] = "unhealthy"
    watch.look()
    assert watch.back is None
    watch.health["state"] = "healthy"
    watch.look()
    watch.back = 118.26
    assert (watch.took("failing", watch.left), watch.took("repaired", watch.back)) == (4.0, 8.3)
    assert watch.took("repaired", None) is None


def test_the_watch_ends_when_it_is_told_or_its_time_is_over(watch, monkeypatch):
    monkeypatch.setattr(alb_drill, "LOOK_SECONDS", 0.01)
    assert list(watch.moments(0.05))
    write(watch, "end", 1)
    assert list(watch.moments(60)) == []
    assert (watch.folder / "watching").exists()


@pytest.mark.parametrize(
    ("at", "during"),
    [(95.0, False), (101.0, True), (104.5, True), (106.0, False)],
)
def test_a_failure_is_excused_only_while_the_load_balancer_has_not_noticed(at, during):
    samples = [Sample(at, 0.1, 502, failed=True), Sample(at, 0.1, 200)]
    assert noticing(samples, failing=100.0, left=104.0) == ((1, 0) if during else (0, 1))


def test_without_a_failing_target_no_failure_is_excused():
    assert noticing([Sample(1.0, 0.1, None, "reset", failed=True)], failing=None, left=None) == (0, 1)


def test_what_the_load_balancer_counted_is_awaited(fake_aws, monkeypatch):
    monkeypatch.setattr(alb_drill, "LOOK_SECONDS", 0)
    answers = iter([[], [3.0], [3.0, 4.0]])
    aws = fake_aws(get_metric_data=lambda **_: {"MetricDataResults": [{"Values": next(answers)}, {"Values": []}]})
    assert counted(aws, BALANCER, 1000.0, wanted=7, seconds=60) == 7
    asked = aws.asked[0][1]["MetricDataQueries"][0]["MetricStat"]["Metric"]
    assert asked["Dimensions"] == [{"Name": "LoadBalancer", "Value": "app/shop/02"}]


def test_nothing_told_is_nothing_counted(fake_aws):
    aws = fake_aws(get_metric_data={"MetricDataResults": [{"Values": []}]})
    assert counted(aws, BALANCER, 1000.0, wanted=1, seconds=-1) is None
