"""What a service does next."""

from __future__ import annotations

import datetime

import pytest

from sandbox.containers.account import Container, Deployment, Service, Task
from sandbox.containers.scheduler import Complete, Fail, Retire, Start, Steady, Stop, bounds, next_actions, pause, threshold

NOW = datetime.datetime(2030, 1, 1)
BREAKER = {"enable": True, "rollback": True}


def service(desired=2, least=100, most=200, deployments=1):
    config = {"minimumHealthyPercent": least, "maximumPercent": most, "deploymentCircuitBreaker": BREAKER}
    made = Service("shop", "arn", "c", "arn", {"desiredCount": desired, "deploymentConfiguration": config})
    made.deployments = [Deployment("d", desired, {}, uid=f"d{number}") for number in range(deployments)]
    for old in made.deployments[1:]:
        old.status, old.rollout = "ACTIVE", "COMPLETED"
    return made


def task(uid, deployment="d0", zone="a", healthy=True, unhealthy="", state="RUNNING", wanted=True):
    made = Task(f"arn/{uid}", "c", "arn", "d", "g", [Container("shop", "i", {})], 256, 512, deployment=deployment, zone=zone)
    made.is_healthy, made.unhealthy, made.last_status = healthy and not unhealthy, unhealthy, state
    made.desired_status = "RUNNING" if wanted else "STOPPED"
    return made


def test_as_many_start_as_are_missing():
    assert next_actions(service(), [], NOW) == [Start("d0", 2)]
    assert next_actions(service(), [task("1", healthy=False)], NOW) == [Start("d0", 1)]


def test_a_deployment_is_complete_when_all_are_healthy_and_steady_after_that():
    made, tasks = service(), [task("1"), task("2")]
    assert next_actions(made, [task("1"), task("2", healthy=False)], NOW) == []
    assert next_actions(made, tasks, NOW) == [Complete("d0")]
    made.deployments[0].rollout = "COMPLETED"
    assert next_actions(made, tasks, NOW) == [Steady()]
    made.steady = True
    assert next_actions(made, tasks, NOW) == []


def test_new_ones_come_first_where_the_maximum_leaves_room():
    old = [task("1", "d1"), task("2", "d1")]
    assert next_actions(service(deployments=2), old, NOW) == [Start("d0", 2)]
    half = next_actions(service(deployments=2), [*old, task("3"), task("4", healthy=False)], NOW)
    assert [action.task for action in half] == ["1"]


def test_old_ones_go_first_where_it_does_not():
    old = [task("1", "d1"), task("2", "d1")]
    assert [action.task for action in next_actions(service(least=50, most=100, deployments=2), old, NOW)] == ["1"]
    assert next_actions(service(least=50, most=100, deployments=2), old[1:], NOW) == [Start("d0", 1)]


def test_an_old_one_that_is_not_healthy_counts_for_nothing():
    old = [task("1", "d1"), task("2", "d1", healthy=False)]
    assert [action.task for action in next_actions(service(deployments=2), old, NOW)] == ["2"]


def test_an_old_deployment_is_retired_with_its_last_task():
    tasks = [task("1"), task("2"), task("3", "d1", state="DEACTIVATING", wanted=False)]
    assert next_actions(service(deployments=2), tasks, NOW) == []
    assert next_actions(service(deployments=2), tasks[:2], NOW) == [Retire("d1")]


def test_scaling_in_takes_from_the_fullest_zone_and_the_unhealthy_first():
    tasks = [task("1", zone="a"), task("2", zone="b"), task("3", zone="b")]
    assert [action.task for action in next_actions(service(), tasks, NOW)] == ["2"]
    tasks[0].unhealthy = "sick"
    assert [action.task for action in next_actions(service(), tasks, NOW)] == ["1"]


def test_an_unhealthy_one_is_replaced_before_it_is_stopped_where_there_is_room():
    tasks = [task("1"), task("2", unhealthy="sick")]
    assert next_actions(service(), tasks, NOW) == [Start("d0", 1)]
    assert [action.task for action in next_actions(service(), [*tasks, task("3")], NOW)] == ["2"]
    assert next_actions(service(least=50, most=100), tasks, NOW) == [Stop("2", "sick")]


def test_the_circuit_breaker_opens_at_half_of_the_desired_count():
    assert [threshold(desired) for desired in (1, 6, 20, 1000)] == [3, 3, 10, 200]
    made = service()
    made.deployments[0].failed = 2
    assert next_actions(made, [], NOW) == [Start("d0", 2)]
    made.deployments[0].failed = 3
    assert next_actions(made, [], NOW) == [Fail("d0")]


def test_a_failed_deployment_starts_nothing():
    made = service()
    made.deployments[0].rollout = "FAILED"
    assert next_actions(made, [task("1")], NOW) == []


def test_starts_wait_longer_the_more_have_failed():
    assert [pause(failures).total_seconds() for failures in (1, 2, 3, 4, 99)] == [0, 0, 10, 20, 900]
    made = service()
    made.deployments[0].retry = NOW + datetime.timedelta(seconds=1)
    assert next_actions(made, [], NOW) == []


@pytest.mark.parametrize(("desired", "least", "most", "expected"), [(3, 50, 150, (2, 4)), (1, 100, 200, (1, 2)), (4, 0, 100, (0, 4))])
def test_the_minimum_is_rounded_up_and_the_maximum_down(desired, least, most, expected):
    assert bounds(service(desired, least, most)) == expected
