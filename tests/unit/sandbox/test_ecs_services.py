from __future__ import annotations

import pytest

from tests.unit.sandbox.ecs import Ecs
from tests.unit.sandbox.elasticache import refused


@pytest.fixture
def ecs(client):
    return Ecs(client)


def balanced(arn, port=3000):
    return {"loadBalancers": [{"targetGroupArn": arn, "containerName": "shop", "containerPort": port}]}


def targets(ecs, arn):
    found = ecs.client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    return sorted(one["Target"]["Id"] for one in found if one["TargetHealth"]["State"] == "healthy")


def addresses(tasks):
    return sorted(pair["value"] for task in tasks for pair in task["attachments"][0]["details"] if pair["name"] == "privateIPv4Address")


def test_a_service_comes_to_its_desired_count_and_to_a_steady_state(ecs):
    ecs.create()
    found = ecs.service()
    assert (found["runningCount"], found["pendingCount"], found["deployments"][0]["rolloutState"]) == (2, 0, "COMPLETED")
    assert found["events"][0]["message"] == "(service shop) has reached a steady state."
    ecs.ecs.get_waiter("services_stable").wait(cluster="shop", services=["shop"], WaiterConfig={"Delay": 1, "MaxAttempts": 2})


def test_tasks_are_spread_over_subnets_with_interfaces_of_their_own(ecs):
    ecs.create(desiredCount=4)
    found = ecs.tasks()
    assert sorted(task["availabilityZone"][-1] for task in found) == ["a", "a", "b", "b"]
    interfaces = ecs.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    assert set(addresses(found)) <= {one["PrivateIpAddress"] for one in interfaces}
    assert len(set(addresses(found))) == 4


def test_tasks_are_targets_as_long_as_they_run(ecs):
    arn = ecs.group()
    ecs.create(**balanced(arn))
    assert targets(ecs, arn) == addresses(ecs.tasks())
    ecs.ecs.update_service(cluster="shop", service="shop", desiredCount=1)
    assert targets(ecs, arn) == addresses(ecs.tasks())
    assert len(targets(ecs, arn)) == 1


def test_a_stopped_task_is_replaced_and_its_interface_is_gone(ecs):
    ecs.create()
    first = ecs.tasks()
    ecs.ecs.stop_task(cluster="shop", task=first[0]["taskArn"], reason="by hand")
    assert len(ecs.tasks()) == 2 and ecs.service()["runningCount"] == 2
    [stopped] = ecs.tasks("STOPPED")
    assert (stopped["lastStatus"], stopped["stopCode"], stopped["stoppedReason"]) == ("STOPPED", "UserInitiated", "by hand")
    interfaces = ecs.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    assert addresses([stopped])[0] not in {one["PrivateIpAddress"] for one in interfaces}


def test_another_task_definition_is_another_deployment(ecs):
    ecs.create()
    second = ecs.register()
    assert len(ecs.ecs.update_service(cluster="shop", service="shop", taskDefinition=second)["service"]["deployments"]) >= 1
    found = ecs.service()
    assert [one["taskDefinition"] for one in found["deployments"]] == [second]
    assert {task["taskDefinitionArn"] for task in ecs.tasks()} == {second}


def test_another_count_is_no_deployment_and_a_forced_one_is(ecs):
    first = ecs.create()["deployments"][0]["id"]
    ecs.ecs.update_service(cluster="shop", service="shop", desiredCount=3)
    assert [one["id"] for one in ecs.service()["deployments"]] == [first]
    ecs.ecs.update_service(cluster="shop", service="shop", forceNewDeployment=True)
    assert [one["id"] for one in ecs.service()["deployments"]] != [first]


def test_a_deployment_whose_image_is_not_there_is_rolled_back(ecs):
    first = ecs.register()
    ecs.create(first, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}})
    ecs.service()
    missing = ecs.register({"image": ecs.image.partition("@")[0] + ":none"})
    ecs.ecs.update_service(cluster="shop", service="shop", taskDefinition=missing)
    found = ecs.service()
    assert (found["taskDefinition"], found["runningCount"]) == (first, 2)
    assert any("rolling back to deployment" in message for message in ecs.told())
    assert {task["taskDefinitionArn"] for task in ecs.tasks()} == {first}
    assert all("CannotPullContainerError" in task["stoppedReason"] for task in ecs.tasks("STOPPED"))


def test_without_rollback_it_stays_failed(ecs):
    missing = ecs.register({"image": ecs.image.partition("@")[0] + ":none"})
    ecs.create(missing, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}})
    [deployment] = ecs.service()["deployments"]
    assert deployment["rolloutState"] == "FAILED"
    assert deployment["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."


def test_a_service_that_is_scaled_is_deleted_by_force_only_and_then_inactive(ecs):
    ecs.create()
    assert "scaled above 0" in refused(ecs.ecs.delete_service, cluster="shop", service="shop")
    assert "ClusterContainsServices" in refused(ecs.ecs.delete_cluster, cluster="shop")
    ecs.ecs.delete_service(cluster="shop", service="shop", force=True)
    assert ecs.service()["status"] == "INACTIVE"
    assert ecs.ecs.list_services(cluster="shop")["serviceArns"] == []
    assert ecs.tasks() == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 100}}, "cannot both be 100"),
        ({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0"]}}}, "subnet-0"),
        ({"launchType": "EC2"}, "FARGATE"),
        ({"healthCheckGracePeriodSeconds": 60}, "load balancers"),
        ({"deploymentController": {"type": "CODE_DEPLOY"}}, "rolling"),
    ],
)
def test_what_cannot_be_done_is_refused(ecs, more, words):
    assert words in refused(ecs.create, **more)


def test_a_target_group_must_be_of_addresses_and_behind_a_load_balancer_and_the_port_the_containers(ecs):
    elb = ecs.client("elbv2")
    asked = {"Name": "lonely", "Protocol": "HTTP", "Port": 80, "VpcId": ecs.vpc}
    lonely = elb.create_target_group(**asked, TargetType="ip")["TargetGroups"][0]["TargetGroupArn"]
    assert "does not have an associated load balancer" in refused(ecs.create, **balanced(lonely))
    other = elb.create_target_group(**{**asked, "Name": "other"}, TargetType="instance")["TargetGroups"][0]["TargetGroupArn"]
    assert "incompatible with the awsvpc network mode" in refused(ecs.create, **balanced(other))
    assert "container port 80" in refused(ecs.create, **balanced(ecs.group(), 80))


def test_a_snapshot_of_the_account_brings_a_service_back(ecs, endpoint_url):
    import requests

    ecs.create()
    before = [task["taskArn"] for task in ecs.tasks()]
    requests.put(f"{endpoint_url}/_sandbox/snapshot", json={"name": "s"}, timeout=30).raise_for_status()
    ecs.ecs.delete_service(cluster="shop", service="shop", force=True)
    requests.post(f"{endpoint_url}/_sandbox/snapshot", json={"name": "s"}, timeout=30).raise_for_status()
    assert [task["taskArn"] for task in ecs.tasks()] == before
